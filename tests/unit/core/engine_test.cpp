// The engine: order, horizon, stopping, limits and misuse.
#include "sim/core/engine.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "tests/support/core_testing.h"

namespace autoscale {
namespace {

using namespace std::chrono_literals;
using testing::Test;

class EngineTest : public Test {
 protected:
  /// Runs up to `horizon` and returns the ids in the order in which they ran.
  std::vector<std::uint32_t> run_until(Time horizon) {
    std::vector<std::uint32_t> ids;
    engine_.run_until(horizon, [&](Event event) { ids.push_back(event.id); });
    return ids;
  }

  Engine engine_;
};
using EngineDeathTest = EngineTest;

using Ids = std::vector<std::uint32_t>;

TEST_F(EngineTest, RunsByTimeThenPhaseThenInsertion) {
  engine_.at(kStart + 2ns, EventRank::kCompletion, numbered(5));
  engine_.at(kStart + 1ns, EventRank::kDecision, numbered(4));
  engine_.at(kStart + 1ns, EventRank::kArrival, numbered(2));
  engine_.at(kStart + 1ns, EventRank::kEnvironment, numbered(1));
  engine_.at(kStart + 1ns, EventRank::kArrival, numbered(3));
  engine_.at(kStart + 1ns, EventRank::kCompletion, numbered(0));
  EXPECT_EQ(engine_.pending(), 6U);
  EXPECT_EQ(run_until(kNever), (Ids{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(engine_.pending(), 0U);
  EXPECT_EQ(engine_.processed(), 6U);
}

TEST_F(EngineTest, RunsEveryPhaseOfTheHorizonAndNothingLater) {
  engine_.at(kStart + 10ns, EventRank::kDecision, numbered(1));
  engine_.at(kStart + 10ns, EventRank::kCompletion, numbered(0));
  engine_.at(kStart + 11ns, EventRank::kCompletion, numbered(2));
  EXPECT_EQ(run_until(kStart + 10ns), (Ids{0, 1}));
  EXPECT_EQ(engine_.now(), kStart + 10ns);
  EXPECT_EQ(engine_.pending(), 1U);
  EXPECT_EQ(run_until(kStart + 10ns), (Ids{}));
  EXPECT_EQ(run_until(kStart + 11ns), (Ids{2}));
}

TEST_F(EngineTest, ReachesAHorizonWithoutEvents) {
  EXPECT_EQ(run_until(kStart + 5s), (Ids{}));
  EXPECT_EQ(engine_.now(), kStart + 5s);
  engine_.at(kStart + 5s, EventRank::kDecision, numbered(1));
  engine_.after(1ns, EventRank::kCompletion, numbered(2));
  EXPECT_EQ(run_until(kNever), (Ids{1, 2}));
}

TEST_F(EngineTest, RunsWhatHandlersSchedule) {
  Ids ids;
  engine_.at(kStart + 1ms, EventRank::kCompletion, numbered(3));
  engine_.run_until(kStart + 1ms, [&](Event event) {
    ids.push_back(event.id);
    EXPECT_EQ(engine_.now(), kStart + 1ms);
    // No delay: the same rank again, later ranks, and beyond the horizon.
    if (event.id > 0) engine_.after(0ns, EventRank::kCompletion, numbered(event.id - 1));
    if (event.id == 3) engine_.after(0ns, EventRank::kDecision, numbered(0));
    engine_.after(1ns, EventRank::kCompletion, numbered(0));
  });
  EXPECT_EQ(ids, (Ids{3, 2, 1, 0, 0}));
  EXPECT_EQ(engine_.pending(), 5U);
}

TEST_F(EngineTest, StopsEarlyAndGoesOn) {
  for (std::uint32_t id = 0; id < 5; ++id) {
    engine_.at(kStart + 1ms * (id / 2), EventRank::kArrival, numbered(id));
  }
  Ids ids;
  const auto stop_at_two = [&](Event event) {
    ids.push_back(event.id);
    if (event.id == 2) engine_.stop();
  };
  engine_.run_until(kStart + 1s, stop_at_two);
  EXPECT_EQ(ids, (Ids{0, 1, 2}));
  EXPECT_EQ(engine_.now(), kStart + 1ms);
  engine_.at(kStart + 1ms, EventRank::kDecision, numbered(9));
  engine_.run_until(kStart + 1s, stop_at_two);
  EXPECT_EQ(ids, (Ids{0, 1, 2, 3, 9, 4}));
  EXPECT_EQ(engine_.now(), kStart + 1s);
}

TEST_F(EngineTest, GoesOnAfterAHandlerThrows) {
  engine_.at(kStart + 1ns, EventRank::kArrival, numbered(1));
  engine_.at(kStart + 1ns, EventRank::kArrival, numbered(2));
  EXPECT_THROW(engine_.run_until(kNever, [](Event) { throw std::runtime_error("policy"); }),
               std::runtime_error);
  EXPECT_EQ(engine_.now(), kStart + 1ns);
  EXPECT_EQ(run_until(kNever), (Ids{2}));
}

TEST_F(EngineTest, WorksNearTheLimitOfTime) {
  const Time last = kNever - 1ns;
  engine_.at(last, EventRank::kDecision, numbered(4));
  engine_.at(last, EventRank::kCompletion, numbered(3));
  engine_.at(kStart, EventRank::kDecision, numbered(1));
  engine_.at(kNever - 2ns, EventRank::kDecision, numbered(2));
  EXPECT_EQ(run_until(kNever - 2ns), (Ids{1, 2}));
  engine_.after(1ns, EventRank::kDecision, numbered(5));
  EXPECT_EQ(run_until(kNever), (Ids{3, 4, 5}));
  EXPECT_EQ(engine_.now(), kNever);
}

TEST_F(EngineDeathTest, RefusesThePast) {
  run_until(kStart + 10ns);
  EXPECT_DEATH(engine_.at(kStart + 9ns, EventRank::kDecision, numbered(7)), "id 7 at 9 ns rank 3");
  EXPECT_DEATH(engine_.at(kStart + 10ns, EventRank::kArrival, {}), "but it is 10 ns rank 3");
  EXPECT_DEATH(engine_.after(-1ns, EventRank::kDecision, {}), "delay of -1 ns");
  EXPECT_DEATH(run_until(kStart + 9ns), "horizon");
}

TEST_F(EngineDeathTest, RefusesAnEarlierRankOfTheSameInstant) {
  engine_.at(kStart, EventRank::kArrival, {});
  EXPECT_DEATH(
      engine_.run_until(kNever, [&](Event) { engine_.after(0ns, EventRank::kEnvironment, {}); }),
      "rank 1, but it is 0 ns rank 2");
}

TEST_F(EngineTest, SaysWhatIsBeyondSimulatedTime) {
  engine_.at(kStart + 1s, EventRank::kArrival, {});
  run_until(kStart + 1s);
  EXPECT_THROW(engine_.at(kNever, EventRank::kCompletion, {}), TimeOverflow);
  EXPECT_THROW(engine_.at(Time::max(), EventRank::kCompletion, {}), TimeOverflow);
  EXPECT_THROW(engine_.after(Duration::max(), EventRank::kCompletion, {}), TimeOverflow);
  EXPECT_EQ(engine_.pending(), 0U);
  engine_.at(kNever - 1ns, EventRank::kCompletion, {});
}

TEST_F(EngineDeathTest, RefusesWhatIsNotAnInstant) {
  EXPECT_DEATH(engine_.at(kStart - 1ns, EventRank::kCompletion, {}), "not an instant");
  EXPECT_DEATH(run_until(Time::max()), "horizon");
}

TEST_F(EngineTest, ResetBeginsAnew) {
  engine_.at(kStart + 5ns, EventRank::kArrival, numbered(1));
  engine_.at(kStart + 9ns, EventRank::kArrival, numbered(2));
  run_until(kStart + 7ns);
  engine_.reset();
  EXPECT_EQ(engine_.now(), kStart);
  EXPECT_EQ(engine_.pending(), 0U);
  EXPECT_EQ(engine_.processed(), 0U);
  engine_.at(kStart + 1ns, EventRank::kCompletion, numbered(3));
  EXPECT_EQ(run_until(kNever), (Ids{3}));
}

}  // namespace
}  // namespace autoscale
