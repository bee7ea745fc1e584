// A vector of episodes: what it gives for episode i is what that episode gives alone, whatever the
// number of threads. "Threads" in the name, for TSan.
#include "sim/run/episode_vector.h"

#include <gtest/gtest.h>

namespace autoscale {
namespace {

std::shared_ptr<const LoadedScenario> quickstart() {
  static const auto loaded = std::make_shared<const LoadedScenario>(
      SearchPath(AUTOSCALE_SOURCE_DIR), AUTOSCALE_SOURCE_DIR "/scenarios/quickstart.yaml",
      ScenarioOverrides{{"environment=D3"}, {"random"}, {}, {}});
  return loaded;
}

/// Short episodes in which every action is taken.
EpisodeOptions short_episodes() {
  EpisodeOptions options;
  options.stepped.length = 7;
  options.penalty = -10;
  options.oracle = true;
  return options;
}

std::int64_t action_of(const Episode& episode, std::size_t i, std::size_t round) {
  return static_cast<std::int64_t>((i * 5 + round) % episode.actions());
}

class ThreadsOfVector : public testing::TestWithParam<std::tuple<std::size_t, Autoreset>> {};

TEST_P(ThreadsOfVector, ChangeNothing) {
  const auto [threads, autoreset] = GetParam();
  constexpr std::size_t kCount = 5;
  EpisodeVector vector(quickstart(), short_episodes(), kCount, false, autoreset, threads);
  std::vector<std::unique_ptr<Episode>> alone;
  for (std::size_t i = 0; i < kCount; ++i) {
    alone.push_back(std::make_unique<Episode>(quickstart(), short_episodes()));
    alone[i]->reset(i + 1);
  }
  vector.reset(std::vector<std::uint64_t>{1, 2, 3, 4, 5});
  for (std::size_t round = 0; round < 40; ++round) {
    std::vector<std::int64_t> actions;
    for (std::size_t i = 0; i < kCount; ++i) actions.push_back(action_of(*alone[i], i, round));
    vector.step(actions);
    for (std::size_t i = 0; i < kCount; ++i) {
      Episode& episode = *alone[i];
      const bool begins = episode.world().over();
      begins ? episode.reset_following() : episode.step(actions[i]);
      const bool over = episode.world().over();
      EXPECT_EQ(vector.rewards()[i], episode.reward());
      EXPECT_EQ(vector.truncated()[i], over);
      if (!begins) {
        EXPECT_EQ(vector.numbers()[EpisodeVector::kEnergy * kCount + i],
                  episode.world().outcome().ledger.energy_j);
      }
      if (over && autoreset == Autoreset::kSameStep) {
        EXPECT_EQ(vector.final_states()[i], episode.state());
        episode.reset_following();
      }
      EXPECT_EQ(vector.states()[i], episode.state());
      EXPECT_EQ(vector.integers()[EpisodeVector::kOracleAction * kCount + i],
                episode.oracle_action());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Vectors, ThreadsOfVector,
                         testing::Combine(testing::Values(1, 3, 8),
                                          testing::Values(Autoreset::kNextStep,
                                                          Autoreset::kSameStep)));

TEST(ThreadsOfVectorTest, AnIllegalActionChangesNothing) {
  EpisodeOptions options = short_episodes();
  options.penalty.reset();
  EpisodeVector vector(quickstart(), options, 4, true, Autoreset::kNextStep, 2);
  vector.reset(std::vector<std::uint64_t>{1, 2, 3, 4});
  const std::vector<float> before = vector.features();
  const auto legal = static_cast<std::int64_t>(vector.episode(0).world().dnn().legal.front());
  EXPECT_THROW(vector.step(std::vector<std::int64_t>{legal, legal, legal, -1}),
               std::invalid_argument);
  EXPECT_EQ(vector.features(), before);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(vector.episode(i).world().steps(), 0U);
}

TEST(ThreadsOfVectorTest, ResetsComeFirst) {
  EpisodeVector vector(quickstart(), short_episodes(), 2, false, Autoreset::kNextStep, 2);
  EXPECT_THROW(vector.step(std::vector<std::int64_t>{0, 0}), std::logic_error);
  EXPECT_THROW(vector.reset_following(), std::invalid_argument);
  EXPECT_THROW(vector.reset(std::vector<std::uint64_t>{1}), std::invalid_argument);
}

TEST(ThreadsOfVectorTest, AResetOfSomeLeavesTheOthersAlone) {
  const std::vector<std::uint8_t> which = {0, 1, 0, 1};
  const std::vector<std::uint64_t> seeds = {1, 2, 3, 4}, later = {91, 92, 93, 94};
  EpisodeVector vector(quickstart(), short_episodes(), 4, false, Autoreset::kNextStep, 2);
  EXPECT_THROW(vector.reset(seeds, which), std::logic_error);
  vector.reset(seeds);
  vector.step(std::vector<std::int64_t>(4, 1));
  EXPECT_THROW(vector.reset(later, std::vector<std::uint8_t>{1}), std::invalid_argument);
  vector.reset(later, which);
  vector.step(std::vector<std::int64_t>(4, 2));
  for (std::size_t i = 0; i < 4; ++i) {
    Episode alone(quickstart(), short_episodes());
    alone.reset(which[i] != 0 ? later[i] : seeds[i]);
    if (which[i] == 0) alone.step(1);
    alone.step(2);
    EXPECT_EQ(vector.rewards()[i], alone.reward());
    EXPECT_EQ(vector.states()[i], alone.state());
    EXPECT_EQ(vector.episode(i).world().steps(), alone.world().steps());
  }
}

TEST(ThreadsOfVectorTest, DisabledLeavesEndedEpisodesToTheCaller) {
  EpisodeVector vector(quickstart(), short_episodes(), 2, false, Autoreset::kDisabled, 1);
  vector.reset(std::vector<std::uint64_t>{1, 2});
  const std::vector<std::int64_t> actions = {1, 1};
  for (int step = 0; step < 3; ++step) vector.step(actions);
  vector.reset(std::vector<std::uint64_t>{5, 5}, std::vector<std::uint8_t>{1, 0});
  for (int step = 0; step < 4; ++step) vector.step(actions);
  EXPECT_EQ(vector.truncated(), (std::vector<std::uint8_t>{0, 1}));
  EXPECT_THROW(vector.step(actions), std::logic_error);
  EXPECT_EQ(vector.episode(0).world().steps(), 4U) << "nothing happens anywhere";
  vector.reset_following(std::vector<std::uint8_t>{0, 1});
  EXPECT_EQ(vector.episode(1).world().seed(), following_seed(2));
  EXPECT_EQ(vector.truncated(), (std::vector<std::uint8_t>{0, 0}));
  vector.step(actions);
  EXPECT_EQ(vector.episode(0).world().steps(), 5U);
}

TEST(ThreadsOfVectorTest, AReplayGetsWhereTheDecisionsLed) {
  const std::vector<std::int64_t> rows = {9, 0, 1, 9, 2, 3};  // [row][episode]
  EpisodeVector vector(quickstart(), short_episodes(), 2, true, Autoreset::kNextStep, 2);
  vector.replay(std::vector<std::uint64_t>{6, 7}, std::vector<std::uint64_t>{2, 0}, rows);
  Episode alone(quickstart(), short_episodes());
  alone.reset(6);
  alone.step(1);
  alone.step(2);
  EXPECT_EQ(vector.numbers()[EpisodeVector::kEnergy * 2], alone.world().outcome().ledger.energy_j);
  EXPECT_EQ(vector.features()[0], static_cast<float>(alone.features()[0]));
  EXPECT_EQ(vector.episode(1).world().seed(), 7U);
  EXPECT_EQ(vector.episode(1).world().steps(), 0U);
  EXPECT_THROW(
      vector.replay(std::vector<std::uint64_t>{6, 7}, std::vector<std::uint64_t>{4, 0}, rows),
      std::invalid_argument);
}

}  // namespace
}  // namespace autoscale
