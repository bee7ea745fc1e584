// Lengths of prompts and answers: as configured, as their moments say, as recorded.
#include "sim/models/token_lengths.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <vector>

#include "tests/fidelity/statistics.h"
#include "tests/support/config_testing.h"
#include "tests/support/shipped_catalog.h"

namespace autoscale {
namespace {

constexpr std::uint32_t kDraws = 1'000'000;

/// The lengths that a configuration in YAML says. Throws ConfigError.
TokenLengths token_lengths(const std::string& yaml) {
  const auto config = config::read_text<TokensConfig>(yaml);
  config::Diagnostics diagnostics;
  const config::Mark where{std::make_shared<const std::string>("f.yaml"), 9, 9};
  TokenLengths lengths(config, where, shipped_catalog(), diagnostics);
  diagnostics.throw_if_any();
  return lengths;
}

std::string lengths_error(const std::string& yaml) {
  return config::error_of([&] { token_lengths(yaml); });
}

/// A log-normal answer to a prompt of seven tokens.
std::string answer(double median, double p90, int limit) {
  return fmt::format(
      "drawn: {{prompt: {{constant: {{value: 7}}}},\n"
      " output: {{log_normal: {{median: {}, p90: {}, limit: {}}}}}, origin: {{assumed: a}}}}",
      median, p90, limit);
}

std::vector<double> drawn_outputs(const TokenLengths& lengths, std::uint32_t count) {
  const RandomField random(5);
  std::vector<double> outputs;
  for (std::uint32_t i = 0; i < count; ++i) {
    outputs.push_back(lengths.draw(random, i % 10, i / 10).output);
  }
  return outputs;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

/// Fails unless `expected` is within 4 standard errors of the mean.
void expect_mean_of(const std::vector<double>& values, double expected) {
  const double mean = mean_of(values);
  double squares = 0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  const auto n = static_cast<double>(values.size());
  EXPECT_NEAR(mean, expected, 4 * std::sqrt(squares) / n);
}

TEST(TokenLengthsTest, MomentsAreThoseOfAMillionDraws) {
  for (const auto& yaml : {answer(150, 500, 1024), answer(2, 9, 20), answer(1, 1.5, 5),
                           answer(300, 320, 310), answer(4000, 5000, 1'000'000)}) {
    SCOPED_TRACE(yaml);
    const TokenLengths lengths = token_lengths(yaml);
    std::vector<double> outputs = drawn_outputs(lengths, kDraws);
    expect_mean_of(outputs, lengths.mean_output());
    for (double& x : outputs) x *= x;
    expect_mean_of(outputs, lengths.mean_output_square());
    EXPECT_EQ(lengths.mean_prompt(), 7);
  }
}

TEST(TokenLengthsTest, MomentsAreTheClosedFormWhereNothingIsCut) {
  const TokenLengths lengths = token_lengths(answer(2000, 4000, 1'000'000));
  const double sigma = std::log(2.0) / 1.2815515655446004;
  EXPECT_NEAR(lengths.mean_output() / (2000 * std::exp(sigma * sigma / 2)), 1, 1e-9);
  // Rounding adds the variance of a uniform number.
  EXPECT_NEAR(lengths.mean_output_square() / (4e6 * std::exp(2 * sigma * sigma) + 1.0 / 12), 1,
              1e-9);
}

TEST(TokenLengthsTest, MomentsOfThreeLengthsByHand) {
  const TokenLengths lengths = token_lengths(answer(1.2, 3, 3));
  const auto above = [](double x) {
    return 1 - normal_cumulative(std::log(x / 1.2) / (std::log(2.5) / 1.2815515655446004));
  };
  const double two = above(1.5) - above(2.5), three = above(2.5), one = 1 - two - three;
  EXPECT_NEAR(lengths.mean_output(), one + 2 * two + 3 * three, 1e-12);
  EXPECT_NEAR(lengths.mean_output_square(), one + 4 * two + 9 * three, 1e-12);
}

TEST(TokenLengthsTest, ALogNormalHasItsMedianItsP90AndItsLimit) {
  std::vector<double> outputs = drawn_outputs(token_lengths(answer(150, 500, 800)), kDraws);
  const auto share = [&](auto&& condition) {
    return static_cast<double>(std::count_if(outputs.begin(), outputs.end(), condition)) / kDraws;
  };
  EXPECT_NEAR(share([](double x) { return x <= 150; }), 0.5, 0.004);
  EXPECT_NEAR(share([](double x) { return x <= 500; }), 0.9, 0.002);
  EXPECT_EQ(*std::max_element(outputs.begin(), outputs.end()), 800);
  const double z = std::log(799.5 / 150) / (std::log(500.0 / 150) / 1.2815515655446004);
  EXPECT_NEAR(share([](double x) { return x == 800; }), 1 - normal_cumulative(z), 0.001);
}

TEST(TokenLengthsTest, NeverLessThanOneToken) {
  const auto outputs = drawn_outputs(token_lengths(answer(1, 50, 60)), 10000);
  EXPECT_EQ(*std::min_element(outputs.begin(), outputs.end()), 1);
}

TEST(TokenLengthsTest, ConstantsAreConstant) {
  const TokenLengths lengths = token_lengths(
      "drawn: {prompt: {constant: {value: 128}},\n"
      " output: {log_normal: {median: 30.4, p90: 30.4}}}");
  EXPECT_EQ(lengths.draw(RandomField(1), 2, 3), (TokenCount{128, 30}));
  EXPECT_EQ(lengths.mean_prompt(), 128);
  EXPECT_EQ(lengths.mean_output(), 30);
  EXPECT_EQ(lengths.mean_output_square(), 900);
}

TEST(TokenLengthsTest, TheAddressAloneDecides) {
  const std::string both = "{log_normal: {median: 500, p90: 5000}}";
  const TokenLengths lengths = token_lengths("drawn: {prompt: " + both + ", output: " + both + "}");
  const RandomField random(7);
  const TokenCount count = lengths.draw(random, 3, 4);
  EXPECT_EQ(lengths.draw(random, 3, 4), count);
  EXPECT_NE(count.prompt, count.output);
  EXPECT_NE(lengths.draw(random, 4, 3), count);
  EXPECT_NE(lengths.draw(random, 3, 5), count);
  EXPECT_NE(lengths.draw(RandomField(8), 3, 4), count);
  const TokenLengths other =
      token_lengths("drawn: {prompt: {constant: {value: 1}}, output: " + both + "}");
  EXPECT_EQ(other.draw(random, 3, 4).output, count.output) << "whatever the prompt's law";
}

TEST(TokenLengthsTest, RefusesWhatCannotBe) {
  EXPECT_EQ(lengths_error(answer(500, 150, 800)),
            "f.yaml:2:42: error: tokens: the 90th percentile is below the median");
  EXPECT_NE(lengths_error(answer(0.5, 150, 800)).find("between 1 and 1000000"), std::string::npos);
  EXPECT_NE(lengths_error(answer(5, 15, 0)).find("between 1 and 1000000"), std::string::npos);
  EXPECT_NE(lengths_error("drawn: {prompt: {constant: {value: 1000001}}}").find("between 1"),
            std::string::npos);
  EXPECT_NE(lengths_error("trace: {file: a.csv, order: sorted}").find("as_recorded"),
            std::string::npos);
}

class TokenTraceTest : public config::InTemporaryFolder {
 protected:
  /// The lengths of a file that holds `content`.
  static TokenLengths traced(std::string_view content, const std::string& rest = "") {
    write("t.csv", content);
    return token_lengths("trace: {file: t.csv" + rest + "}");
  }
  static std::string traced_error(std::string_view content, const std::string& rest = "") {
    return config::error_of([&] { traced(content, rest); });
  }
  static TokenCount second(const TokenLengths& lengths) {
    return lengths.draw(RandomField(1), 0, 1);
  }
};

TEST_F(TokenTraceTest, RowsComeAsRecordedAndThenAgain) {
  const TokenLengths lengths = traced("prompt,output\n10,1\n20,2\n60,9\n", ", order: as_recorded");
  for (const std::uint32_t phone : {0U, 5U}) {
    for (std::uint32_t request = 0; request < 9; ++request) {
      const TokenCount count = lengths.draw(RandomField(phone), phone, request);
      EXPECT_EQ(count.prompt, (std::array{10, 20, 60}[request % 3]));
      EXPECT_EQ(count.output, (std::array{1, 2, 9}[request % 3]));
    }
  }
  EXPECT_NEAR(lengths.mean_prompt(), 30, 1e-12);
  EXPECT_NEAR(lengths.mean_output(), 4, 1e-12);
  EXPECT_NEAR(lengths.mean_output_square(), 86.0 / 3, 1e-12);
}

TEST_F(TokenTraceTest, RandomRowsAreEquallyLikelyAndStayTogether) {
  const TokenLengths lengths = traced("prompt,output\n10,1\n20,2\n60,9\n80,9\n");
  std::map<std::pair<std::uint32_t, std::uint32_t>, int> seen;
  const RandomField random(3);
  for (std::uint32_t i = 0; i < 40000; ++i) {
    const TokenCount count = lengths.draw(random, i % 4, i / 4);
    ++seen[{count.prompt, count.output}];
  }
  ASSERT_EQ(seen.size(), 4);
  for (const auto& [row, times] : seen) {
    EXPECT_NEAR(times, 10000, 4 * std::sqrt(40000 * 0.25 * 0.75)) << row.first;
  }
  EXPECT_TRUE(seen.contains({60, 9}));
}

TEST_F(TokenTraceTest, EveryShippedFormatReadsItsFiles) {
  const std::map<std::string, std::string> files = {
      {"plain", "prompt,output\n1,2\n300,40.0\n"},
      {"azure_llm",
       "TIMESTAMP,ContextTokens,GeneratedTokens\n"
       "2023-01-01 00:00:00.0000000,1,2\n2023-01-01 00:00:01.5000000,300,40\n"},
      {"sharegpt",
       "num_prefill_tokens,num_decode_tokens,num_total_tokens,pd_ratio\n"
       "1,2,3,0.5\n300,40,340,7.5\n"},
      {"pairs", "[[1, 2],\n [300, 40]]\n"}};
  const auto names = shipped_catalog().names(kTokenFormatFolder);
  EXPECT_EQ(names.size(), files.size());
  for (const auto& [format, content] : files) {
    SCOPED_TRACE(format);
    const TokenLengths lengths = traced(content, ", order: as_recorded, format: " + format);
    EXPECT_EQ(second(lengths), (TokenCount{300, 40}));
    EXPECT_EQ(lengths.mean_prompt(), 150.5);
  }
}

TEST_F(TokenTraceTest, AFormatOfOnesOwnIsGivenByItsPath) {
  write("objects.yaml", "{summary: a, source: b, json: true, prompt: in, output: out}");
  EXPECT_EQ(second(traced("[{\"in\": 1, \"out\": 1}, {\"out\": 5, \"x\": [2], \"in\": 4}]",
                          ", order: as_recorded, format: objects.yaml")),
            (TokenCount{4, 5}));
  write("bare.yaml",
        "{summary: a, source: b, header: false, separator: blanks, prompt: '3', output: '1'}");
  EXPECT_EQ(
      second(traced("1 0,5 2\n# aside\n7  0  8\n", ", order: as_recorded, format: bare.yaml")),
      (TokenCount{8, 7}));
}

TEST_F(TokenTraceTest, AFileIsFoundBesideTheOneThatNamesIt) {
  write("data/t.csv", "prompt,output\n3,4\n");
  const config::Mark there{std::make_shared<const std::string>("data/f.yaml"), 1, 1};
  TokenTraceConfig config;
  config.file = {"t.csv", there};
  config::Diagnostics diagnostics;
  const TokenLengths lengths(config, {}, shipped_catalog(), diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_EQ(second(lengths), (TokenCount{3, 4}));
}

TEST_F(TokenTraceTest, BadCountsAreReportedWithTheirLines) {
  for (const char* bad : {"0", "-3", "2.5", "1000001", "1e99", "many", "", "nan"}) {
    SCOPED_TRACE(bad);
    const std::string error = traced_error(fmt::format("prompt,output\n5,6\n7,{}\n", bad));
    EXPECT_EQ(error, fmt::format("f.yaml:1:15: error: tokens: trace 't.csv' cannot be used\n"
                                 "t.csv:3:1: error: output: '{}' is no number of tokens (whole, "
                                 "from 1 to 1000000)",
                                 bad));
    EXPECT_NE(traced_error(fmt::format("[[5, 6],\n [\"{}\", 1]]", bad), ", format: pairs")
                  .find(fmt::format("t.csv:2:3: error: 1: '{}' is no number", bad)),
              std::string::npos);
  }
}

TEST_F(TokenTraceTest, FilesThatAreNoneAreReported) {
  EXPECT_NE(traced_error("prompt,answer\n1,2\n").find("t.csv:1:1: error: no column 'output'"),
            std::string::npos);
  EXPECT_NE(traced_error("prompt,output\n").find("t.csv:1:1: error: no requests"),
            std::string::npos);
  EXPECT_NE(traced_error("").find("t.csv:1:1: error: no header line"), std::string::npos);
  EXPECT_NE(traced_error("prompt,output\n1,2,3\n").find("t.csv:2:1: error: 3 fields"),
            std::string::npos);
  EXPECT_NE(lengths_error("trace: {file: none.csv}").find("none.csv:1:1: error: cannot be opened"),
            std::string::npos);
  const std::string pairs = ", format: pairs";
  EXPECT_NE(traced_error("[]", pairs).find("t.csv:1:1: error: no requests"), std::string::npos);
  EXPECT_NE(traced_error("{a: 1}", pairs).find("expected a list of requests"), std::string::npos);
  EXPECT_NE(traced_error("[[1, 2],\n [3]]", pairs).find("t.csv:2:2: error: no '2' in a list"),
            std::string::npos);
  EXPECT_NE(traced_error("[[1, 2", pairs).find("t.csv:"), std::string::npos);
  EXPECT_NE(traced_error("", pairs).find("t.csv"), std::string::npos);
}

TEST_F(TokenTraceTest, UnknownFormatsAreReportedWithTheKnownOnes) {
  EXPECT_NE(traced_error("prompt,output\n1,2\n", ", format: azure")
                .find("f.yaml:1:30: error: unknown token format 'azure'"),
            std::string::npos);
  EXPECT_NE(traced_error("prompt,output\n1,2\n", ", format: none.yaml").find("no file"),
            std::string::npos);
  write("bad.yaml", "{summary: a, source: b, prompt: p}");
  EXPECT_NE(traced_error("p,o\n1,2\n", ", format: bad.yaml").find("output"), std::string::npos);
}

}  // namespace
}  // namespace autoscale
