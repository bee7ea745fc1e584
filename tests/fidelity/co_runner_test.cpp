// Co-running apps: the lengths of their phases, and that nobody's looking changes them.
#include "sim/models/co_runner.h"

#include <gtest/gtest.h>

#include "sim/models/link.h"
#include "tests/fidelity/statistics.h"

namespace autoscale {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr double kMedianS = 2, kP90S = 4.5, kPauseS = 8;
constexpr CoRunnerLoad kBurst{0.7, 0.5}, kPause{0.1, 0.3}, kMusic{0.08, 0.1};

BurstyCoRunner browser() {
  BurstyCoRunner app;
  app.burst = {kBurst.cpu, kBurst.memory};
  app.burst_median = from_seconds(kMedianS);
  app.burst_p90 = from_seconds(kP90S);
  app.pause = {kPause.cpu, kPause.memory};
  app.pause_mean = from_seconds(kPauseS);
  return app;
}

SteadyCoRunner music() { return {kMusic.cpu, kMusic.memory}; }

CoRunnerProcess music_and_browser() {
  SwitchingCoRunner config;
  config.period = seconds(60);
  config.apps = {music(), browser()};
  return CoRunnerProcess(config);
}

/// Lengths in seconds of the first `phases` phases with `load`, in order.
std::vector<double> phase_lengths(const CoRunnerProcess& process, CoRunnerLoad load,
                                  std::size_t phases) {
  const RandomField random(5);
  CoRunnerState state;
  std::vector<double> lengths;
  Time now = kStart;
  while (lengths.size() < phases) {
    process.advance(state, now, random, 0);
    if (state.load == load) lengths.push_back(to_seconds(state.until - now));
    now = state.until;
  }
  return lengths;
}

TEST(CoRunnerTest, BurstsAreLogNormal) {
  const double sigma = std::log(kP90S / kMedianS) / kNormalP90;
  expect_distribution(
      phase_lengths(CoRunnerProcess(browser()), kBurst, 400'000),
      [sigma](double s) { return normal_cumulative(std::log(s / kMedianS) / sigma); });
  // The parameters mean what they say.
  EXPECT_NEAR(normal_cumulative(std::log(kP90S / kMedianS) / sigma), 0.9, 1e-12);
}

TEST(CoRunnerTest, PausesAreExponential) {
  expect_distribution(phase_lengths(CoRunnerProcess(browser()), kPause, 400'000),
                      [](double s) { return 1 - std::exp(-s / kPauseS); });
}

TEST(CoRunnerTest, BusyShareOfTime) {
  // Renewal theory: mean burst over mean burst plus mean pause.
  const double sigma = std::log(kP90S / kMedianS) / kNormalP90;
  const double burst_s = kMedianS * std::exp(sigma * sigma / 2);
  const CoRunnerProcess process{CoRunnerConfig(browser())};
  const RandomField random(6);
  CoRunnerState state;
  BatchMeans busy(20'000);
  for (int i = 0; i < 2'000'000; ++i) {
    process.advance(state, kStart + i * seconds(3), random, 0);
    busy.add(state.load == kBurst ? 1 : 0);
  }
  expect_mean(busy, burst_s / (burst_s + kPauseS));
}

TEST(CoRunnerTest, HowOftenSomebodyLooksDoesNotMatter) {
  const RandomField random(7);
  for (const CoRunnerProcess& process :
       {CoRunnerProcess(browser()), music_and_browser(), CoRunnerProcess(music())}) {
    CoRunnerState often, seldom;
    for (int ms = 0; ms <= 2'000'000; ms += 50) {
      const Time now = kStart + milliseconds(ms);
      process.advance(often, now, random, 3);
      process.advance(often, now, random, 3);
      if (ms % 77'000 != 0) continue;
      CoRunnerState first_look;
      process.advance(first_look, now, random, 3);
      process.advance(seldom, now, random, 3);
      for (const CoRunnerState& other : {seldom, first_look}) {
        EXPECT_EQ(other.load, often.load) << ms;
        EXPECT_EQ(other.until, often.until) << ms;
        EXPECT_EQ(other.draw, often.draw) << ms;
        EXPECT_EQ(other.app, often.app) << ms;
      }
    }
  }
}

TEST(CoRunnerTest, SaysWhenTheLoadChanges) {
  const CoRunnerProcess process{CoRunnerConfig(browser())};
  const RandomField random(8);
  CoRunnerState state;
  EXPECT_TRUE(process.advance(state, kStart, random, 0));
  EXPECT_EQ(state.load, kPause);
  for (int i = 0; i < 1000; ++i) {
    const Time end = state.until;
    EXPECT_FALSE(process.advance(state, end - Duration(1), random, 0));
    EXPECT_TRUE(process.advance(state, end, random, 0));
    EXPECT_GT(state.until, end);
  }
}

TEST(CoRunnerTest, DevicesDiffer) {
  const CoRunnerProcess process{CoRunnerConfig(browser())};
  const RandomField random(9);
  CoRunnerState a, b;
  process.advance(a, kStart, random, 0);
  process.advance(b, kStart, random, 1);
  EXPECT_NE(a.until, b.until);
}

TEST(CoRunnerTest, SwitchesOnTheGrid) {
  const CoRunnerProcess process = music_and_browser();
  const RandomField random(10);
  CoRunnerState state;
  for (int s = 0; s < 6000; ++s) {
    const Time now = kStart + seconds(s);
    process.advance(state, now, random, 0);
    EXPECT_EQ(state.app, s / 60 % 2) << s;
    EXPECT_EQ(state.load == kMusic, s / 60 % 2 == 0) << s;
    if (s % 120 == 60) {
      EXPECT_EQ(state.load, kPause) << "an app begins with a pause";
    }
    const Time next_switch = kStart + seconds((s / 60 + 1) * 60);
    EXPECT_LE(state.until, next_switch);
    if (state.load == kMusic) {
      EXPECT_EQ(state.until, next_switch);
    }
  }
}

TEST(CoRunnerTest, SteadyLoadNeverChanges) {
  const RandomField random(11);
  const CoRunnerProcess steady{CoRunnerConfig(music())}, none{CoRunnerConfig(NoCoRunner{})};
  CoRunnerState state, quiet;
  EXPECT_TRUE(steady.advance(state, kStart + seconds(5), random, 0));
  EXPECT_EQ(state.load, kMusic);
  EXPECT_EQ(state.until, kNever);
  EXPECT_FALSE(steady.advance(state, kStart + seconds(1'000'000), random, 0));
  none.advance(quiet, kStart, random, 0);
  EXPECT_EQ(quiet.load, CoRunnerLoad{});
  EXPECT_EQ(quiet.until, kNever);
}

}  // namespace
}  // namespace autoscale
