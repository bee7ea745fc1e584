// The two phases of a generative network: against hand calculations, against sums token by token,
// and against the rates they were made from.
#include "sim/models/generation.h"

#include <gtest/gtest.h>

#include "sim/models/generation_table.h"
#include "tests/support/temporary_folder.h"

namespace autoscale {
namespace {

/// 16 layers of 2048, keys and values of 512, 1.2358e9 weights of four bits.
Generation network() {
  Generation g;
  g.parameters = 1.2358e9;
  g.attention_macs = 2 * 16 * 2048;
  g.cache_bits = 2 * 16 * 512 * 16;
  g.weight_bits[Precision::kInt4] = 5.6e9;
  return g;
}

TEST(GenerationTest, GivesTheRatesItWasMadeFrom) {
  for (const double prompt : {64.0, 128.0, 2048.0}) {
    for (const double overhead_s : {0.0, 0.002}) {
      const GenerationRates rates{prompt, 1000, 50};
      const auto work = generation_work(network(), Precision::kInt4, rates, overhead_s);
      ASSERT_TRUE(work) << prompt;
      EXPECT_NEAR(work->prefill({prompt, 1, 1}).total(), prompt / 1000, 1e-12);
      // The second of two tokens attends to the prompt and the first.
      EXPECT_NEAR(work->decode({prompt - 1, 2, 4}).total(), 1.0 / 50, 1e-12);
    }
  }
}

TEST(GenerationTest, EqualsTheHandCalculation) {
  GenerationWork work;
  work.overhead_s = 0.002;
  work.token_s = 0.001;
  work.attention_s = 1e-6;
  work.weights_s = 0.02;
  work.cache_s = 2e-6;
  const Tokens tokens{100, 4, 16};
  const WorkSplit prefill = work.prefill(tokens);
  EXPECT_DOUBLE_EQ(prefill.overhead_s, 0.002);
  EXPECT_DOUBLE_EQ(prefill.compute_s, 0.105);  // 100 x 1 ms and 1 us x 100^2 / 2
  EXPECT_DOUBLE_EQ(prefill.memory_s, 0.02);
  const WorkSplit decode = work.decode(tokens);  // three tokens, after 101, 102 and 103
  EXPECT_DOUBLE_EQ(decode.overhead_s, 0);
  EXPECT_DOUBLE_EQ(decode.compute_s, 0.003 + 306e-6);
  EXPECT_DOUBLE_EQ(decode.memory_s, 0.06 + 612e-6);
}

TEST(GenerationTest, EqualsTheSumOverTokens) {
  const auto work = *generation_work(network(), Precision::kInt4, {128, 900, 30}, 0.001);
  for (const double prompt : {1.0, 77.0, 3000.0}) {
    for (const int output : {1, 2, 3, 500}) {
      double sum = 0;
      for (int i = 1; i < output; ++i) {
        sum += work.token_s + work.weights_s + (work.attention_s + work.cache_s) * (prompt + i);
      }
      const double m = output;
      EXPECT_NEAR(work.decode({prompt, m, m * m}).total(), sum, 1e-12 * (1 + sum));
    }
  }
}

/// Decode is linear in the answer's length and its square, so that means of both give its mean.
TEST(GenerationTest, MeansOfTheMomentsGiveTheMeanTime) {
  const auto work = *generation_work(network(), Precision::kInt4, {128, 900, 30}, 0.001);
  const double lengths[] = {1, 10, 400};
  double time = 0, mean = 0, square = 0;
  for (const double m : lengths) {
    time += work.decode({50, m, m * m}).total() / 3;
    mean += m / 3;
    square += m * m / 3;
  }
  EXPECT_NEAR(work.decode({50, mean, square}).total(), time, 1e-12);
}

TEST(GenerationTest, SplitsByMacsAndBytes) {
  const Generation g = network();
  const auto work = *generation_work(g, Precision::kInt4, {128, 3453, 53.6}, 0);
  EXPECT_NEAR(work.attention_s / work.token_s, g.attention_macs / g.parameters, 1e-15);
  EXPECT_NEAR(work.cache_s / work.weights_s, 262144 / 5.6e9, 1e-15);
  // 128 tokens in 37.07 ms and a token in 18.66 ms: nearly all of a token is memory.
  EXPECT_NEAR(work.weights_s, 18.4e-3, 0.2e-3);
  EXPECT_NEAR(work.token_s, 0.145e-3, 0.005e-3);
}

TEST(GenerationTest, RefusesRatesThatNoSplitExplains) {
  // A prompt that is read in less time than one token takes; tokens faster than the prompt's.
  EXPECT_FALSE(generation_work(network(), Precision::kInt4, {8, 1000, 50}, 0));
  EXPECT_FALSE(generation_work(network(), Precision::kInt4, {128, 40, 50}, 0));
  EXPECT_FALSE(generation_work(network(), Precision::kInt4, {128, 1000, 50}, 0.2));
}

TEST(GenerationTest, MacsCountPromptAnswerAndAttention) {
  const Generation g = network();
  EXPECT_DOUBLE_EQ(g.macs({30, 10, 0}), 40 * 1.2358e9 + 65536 * 800.0);
}

TEST(GenerationTableTest, ReportsWrongRowsWithTheirPlaces) {
  const TemporaryFolder folder;
  const auto file = folder.write("generation.csv",
                                 "device,dnn,processor,precision,prompt_tokens,"
                                 "prefill_tokens_per_s,decode_tokens_per_s,source\n"
                                 "a,net,dsp,int4,128,1000,50,here\n"
                                 "a,net,dsp,int4,128,1000,50,again\n"
                                 "a,other,cpu,int4,128,1000,50,\n"
                                 "a,net,cpu,int3,128,1000,50,\n"
                                 "a,net,cpu,fp16,0,1000,50,\n"
                                 "a,net,gpu,fp16,128,,50,\n");
  GenerationTable table;
  config::Diagnostics diagnostics;
  table.read(file, {"net"}, diagnostics);
  EXPECT_EQ(table.rows().size(), 1U);
  std::vector<int> lines;
  for (const auto& d : diagnostics.list()) lines.push_back(d.mark.line);
  EXPECT_EQ(lines, (std::vector<int>{3, 4, 5, 6, 7}));
  const GenerationRow* row = table.find({"a", "net", ProcessorKind::kDsp, Precision::kInt4});
  ASSERT_TRUE(row);
  EXPECT_EQ(row->rates.decode_per_s, 50);
}

}  // namespace
}  // namespace autoscale
