// The split of a latency into blocks, compute and memory.
#include "sim/models/roofline.h"

#include <gtest/gtest.h>

#include <numeric>

namespace autoscale {
namespace {

constexpr double kLatencyS = 0.0837, kOverheadS = 0.0005;

/// Ridge 10 MAC per byte on the CPU at fp32, 40 at int8; depthwise blocks cost 3 times their bytes.
Roofline make_test_roofline() {
  RooflineConfig config;
  config.cpu[Precision::kFp32].ridge.value = 10;
  config.cpu[Precision::kInt8].ridge.value = 40;
  config.class_memory_cost[ProcessorKind::kCpu][BlockClass::kDepthwise].value = 3;
  return make_roofline(config);
}

Dnn make_dnn() {
  Dnn dnn;
  dnn.blocks = {{"input", BlockClass::kInput, 0, 0, 0, 150'528},
                {"conv", BlockClass::kConv, 118e6, 9'408, 150'528, 802'816},
                {"depthwise", BlockClass::kDepthwise, 3.6e6, 288, 401'408, 401'408},
                {"fc", BlockClass::kFc, 2.05e6, 2.05e6, 2'048, 1'000}};
  return dnn;
}

std::vector<BlockTime> times(const Dnn& dnn, Precision precision) {
  return block_times(make_test_roofline(), dnn, ProcessorKind::kCpu, precision, kLatencyS,
                     kOverheadS);
}

WorkSplit split(const Dnn& dnn, Precision precision) {
  return split_latency(make_test_roofline(), dnn, ProcessorKind::kCpu, precision, kLatencyS,
                       kOverheadS);
}

TEST(RooflineTest, BlocksAndOverheadAddUpToTheLatency) {
  for (const Precision precision : {Precision::kFp32, Precision::kInt8}) {
    double sum = kOverheadS;
    for (const BlockTime& t : times(make_dnn(), precision)) sum += t.compute_s + t.memory_s;
    EXPECT_NEAR(sum, kLatencyS, 1e-12 * kLatencyS);
    EXPECT_NEAR(split(make_dnn(), precision).total(), kLatencyS, 1e-12 * kLatencyS);
  }
}

TEST(RooflineTest, TheSplitIsTheSumOverBlocks) {
  WorkSplit sum{kOverheadS, 0, 0};
  for (const BlockTime& t : times(make_dnn(), Precision::kFp32)) {
    sum.compute_s += t.compute_s;
    sum.memory_s += t.memory_s;
  }
  const WorkSplit whole = split(make_dnn(), Precision::kFp32);
  EXPECT_EQ(whole.overhead_s, kOverheadS);
  EXPECT_NEAR(whole.compute_s, sum.compute_s, 1e-14);
  EXPECT_NEAR(whole.memory_s, sum.memory_s, 1e-14);
}

TEST(RooflineTest, MemoryAndComputeAreEqualAtTheRidge) {
  Dnn dnn;
  dnn.blocks = {{"ridge", BlockClass::kConv, 40'000, 100, 400, 500}};  // 4,000 bytes, 10 MAC each
  const WorkSplit work = split(dnn, Precision::kFp32);
  EXPECT_NEAR(work.compute_s, work.memory_s, 1e-15);
}

TEST(RooflineTest, ARidgeFactorMovesTimeToMemoryAndLeavesTheTotal) {
  const WorkSplit before = split(make_dnn(), Precision::kFp32);
  const WorkSplit after = split_latency(make_test_roofline(), make_dnn(), ProcessorKind::kCpu,
                                        Precision::kFp32, kLatencyS, kOverheadS, 2.5);
  EXPECT_NEAR(after.total(), kLatencyS, 1e-12 * kLatencyS);
  EXPECT_NEAR(after.memory_s / after.compute_s, 2.5 * before.memory_s / before.compute_s, 1e-9);
}

TEST(RooflineTest, BlocksShareTimeByTheirWork) {
  const std::vector<BlockTime> t = times(make_dnn(), Precision::kFp32);
  ASSERT_EQ(t.size(), 4);
  EXPECT_EQ(t[0].compute_s, 0);
  EXPECT_EQ(t[0].memory_s, 0) << "the input is there already";
  EXPECT_NEAR(t[1].compute_s / t[2].compute_s, 118 / 3.6, 1e-9);
  // Bytes x ridge x class cost, against MACs.
  EXPECT_NEAR(t[1].memory_s / t[1].compute_s, (9'408 + 150'528 + 802'816) * 4 * 10 / 118e6, 1e-12);
  EXPECT_NEAR(t[2].memory_s / t[2].compute_s, (288 + 802'816) * 4 * 10 * 3 / 3.6e6, 1e-9);
  EXPECT_NEAR(t[3].memory_s / t[3].compute_s, (2.05e6 + 3'048) * 4 * 10 / 2.05e6, 1e-9);
}

TEST(RooflineTest, ElementsShrinkWithThePrecision) {
  EXPECT_EQ(element_bytes(Precision::kFp32), 4);
  EXPECT_EQ(element_bytes(Precision::kFp16), 2);
  EXPECT_EQ(element_bytes(Precision::kInt8), 1);
  // A quarter of the bytes at four times the ridge is the same split.
  EXPECT_NEAR(split(make_dnn(), Precision::kInt8).memory_s,
              split(make_dnn(), Precision::kFp32).memory_s, 1e-15);
}

TEST(RooflineTest, MemoryTimeIsNeverNegative) {
  Roofline roofline = make_test_roofline();
  Dnn dnn;
  for (int i = 1; i <= 50; ++i) {
    dnn.blocks.push_back({"b", BlockClass::kConv, 1e6 / i, 0, 0, 0});
    const WorkSplit work =
        split_latency(roofline, dnn, ProcessorKind::kCpu, Precision::kFp32, kLatencyS, kOverheadS);
    EXPECT_GE(work.memory_s, 0);
    EXPECT_LT(work.memory_s, 1e-15);
  }
}

TEST(RooflineTest, OnlyComputeFollowsTheClock) {
  const WorkSplit work = split(make_dnn(), Precision::kFp32);
  for (const double slowdown : {1.0, 1.7, 4.0}) {
    EXPECT_NEAR(local_time(work, slowdown, true, {}, {}).latency_s,
                kLatencyS + (slowdown - 1) * work.compute_s, 1e-15);
  }
}

TEST(RooflineTest, AComputeFactorIsASlowerClock) {
  // A precision without own table row scales the compute part; memory and overhead stay.
  WorkSplit scaled = split(make_dnn(), Precision::kFp32);
  const WorkSplit base = scaled;
  scaled.compute_s *= 1.7;
  EXPECT_DOUBLE_EQ(scaled.total(), local_time(base, 1.7, false, {}, {}).latency_s);
  EXPECT_DOUBLE_EQ(scaled.total() - kLatencyS, 0.7 * base.compute_s);
}

TEST(RooflineTest, CoRunnersSlowMemoryEverywhereAndTheCpu) {
  const WorkSplit work = split(make_dnn(), Precision::kFp32);
  const Contention contention{0.5, 1.0, 0.7};
  const CoRunnerLoad load{0.9, 0.4};
  const double stretched = work.overhead_s + 2 * work.compute_s + work.memory_s * 1.4;
  EXPECT_DOUBLE_EQ(local_time(work, 2, false, contention, load).latency_s, stretched);
  EXPECT_DOUBLE_EQ(local_time(work, 2, true, contention, load).latency_s, stretched / 0.55);
  EXPECT_DOUBLE_EQ(local_time(work, 1, true, contention, {}).latency_s, work.total());
}

TEST(RooflineTest, ACoRunnerPaysForItsOwnShareOfTheCpu) {
  const WorkSplit work = split(make_dnn(), Precision::kFp32);
  const Contention contention{0.5, 1.0, 0.7};
  for (const double u : {0.0, 0.3, 0.9, 1.0}) {
    EXPECT_DOUBLE_EQ(local_time(work, 1, true, contention, {u, 0}).busy_s, work.total());
  }
}

TEST(RooflineTest, AStalledCoreDrawsAShareOfItsPower) {
  const WorkSplit work = split(make_dnn(), Precision::kFp32);
  for (const bool on_cpu : {true, false}) {
    const LocalTime time = local_time(work, 1, on_cpu, {0.5, 2.0, 0.7}, {0, 0.4});
    EXPECT_DOUBLE_EQ(time.latency_s, work.total() + 0.8 * work.memory_s);
    EXPECT_DOUBLE_EQ(time.busy_s, work.total() + 0.7 * 0.8 * work.memory_s);
  }
}

}  // namespace
}  // namespace autoscale
