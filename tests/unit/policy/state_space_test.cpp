// State numbers from the bins of the design, worked by hand.
#include "sim/policy/state_space.h"

#include <gtest/gtest.h>

namespace autoscale {
namespace {

Dnn dnn_of(LayerCounts layers, double macs) {
  Dnn dnn;
  dnn.layers = layers;
  dnn.macs = macs;
  return dnn;
}

/// conv digit 1, fc 0, rc 1, mac 2: ((1 x 2 + 0) x 2 + 1) x 3 + 2 = 17.
const std::vector<Dnn> kDnns = {dnn_of({30, 9, 10}, 2e9)};

Observation seen(CoRunnerLoad load, bool cloud_weak, bool tablet_weak) {
  Observation o;
  o.load = load;
  o.weak = {cloud_weak, tablet_weak};
  return o;
}

TEST(StateSpaceTest, NumbersTheStatesOfThePaper) {
  const StateSpace space({}, kDnns);
  EXPECT_EQ(space.size(), 3072U);
  EXPECT_EQ(space.of(seen({0, 0}, false, false)), 17U * 64);
  EXPECT_EQ(space.of(seen({0.24, 0.25}, false, true)), 17U * 64 + 1 * 16 + 2 * 4 + 1);
  EXPECT_EQ(space.of(seen({0.75, 1}, true, false)), 17U * 64 + 3 * 16 + 3 * 4 + 2);
}

TEST(StateSpaceTest, ADroppedFeatureIsNotTold) {
  const StateSpace space({{Feature::kCpu, Feature::kMac}, {}, {}}, kDnns);
  EXPECT_EQ(space.size(), 3072U / 12);
  EXPECT_EQ(space.of(seen({0, 0.5}, true, true)), 5U * 16 + 2 * 4 + 3);
  EXPECT_EQ(space.of(seen({1, 0.5}, true, true)), space.of(seen({0, 0.5}, true, true)));
}

TEST(StateSpaceTest, EdgesReplaceTheWeakThreshold) {
  const StateSpace space({{}, {Dbm(-85), Dbm(-70)}, {}}, kDnns);
  EXPECT_EQ(space.size(), 3072U / 4 * 9);
  Observation o = seen({0, 0}, true, true);
  o.signal_dbm = {-70, -60};  // an edge belongs to the bin below it
  EXPECT_EQ(space.of(o), 17U * 16 * 9 + 1 * 3 + 2);
}

/// A network that reads and makes tokens of 1e9 MACs, mostly ten of them in an answer.
std::vector<Dnn> generative() {
  Dnn dnn;
  dnn.macs = 1e9;
  dnn.layers = {0, 1, 16};
  dnn.generation.emplace().parameters = 1e9;
  dnn.generation->usual.output = 10;
  return {dnn};
}

TEST(StateSpaceTest, TokensCountAsMacs) {
  const std::vector<Dnn> dnns = generative();
  const StateSpace space({{}, {}, {20e9, 100e9}}, dnns);
  EXPECT_EQ(space.size(), 3072U);
  Observation o = seen({0, 0}, false, false);
  o.dnn = 0;
  std::vector<std::string> bins;
  for (const std::uint32_t prompt : {9, 10, 89, 90}) {
    o.prompt_tokens = prompt;
    bins.push_back(space.names()[space.of(o)].substr(0, 31));
  }
  EXPECT_EQ(bins, (std::vector<std::string>{
                      "conv<30 fc<10 rc>=10 mac<2e10 c", "conv<30 fc<10 rc>=10 mac<1e11 c",
                      "conv<30 fc<10 rc>=10 mac<1e11 c", "conv<30 fc<10 rc>=10 mac>=1e11 "}));
}

TEST(StateSpaceTest, TheDefinitionTellsSpacesApart) {
  const std::string plain = StateSpace({}, kDnns).definition();
  EXPECT_NE(plain, StateSpace({{}, {}, {1e9}}, kDnns).definition());
  EXPECT_EQ(plain, StateSpace({{}, {}, {1e9, 2e9}}, kDnns).definition());
  EXPECT_NE(plain, StateSpace({{Feature::kCpu}, {}, {}}, kDnns).definition());
  EXPECT_NE(plain, StateSpace({{}, {Dbm(-85)}, {}}, kDnns).definition());
}

TEST(StateSpaceTest, StatesHaveNames) {
  const StateSpace space({}, kDnns);
  const std::vector<std::string> names = space.names();
  ASSERT_EQ(names.size(), space.size());
  EXPECT_EQ(names[space.of(seen({0.24, 0.25}, false, true))],
            "conv<50 fc<10 rc>=10 mac>=2e9 cpu<25% memory<75% cloud_signal=regular "
            "tablet_signal=weak");
  const StateSpace finer({{Feature::kConv, Feature::kMemory}, {Dbm(-85), Dbm(-70.5)}, {}}, kDnns);
  Observation o = seen({0, 1}, true, true);
  o.signal_dbm = {-86, -60};
  EXPECT_EQ(finer.names()[finer.of(o)],
            "fc<10 rc>=10 mac>=2e9 cpu=0 cloud_signal<=-85dBm tablet_signal>-70.5dBm");
}

TEST(StateSpaceTest, ADefinitionGivesItsSpaceBack) {
  for (const StateConfig& config :
       {StateConfig{}, StateConfig{{Feature::kCpu, Feature::kMac}, {}, {}},
        StateConfig{{}, {}, {1.25e9, 3e10, 1e12}},
        StateConfig{{Feature::kCloudSignal}, {Dbm(-85), Dbm(-70.5)}, {}}}) {
    const StateSpace space(config, kDnns);
    EXPECT_EQ(StateSpace::defined_by(space.definition()).names(), space.names());
  }
  EXPECT_THROW(StateSpace::defined_by("conv<30"), std::invalid_argument);
  EXPECT_THROW(StateSpace::defined_by(StateSpace({}, kDnns).definition() + "x2"),
               std::invalid_argument);
}

}  // namespace
}  // namespace autoscale
