// Speed as ratios within one process, so that a slow or busy machine does not decide.
#include <gtest/gtest.h>

#include <array>
#include <queue>

#include "sim/core/engine.h"
#include "tests/bench/measure.h"
#include "tests/bench/trained_policy.h"

namespace autoscale::bench {
namespace {

constexpr std::uint64_t kPending = 100000;
constexpr std::uint64_t kSteps = 1000000;

/// Delays of a wide spread, from a cheap generator.
struct Delays {
  std::uint64_t state = 88172645463325252ull;
  std::uint64_t operator()() {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return 1 + state % 1000000000;
  }
};

void run_event_queue() {
  EventQueue queue;
  Delays delay;
  for (std::uint64_t i = 0; i < kPending; ++i) queue.push(delay() << 3, {});
  for (std::uint64_t i = 0; i < kSteps; ++i) {
    const EventQueue::Key key = queue.min_key();
    const Event event = queue.pop();
    queue.push(key + (delay() << 3), event);
  }
}

struct HeapEntry {
  std::uint64_t key;
  std::uint64_t sequence;
  Event event;
  bool operator>(const HeapEntry& o) const {
    return key != o.key ? key > o.key : sequence > o.sequence;
  }
};

void run_priority_queue() {
  std::priority_queue<HeapEntry, std::vector<HeapEntry>, std::greater<>> queue;
  Delays delay;
  std::uint64_t sequence = 0;
  for (std::uint64_t i = 0; i < kPending; ++i) queue.push({delay() << 3, sequence++, {}});
  for (std::uint64_t i = 0; i < kSteps; ++i) {
    const HeapEntry top = queue.top();
    queue.pop();
    queue.push({top.key + (delay() << 3), sequence++, top.event});
  }
}

TEST(Ratios, EventQueueBeatsAPriorityQueue) {
  EXPECT_LT(median_ratio(run_event_queue, run_priority_queue), 0.8);
}

TEST(Ratios, AutoScaleCostsLittleMoreThanNoPolicy) {
  // Recorded, for a training that nobody learns from would be passed over.
  const Scenario scenario =
      load("bench/one_phone.yaml", {"phases[0].record=true", "phases[1].inferences=20000"});
  const auto with = [&] {
    CountingObserver observer;
    run(scenario, policy_of(scenario, 0), observer);
  };
  const auto without = [&] {
    CountingObserver observer;
    run(scenario, null_policy(), observer);
  };
  EXPECT_LT(median_ratio(with, without), 4.0);
}

/// No trained table takes much longer to ask than AutoScale's. Worlds are trained beforehand.
TEST(Ratios, NoTabularLearnerIsSlowToAsk) {
  Trained autoscale("autoscale");
  const std::vector<Observation> observations = autoscale.observations();
  const auto asked = [&](Policy& policy) {
    policy.set_mode({});
    return [&] {
      std::uint64_t sum = 0;
      for (int i = 0; i < 100; ++i) {
        for (const Observation& o : observations) sum += policy.decide(o).action;
      }
      ASSERT_GT(sum, 0U);
    };
  };
  for (const auto name : {"sarsa", "expected_sarsa", "double_q", "q_lambda", "quantile_q",
                          "constrained_q", "ucb", "epsilon_greedy"}) {
    Trained learner(name);
    EXPECT_LT(median_ratio(asked(learner.policy()), asked(autoscale.policy())), 4.0) << name;
  }
}

TEST(Ratios, ComparingEveryChoiceWithOptCostsLessThanThreeRuns) {
  const Scenario plain = load("bench/one_phone.yaml", {"phases[0].inferences=20"});
  const Scenario compared =
      load("bench/one_phone.yaml", {"phases[0].inferences=20", "compare_with_opt=true"});
  const auto timed = [](const Scenario& scenario) {
    return [&scenario] {
      CountingObserver observer;
      run(scenario, policy_of(scenario, 0), observer);
    };
  };
  EXPECT_LT(median_ratio(timed(compared), timed(plain)), 4.0);
}

/// Times a policy's decisions, which its learned values do not change, against a bare loop.
class Decisions {
 public:
  explicit Decisions(const std::string& policy)
      : scenario_(load("paper/S1_non_streaming.yaml",
                       {"devices=[{profile: mi8pro}]", "policies=[" + policy + "]"})),
        world_(scenario_.system(), 1, policy_of(scenario_, 0), observer_) {
    world_.policies().front()->set_mode({});
    observation_.signal_dbm = {-60, -60};
  }

  /// Time of a decision over that of a loop of as many multiplications and additions.
  double over_arithmetic(std::size_t multiplications) {
    const std::vector<float> a(multiplications, 1.5F), b(multiplications, 0.5F);
    const auto decide = [&] {
      for (int i = 0; i < kDecisions; ++i) {
        observation_.dnn = static_cast<std::uint16_t>(i % 9);
        sink_ = sink_ + world_.policies().front()->decide(observation_).action;
      }
    };
    const auto bare = [&] {
      for (int i = 0; i < kDecisions; ++i) {
        std::array<float, 4> sums{};  // as many as hide the latency of an addition
        for (std::size_t k = 0; k + 3 < multiplications; k += 4) {
          for (std::size_t lane = 0; lane < 4; ++lane) sums[lane] += a[k + lane] * b[k + lane];
        }
        sink_ = sink_ + sums[0] + sums[1] + sums[2] + sums[3];
      }
    };
    return median_ratio(decide, bare);
  }

  std::size_t actions() const { return scenario_.system().types[0].actions.size(); }

 private:
  static constexpr int kDecisions = 20000;

  Scenario scenario_;
  CountingObserver observer_;
  World world_;
  Observation observation_;
  volatile double sink_ = 0;
};

// A linear policy weighs nine inputs per action.
TEST(Ratios, ALinearDecisionCostsAFewTimesItsArithmetic) {
  for (const char* policy : {"linucb", "thompson"}) {
    Decisions decisions(policy);
    EXPECT_LT(decisions.over_arithmetic(9 * decisions.actions()), 6.0) << policy;
  }
}

// Eight inputs, two layers of 32 units, an output per action.
TEST(Ratios, ANetworksDecisionCostsAFewTimesItsArithmetic) {
  Decisions decisions("dqn");
  EXPECT_LT(decisions.over_arithmetic(8 * 32 + 32 * 32 + 32 * decisions.actions()), 4.0);
}

TEST(Ratios, SteppingAWorldCostsLittleMoreThanRunningIt) {
  const Scenario scenario = load("bench/one_phone.yaml", {"phases[1].inferences=100000"});
  SteppedWorld environment(scenario.system(), stepped_world_setup(scenario, {}));
  const auto stepped = [&] { step(environment, 1); };
  const auto whole = [&] {
    CountingObserver observer;
    run(scenario, null_policy(), observer);
  };
  EXPECT_LT(median_ratio(stepped, whole), 2.0);
}

/// The null model: as many events as the closed loop has, with nothing to do in them.
TEST(Ratios, AWorldCostsAFewTimesItsBareEvents) {
  const Scenario scenario = load("bench/closed_loop.yaml", {"phases[0].inferences=300"});
  std::uint64_t events = 0;
  const auto world = [&] {
    CountingObserver observer;
    World w(scenario.system(), 1, policy_of(scenario, 0), observer);
    w.run(scenario.phases(0).front());
    events = w.events();
  };
  world();
  const auto bare = [&] {
    Engine engine;
    Delays delay;
    std::uint64_t left = events;
    for (std::uint32_t i = 0; i < 1000; ++i) {
      engine.at(kStart + Duration(delay()), EventRank::kArrival, {0, 0, 0, i});
    }
    engine.run_until(kNever - Duration(1), [&](Event event) {
      if (--left == 0) return engine.stop();
      engine.after(Duration(delay()), EventRank::kArrival, event);
    });
  };
  EXPECT_LT(median_ratio(world, bare), 12.0);
}

}  // namespace
}  // namespace autoscale::bench
