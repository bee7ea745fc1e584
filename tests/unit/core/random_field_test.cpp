// Random fields: the generator against published vectors, golden first draws, distributions and
// independence.
//
// All seeds are fixed, so the statistical tests either always pass or always fail; their thresholds
// would be missed by a true random source about once in a thousand times.
#include "sim/core/random_field.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <vector>

namespace autoscale {
namespace {

static_assert(std::uniform_random_bit_generator<Draw>);

constexpr std::array kStreams{Stream::kArrivals,     Stream::kSignal,         Stream::kCoRunner,
                              Stream::kServiceNoise, Stream::kNetworkLatency, Stream::kPolicy,
                              Stream::kWorkload};
constexpr int kSamples = 200'000;

TEST(Philox, MatchesThePublishedVectors) {
  // Known answers for philox4x32-10 as distributed with Random123 (kat_vectors): counter, key,
  // output.
  struct Vector {
    r123::Philox4x32::ctr_type counter;
    r123::Philox4x32::key_type key;
    r123::Philox4x32::ctr_type output;
  };
  const std::array vectors{
      Vector{{{0, 0, 0, 0}}, {{0, 0}}, {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}}},
      Vector{{{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}},
             {{0xffffffff, 0xffffffff}},
             {{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}}},
      Vector{{{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}},
             {{0xa4093822, 0x299f31d0}},
             {{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}}};
  for (const Vector& vector : vectors) {
    EXPECT_EQ(r123::Philox4x32{}(vector.counter, vector.key), vector.output);
  }
}

// If this fails after a change of library, its name says which: the words are Random123's,
// `uniform` and `exponential` are ours (and libm's), `normals` are Boost's. The words and uniforms
// were also computed by a separate implementation of the algorithms in Python.
TEST(RandomField, FirstDrawsAreGolden) {
  struct Golden {
    std::array<std::uint32_t, 5> words;  // Two blocks.
    double uniform;
    double exponential;
    std::array<double, 2> normals;
  };
  const std::array<Golden, kStreams.size()> golden{{
      {{0x3e166d5e, 0x5e0383a5, 0x54c845b0, 0xc89bcd30, 0x3726741c},
       0.24252971223724107,
       1.4166310514204821,
       {-1.664668622113582, -0.32491861497195967}},
      {{0x23868a7d, 0x5c4f01de, 0x5fbd4ed5, 0x449733ca, 0x0f575668},
       0.13877168236313875,
       1.9749252692804828,
       {1.3803790423182396, 0.13364715615658174}},
      {{0xd2558dfd, 0x7c658828, 0x54449b1b, 0x7d8f63db, 0x9c33bc6f},
       0.8216179603445167,
       0.19647976040161139,
       {0.32200994062765281, 0.77329033985749218}},
      {{0x6d9e3b38, 0x89daeadb, 0xc2486a44, 0x548cbf07, 0x8aaba2e1},
       0.4281956685098113,
       0.84817501845499144,
       {-0.64753642212479234, -1.2766297362620469}},
      {{0x9f5d49a6, 0x38eeb766, 0xa7a687f4, 0x485a0045, 0x346e9291},
       0.6225172072235478,
       0.47398400889912978,
       {-0.99489210896522917, -0.14581109267241074}},
      {{0xc00ada7e, 0x4807ed35, 0x3d371c90, 0xff002c1f, 0xb98c27e3},
       0.7501656111053588,
       0.28746128202063703,
       {-0.38817379457263101, -1.3807421386965348}},
      {{0xe306d10d, 0x25888a0f, 0x6d35b200, 0xb753ac9c, 0x1e9692b0},
       0.8868227631660678,
       0.12011013268571785,
       {0.48816748312336, -2.7067067348390994}},
  }};
  const RandomField field(42);
  for (std::size_t i = 0; i < kStreams.size(); ++i) {
    SCOPED_TRACE(i);
    const Draw draw = field.at(kStreams[i], 3, (std::uint64_t{1} << 40) + 7);
    Draw words = draw;
    for (const std::uint32_t word : golden[i].words) EXPECT_EQ(words(), word);
    EXPECT_EQ(Draw(draw).uniform(), golden[i].uniform);
    EXPECT_NEAR(Draw(draw).exponential(1), golden[i].exponential, 1e-14);
    Draw normals = draw;
    for (const double normal : golden[i].normals) EXPECT_NEAR(normals.normal(), normal, 1e-14);
  }
}

TEST(RandomField, GivesTheSameDrawAtTheSameAddress) {
  const RandomField field(7);
  const double first = field.at(Stream::kSignal, 1, 2).normal();
  for (std::uint64_t index = 0; index < 100; ++index) field.at(Stream::kSignal, 1, index).normal();
  EXPECT_EQ(field.at(Stream::kSignal, 1, 2).normal(), first);
  EXPECT_EQ(RandomField(7).at(Stream::kSignal, 1, 2).normal(), first);
}

TEST(RandomField, TellsAddressesApart) {
  std::vector<std::uint64_t> seen;
  const auto note = [&](std::uint64_t seed, Stream stream, std::uint32_t entity,
                        std::uint64_t index) {
    Draw draw = RandomField(seed).at(stream, entity, index);
    const std::uint64_t high = draw();
    seen.push_back(high << 32 | draw());
  };
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    for (const Stream stream : kStreams) {
      for (const std::uint32_t entity : {0U, 1U, 2U, 0xffffffffU}) {
        for (const int bit : {0, 1, 31, 32, 63})
          note(seed, stream, entity, std::uint64_t{1} << bit);
      }
    }
  }
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(std::adjacent_find(seen.begin(), seen.end()), seen.end());
}

/// One number from each of kSamples addresses, or with `per_address` that many from each of fewer.
template <class Number>
std::vector<double> sample(Number number, int per_address = 1) {
  const RandomField field(11);
  std::vector<double> result;
  for (std::uint64_t index = 0; result.size() < kSamples; ++index) {
    Draw draw = field.at(Stream::kServiceNoise, 5, index);
    for (int i = 0; i < per_address; ++i) result.push_back(number(draw));
  }
  return result;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double variance(const std::vector<double>& values) {
  const double centre = mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - centre) * (value - centre);
  return sum / static_cast<double>(values.size());
}

/// The Kolmogorov-Smirnov statistic sqrt(n) D of a sample against a cumulative distribution.
template <class Cdf>
double kolmogorov_smirnov(std::vector<double> values, Cdf cdf) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double distance = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double expected = cdf(values[i]);
    const auto rank = static_cast<double>(i);
    distance = std::max({distance, expected - rank / n, (rank + 1) / n - expected});
  }
  return std::sqrt(n) * distance;
}
constexpr double kKolmogorovSmirnovLimit = 1.95;  // Exceeded with probability 0.001.

double normal_cdf(double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }

class Distribution : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(NumbersPerAddress, Distribution, testing::Values(1, 10));

TEST_P(Distribution, UniformIsUniformOnTheOpenInterval) {
  const auto values = sample([](Draw& draw) { return draw.uniform(); }, GetParam());
  for (const double value : values) ASSERT_TRUE(0 < value && value < 1);
  EXPECT_LT(kolmogorov_smirnov(values, [](double x) { return x; }), kKolmogorovSmirnovLimit);
  EXPECT_NEAR(mean(values), 0.5, 0.002);
  EXPECT_NEAR(variance(values), 1.0 / 12, 0.0006);
}

TEST_P(Distribution, NormalIsNormal) {
  const auto values = sample([](Draw& draw) { return draw.normal(); }, GetParam());
  EXPECT_LT(kolmogorov_smirnov(values, normal_cdf), kKolmogorovSmirnovLimit);
  EXPECT_NEAR(mean(values), 0, 0.0074);
  EXPECT_NEAR(variance(values), 1, 0.0104);
}

TEST_P(Distribution, ExponentialIsExponential) {
  const auto values = sample([](Draw& draw) { return draw.exponential(3); }, GetParam());
  const auto cdf = [](double x) { return -std::expm1(-x / 3); };
  EXPECT_LT(kolmogorov_smirnov(values, cdf), kKolmogorovSmirnovLimit);
  EXPECT_NEAR(mean(values), 3, 0.022);
  EXPECT_NEAR(variance(values), 9, 0.19);
}

TEST_P(Distribution, LogNormalOfUnitMeanHasItsMeanAndVariation) {
  const double cv = 0.3;
  const auto values = sample([&](Draw& draw) { return draw.log_normal_unit_mean(cv); }, GetParam());
  const double sigma = std::sqrt(std::log(1 + cv * cv));
  const auto cdf = [&](double x) { return normal_cdf((std::log(x) + sigma * sigma / 2) / sigma); };
  EXPECT_LT(kolmogorov_smirnov(values, cdf), kKolmogorovSmirnovLimit);
  EXPECT_NEAR(mean(values), 1, 0.0022);
  EXPECT_NEAR(std::sqrt(variance(values)), cv, 0.003);
}

TEST_P(Distribution, LogNormalOfMedianHasItsMedianAndSigma) {
  const auto values = sample([](Draw& draw) { return draw.log_normal_median(5, 0.8); }, GetParam());
  const auto cdf = [](double x) { return normal_cdf(std::log(x / 5) / 0.8); };
  EXPECT_LT(kolmogorov_smirnov(values, cdf), kKolmogorovSmirnovLimit);
}

TEST_P(Distribution, BelowIsUniform) {
  constexpr std::uint32_t kFaces = 7;
  std::array<double, kFaces> counts{};
  for (const double value : sample([](Draw& draw) { return draw.below(kFaces); }, GetParam())) {
    ASSERT_LT(value, kFaces);
    counts[static_cast<std::size_t>(value)] += 1;
  }
  double chi_squared = 0;
  const double expected = static_cast<double>(kSamples) / kFaces;
  for (const double count : counts)
    chi_squared += (count - expected) * (count - expected) / expected;
  EXPECT_LT(chi_squared, 22.5);  // 6 degrees of freedom; exceeded with probability 0.001.
}

TEST(Draw, NoVariationIsExactlyOne) {
  EXPECT_EQ(RandomField(1).at(Stream::kServiceNoise, 0, 0).log_normal_unit_mean(0), 1.0);
}

TEST(Draw, BelowIsUnbiasedWhereRejectionMatters) {
  // Without rejection, n = 3 * 2^30 would give multiples of three twice as often as the rest: 1/2
  // instead of 1/3.
  const auto values = sample([](Draw& draw) { return draw.below(3U << 30) % 3 == 0 ? 1.0 : 0.0; });
  EXPECT_NEAR(mean(values), 1.0 / 3, 0.0035);
  EXPECT_EQ(RandomField(1).at(Stream::kPolicy, 0, 0).below(1), 0U);
}

TEST(DrawDeathTest, BelowZeroIsRefused) {
  EXPECT_DEATH(RandomField(1).at(Stream::kPolicy, 0, 0).below(0), "below zero");
}

TEST(RandomField, NeighbouringAddressesAreUncorrelated) {
  const RandomField field(13);
  const RandomField other_seed(14);
  const auto centred = [](Draw draw) { return draw.uniform() - 0.5; };
  const auto correlation = [&](auto first, auto second) {
    double sum = 0;
    for (std::uint64_t index = 0; index < kSamples; ++index) {
      sum += centred(first(index)) * centred(second(index));
    }
    return sum / kSamples * 12;
  };
  const double limit = 3.3 / std::sqrt(static_cast<double>(kSamples));

  for (const Stream stream : kStreams) {
    const auto here = [&](std::uint64_t index) { return field.at(stream, 1, index); };
    for (const Stream other : kStreams) {
      if (other == stream) continue;
      EXPECT_LT(std::abs(correlation(here, [&](auto i) { return field.at(other, 1, i); })), limit);
    }
    EXPECT_LT(std::abs(correlation(here, [&](auto i) { return field.at(stream, 2, i); })), limit);
    EXPECT_LT(std::abs(correlation(here, [&](auto i) { return field.at(stream, 1, i + 1); })),
              limit);
    EXPECT_LT(std::abs(correlation(here, [&](auto i) { return other_seed.at(stream, 1, i); })),
              limit);
    const auto second_number = [&](std::uint64_t index) {
      Draw draw = field.at(stream, 1, index);
      draw.uniform();
      return draw;
    };
    EXPECT_LT(std::abs(correlation(here, second_number)), limit);
  }
}

}  // namespace
}  // namespace autoscale
