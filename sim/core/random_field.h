// Random numbers by address instead of by sequence.
//
// A draw is a pure function of (seed, stream, entity, index), so nothing that a policy, a device or
// a new log line does can shift another draw, and all policies meet the same world. The bits are
// Philox4x32-10 (Salmon, Moraes, Dror and Shaw, SC 2011; Random123): the key is a hash of seed and
// stream, the counter is (index low, index high, entity, block number), and a draw that needs more
// than four words advances only the block number.
//
// Uniform and exponential numbers are inversions of one uniform, so that they depend on no library
// but libm. Normal numbers are Boost's, whose rejection method takes a variable number of words of
// the draw.
#pragma once

#include <Random123/philox.h>

#include <cstdint>
#include <limits>

namespace autoscale {

/// What a draw is for; each stream is independent of the others. Appending a stream changes no draw
/// of another, reordering them changes all.
enum class Stream : std::uint32_t {
  kArrivals,
  kSignal,
  kCoRunner,
  kServiceNoise,
  kNetworkLatency,
  kPolicy,
  kWorkload,
  kEpisodes,
  kGridOrder,
  kPlannerModel,
  kTokens,
};

/// The random words at one address, in order, and the numbers made of them. Consecutive calls give
/// independent numbers; a copy repeats what the original goes on to give. A
/// UniformRandomBitGenerator with 2^34 words before it repeats.
class Draw {
 public:
  using result_type = std::uint32_t;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }

  result_type operator()() {
    if (next_word_ == kWordsPerBlock) next_block();
    return block_[next_word_++];
  }

  /// Uniform in the open interval (0, 1): the centres of 2^52 equal cells.
  double uniform() {
    const std::uint64_t high = (*this)();
    const std::uint64_t cell = (high << 32 | (*this)()) >> 12;
    return (static_cast<double>(cell) + 0.5) * 0x1p-52;
  }

  /// Normal with mean 0 and standard deviation 1.
  double normal();

  /// Exponential with the given mean, in the mean's unit.
  double exponential(double mean);

  /// Log-normal with mean 1 and coefficient of variation `cv` >= 0.
  double log_normal_unit_mean(double cv);

  /// Log-normal with the given median, in its unit, whose logarithm has standard deviation `sigma`.
  double log_normal_median(double median, double sigma);

  /// A whole number in [0, n), each equally likely. Fails a check when n is zero.
  std::uint32_t below(std::uint32_t n);

 private:
  friend class RandomField;
  using Philox = r123::Philox4x32;
  static constexpr unsigned kWordsPerBlock = 4;

  Draw(Philox::key_type key, Philox::ctr_type counter) : counter_(counter), key_(key) {}

  void next_block() {
    block_ = Philox{}(counter_, key_);
    ++counter_[3];
    next_word_ = 0;
  }

  Philox::ctr_type counter_;
  Philox::key_type key_;
  Philox::ctr_type block_{};
  unsigned next_word_ = kWordsPerBlock;
};

/// All the randomness of one run. Immutable, and cheap to copy.
class RandomField {
 public:
  explicit RandomField(std::uint64_t seed) : seed_hash_(hash(seed)) {}

  /// The draw at an address. `entity` is whose draw it is (a device, a link), `index` which one (a
  /// request, a time block). The same address gives the same draw, whenever and however often it is
  /// asked for.
  Draw at(Stream stream, std::uint32_t entity, std::uint64_t index) const {
    const std::uint64_t key = hash(seed_hash_ + static_cast<std::uint32_t>(stream));
    return Draw({{low(key), high(key)}}, {{low(index), high(index), entity, 0}});
  }

 private:
  static constexpr std::uint32_t low(std::uint64_t word) {
    return static_cast<std::uint32_t>(word);
  }
  static constexpr std::uint32_t high(std::uint64_t word) {
    return static_cast<std::uint32_t>(word >> 32);
  }

  /// One step of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): a bijection under which nearby
  /// seeds become unrelated.
  static constexpr std::uint64_t hash(std::uint64_t word) {
    word += 0x9e3779b97f4a7c15;
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
    word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
    return word ^ (word >> 31);
  }

  std::uint64_t seed_hash_;
};

}  // namespace autoscale
