// DQN: its network's gradient against finite differences, its optimiser and its memory by hand, its
// target network, a Markov decision process against value iteration, and a reward that no linear
// model of the features can express.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "policies/base/policy_draws.h"
#include "policies/base/read_values.h"
#include "policies/learning/mlp.h"
#include "policies/learning/replay.h"
#include "tests/support/learner_testing.h"

namespace autoscale {
namespace {

using learning::Adam;
using learning::Mlp;
using learning::Replay;

// The network.

TEST(MlpTest, ForwardByHand) {
  Mlp<double> network({1, 2, 1}, PolicyDraws{RandomField(1), 7});
  network.weights(0) << 2, -1;
  network.biases(0) << -1, 0.5;
  network.weights(1) << 3, 4;
  network.biases(1) << 10;
  Mlp<double>::Batch batch(network, 2);
  batch.input() << 2, -3;
  network.forward(batch);
  EXPECT_DOUBLE_EQ(batch.output()(0, 0), 10 + 3 * 3);    // max(2 * 2 - 1, 0), max(-1.5, 0)
  EXPECT_DOUBLE_EQ(batch.output()(0, 1), 10 + 4 * 3.5);  // max(-7, 0), max(3.5, 0)
}

TEST(MlpTest, GradientMatchesFiniteDifferences) {
  Mlp<double> network({3, 6, 5, 2}, PolicyDraws{RandomField(2), 7});
  Mlp<double>::Batch batch(network, 4);
  Eigen::MatrixXd aims(2, 4);
  Draw draw = RandomField(3).at(Stream::kWorkload, 0, 0);
  for (double& x : batch.input().reshaped()) x = draw.normal();
  for (double& y : aims.reshaped()) y = draw.normal();
  for (double& b : network.biases(0)) b = 0.1 * draw.normal();
  const auto loss = [&] {
    network.forward(batch);
    return (batch.output() - aims).squaredNorm() / 2;
  };
  loss();
  batch.output_slopes() = batch.output() - aims;
  network.backward(batch);
  ASSERT_EQ(network.gradient().size(), 3 * 6 + 6 + 6 * 5 + 5 + 5 * 2 + 2);
  constexpr double kStep = 1e-6;
  for (Eigen::Index i = 0; i < network.parameters().size(); ++i) {
    double& parameter = network.parameters()[i];
    const double at = parameter;
    parameter = at + kStep;
    const double above = loss();
    parameter = at - kStep;
    const double below = loss();
    parameter = at;
    EXPECT_NEAR(network.gradient()[i], (above - below) / (2 * kStep), 1e-7) << i;
  }
}

// The first step is the learning rate against the sign of each slope. After slopes 1 and 3 the
// unbiased means are (0.9 * 0.1 * 1 + 0.1 * 3) / (1 - 0.81) and
// (0.999 * 0.001 * 1 + 0.001 * 9) / (1 - 0.998001).
TEST(AdamTest, TwoStepsByHand) {
  Adam<double> adam(1, 0.1);
  Eigen::VectorXd x = Eigen::VectorXd::Constant(1, 5), slope = Eigen::VectorXd::Constant(1, 1);
  adam.step(x, slope);
  EXPECT_NEAR(x[0], 4.9, 1e-8);
  slope[0] = 3;
  adam.step(x, slope);
  const double mean = 0.39 / 0.19, square = 0.009999 / 0.001999;
  EXPECT_NEAR(x[0], 4.9 - 0.1 * mean / std::sqrt(square), 1e-8);
}

// The memory.

TEST(ReplayTest, KeepsTheLatest) {
  Replay<int> replay(3);
  for (const int item : {1, 2, 3, 4, 5}) replay.add(item);
  EXPECT_EQ(replay.size(), 3U);
  std::array<int, 6> picked{};
  Draw draw = RandomField(1).at(Stream::kWorkload, 0, 0);
  for (int i = 0; i < 3000; ++i) ++picked[static_cast<std::size_t>(replay.pick(draw))];
  EXPECT_EQ(picked[1] + picked[2], 0);
  for (std::size_t item = 3; item < 6; ++item) EXPECT_NEAR(picked[item], 1000, 5 * 26) << item;
}

// The policy.

/// Values of the first actions in a context, by the network that a policy saved.
std::array<double, 2> values_of(const Policy& policy, ContextPair context) {
  const auto saved = policy.save();
  std::vector<Eigen::Index> widths = {8};
  for (const auto& units : saved.at("hidden")) widths.push_back(units.get<Eigen::Index>());
  widths.push_back(static_cast<Eigen::Index>(saved.at("actions").size()));
  Mlp<float> network(widths, PolicyDraws{RandomField(0), 0});
  read_values(saved.at("parameters"), network.parameters());
  Mlp<float>::Batch batch(network, 1);
  batch.input()(4, 0) = static_cast<float>(context.first);
  batch.input()(6, 0) = static_cast<float>(context.second);
  network.forward(batch);
  return {batch.output()(0, 0), batch.output()(1, 0)};
}

// One state that follows itself, reward -1, discount 0.5. Towards a target network that never
// moves, Q converges to -1 + 0.5 max Q_0 with the initial values Q_0; towards one that follows, to
// -1 / (1 - 0.5).
TEST(DqnTest, LearnsTowardsTheTargetNetwork) {
  const LearnerWorld world(2);
  const std::string common =
      "hidden: [8], batch: 8, train_every: 1, epsilon: 1, discount: 0.5, learning_rate: 0.01";
  for (const bool follows : {false, true}) {
    const auto policy = world.make(
        "dqn", "{" + common + (follows ? ", target_every: 50}" : ", target_every: 999999}"));
    const auto initial = values_of(*policy, {0.5, 0.5});
    for (std::uint32_t t = 0; t < 3000; ++t) {
      const Observation o = LearnerWorld::observation(t, {0.5, 0.5});
      LearnerWorld::tell(*policy, o, o, policy->decide(o).action, -1);
    }
    const double expected = follows ? -2 : -1 + 0.5 * std::max(initial[0], initial[1]);
    for (const double value : values_of(*policy, {0.5, 0.5})) EXPECT_NEAR(value, expected, 0.01);
  }
}

// A corridor of four states. Action 0 ends with reward 0.86; action 1 goes on to the next state,
// and from the last one ends with reward 1. The end is a state that follows itself, reward 0. Going
// on pays from the third state on only, which whoever does not look ahead sees in the last one
// only.
TEST(DqnTest, SolvesACorridorAsValueIterationDoes) {
  constexpr int kStates = 4, kEnd = kStates;
  constexpr double kDiscount = 0.9, kStop = 0.86;
  const auto next = [](int s, ActionId a) { return s == kEnd || a == 0 ? kEnd : s + 1; };
  const auto reward = [](int s, ActionId a) {
    return s == kEnd ? 0.0 : a == 0 ? kStop : s == kStates - 1 ? 1.0 : 0.0;
  };
  std::array<std::array<double, 2>, kStates + 1> q{};
  for (int sweep = 0; sweep < 100; ++sweep) {
    for (int s = 0; s <= kEnd; ++s) {
      for (ActionId a = 0; a < 2; ++a) {
        const auto& to = q[static_cast<std::size_t>(next(s, a))];
        q[static_cast<std::size_t>(s)][a] = reward(s, a) + kDiscount * std::max(to[0], to[1]);
      }
    }
  }
  const auto context = [](int s) { return ContextPair{s / 2.0 - 1, 0}; };
  const LearnerWorld world(2);
  const auto policy = world.make("dqn", "{discount: 0.9, train_every: 1, epsilon: 0.3}");
  int s = 0;
  for (std::uint32_t t = 0; t < 15000; ++t) {
    const Observation o = LearnerWorld::observation(t, context(s));
    const ActionId action = policy->decide(o).action;
    const int to = next(s, action);
    LearnerWorld::tell(*policy, o, LearnerWorld::observation(t, context(to)), action,
                       reward(s, action));
    s = s == kEnd ? static_cast<int>(t % kStates) : to;
  }
  policy->set_mode({});
  for (int state = 0; state < kStates; ++state) {
    const auto& best = q[static_cast<std::size_t>(state)];
    EXPECT_EQ(policy->decide(LearnerWorld::observation(0, context(state))).action,
              best[1] > best[0] ? 1 : 0)
        << state;
    const auto values = values_of(*policy, context(state));
    for (std::size_t a = 0; a < 2; ++a) EXPECT_NEAR(values[a], best[a], 0.04) << state << " " << a;
  }
}

/// Share of right decisions after training where action 1 earns 0 if exactly one of the two context
/// numbers is positive, action 0 if not, and the other one -1.
double right_about_exclusive_or(const std::string& name) {
  const LearnerWorld world(2);
  const auto policy = world.make(name);
  const RandomField random(6);
  constexpr std::uint32_t kTraining = 20000, kTest = 2000;
  std::uint32_t right = 0;
  for (std::uint32_t t = 0; t < kTraining + kTest; ++t) {
    if (t == kTraining) policy->set_mode({});
    Draw draw = random.at(Stream::kWorkload, 0, t);
    const ContextPair context = LearnerWorld::random_context(draw);
    const Observation o = LearnerWorld::observation(t, context);
    const ActionId best = (context.first > 0) != (context.second > 0) ? 1 : 0;
    const ActionId action = policy->decide(o).action;
    if (t >= kTraining) {
      right += action == best;
    } else {
      LearnerWorld::tell(*policy, o, o, action, action == best ? 0 : -1);
    }
  }
  return right / static_cast<double>(kTest);
}

// The best linear prediction of either reward is -1/2 everywhere.
TEST(DqnTest, LearnsWhatNoLinearModelCanExpress) {
  EXPECT_GT(right_about_exclusive_or("dqn"), 0.95);
  EXPECT_LT(right_about_exclusive_or("linucb"), 0.65);
}

}  // namespace
}  // namespace autoscale
