// The tabular learners against value iteration, hand calculation and regret bounds, on decision
// processes small enough to solve; and apart from their nearest relatives where theory parts them.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <numbers>

#include "tests/support/mdp_testing.h"

namespace autoscale {
namespace {

/// Parameters for a table with one row per state of an Mdp, all of it 0 at first, that never counts
/// as converged.
std::string exact(const std::string& more) {
  return "{drop_features: [conv, fc, rc, mac], initial_low: 0, initial_high: 0, precision: single, "
         "visits: 4000000000, " +
         more + "}";
}

// ---- value iteration ----

constexpr std::uint32_t kSide = 5;

/// A stochastic grid of 5 x 5: four directions, which slip to either side with probability 0.1
/// each. A step along a row costs 0.1, along a column 0.2; the pit costs 1 and is the end, as is
/// the far corner.
Mdp slippery_grid() {
  constexpr std::uint32_t kGoal = kSide * kSide - 1, kPit = 3 * kSide + 2;
  constexpr std::array<std::array<int, 2>, 4> kMoves = {{{-1, 0}, {0, 1}, {1, 0}, {0, -1}}};
  Mdp mdp{.actions = 4, .branches = {}, .starts = {}};
  mdp.branches.resize(kSide * kSide);
  for (std::uint32_t s = 0; s < mdp.states(); ++s) {
    if (s == kGoal || s == kPit) continue;
    mdp.starts.push_back(s);
    mdp.branches[s].resize(4);
    for (std::uint32_t a = 0; a < 4; ++a) {
      for (const auto& [turn, probability] : {std::pair{0, 0.8}, {1, 0.1}, {3, 0.1}}) {
        const auto& move = kMoves[(a + turn) % 4];
        const int row = std::clamp(int(s / kSide) + move[0], 0, int(kSide) - 1);
        const int column = std::clamp(int(s % kSide) + move[1], 0, int(kSide) - 1);
        const auto next = static_cast<std::uint32_t>(row) * kSide + column;
        mdp.branches[s][a].push_back({probability, next,
                                      next == kPit ? -1
                                      : a % 2 == 0 ? -0.2
                                                   : -0.1});
      }
    }
  }
  return mdp;
}

struct OnGrid {
  std::string policy;
  double epsilon = 0;       // of the behaviour
  double soft_epsilon = 0;  // of the policy whose values are learned
};

class GridTest : public testing::TestWithParam<OnGrid> {};

/// Steps of 0.005 of the error leave a value a standard deviation of about sqrt(0.005 / 2) times
/// that of its samples, which is below 0.4: 0.02. The bound is three of these.
constexpr double kLearningRate = 0.005;
constexpr double kValueBound = 0.06;
constexpr double kGridDiscount = 0.9;

TEST_P(GridTest, LearnsTheValuesOfValueIteration) {
  const Mdp mdp = slippery_grid();
  const ActionValues exactly = solve(mdp, kGridDiscount, GetParam().soft_epsilon);
  MdpAgent agent(GetParam().policy,
                 exact(fmt::format("learning_rate: {}, discount: {}, epsilon: {}", kLearningRate,
                                   kGridDiscount, GetParam().epsilon)),
                 mdp.actions);
  agent.play(mdp, 1500000);
  const ActionValues learned = agent.values(mdp);
  agent.explore(false);
  int clear = 0;
  for (const std::uint32_t s : mdp.starts) {
    std::vector<double> sorted = exactly[s];
    std::sort(sorted.rbegin(), sorted.rend());
    for (std::uint32_t a = 0; a < mdp.actions; ++a) {
      EXPECT_NEAR(learned[s][a], exactly[s][a], kValueBound) << "state " << s << " action " << a;
    }
    const ActionId choice = agent.decide(s);
    EXPECT_GT(exactly[s][choice], sorted[0] - kValueBound) << "state " << s;
    if (sorted[0] - sorted[1] > kValueBound) {
      EXPECT_EQ(exactly[s][choice], sorted[0]) << "state " << s;
      ++clear;
    }
  }
  EXPECT_GE(clear, 8);
}

INSTANTIATE_TEST_SUITE_P(All, GridTest,
                         testing::Values(OnGrid{"autoscale", 1, 0}, OnGrid{"sarsa", 0.5, 0.5},
                                         OnGrid{"expected_sarsa", 0.5, 0.5},
                                         OnGrid{"double_q", 1, 0}, OnGrid{"q_lambda", 0.5, 0},
                                         OnGrid{"constrained_q", 1, 0}),
                         [](const auto& parameter) { return parameter.param.policy; });

/// Its table is of other states, so only its decisions are compared.
TEST(QuantileQTest, DecidesTheGridAsValueIterationDoes) {
  const Mdp mdp = slippery_grid();
  const ActionValues exactly = solve(mdp, kGridDiscount);
  MdpAgent agent(
      "quantile_q",
      fmt::format("{{bins: 8, samples: 5000, initial_high: 0, precision: single, visits: "
                  "4000000000, learning_rate: {}, discount: {}, epsilon: 1}}",
                  kLearningRate, kGridDiscount),
      mdp.actions);
  agent.play(mdp, 1500000);
  agent.explore(false);
  for (const std::uint32_t s : mdp.starts) {
    const double best = *std::max_element(exactly[s].begin(), exactly[s].end());
    EXPECT_GT(exactly[s][agent.decide(s)], best - kValueBound) << "state " << s;
  }
}

// ---- SARSA and Q: Sutton and Barto, "Reinforcement Learning", cliff walking ----

constexpr std::uint32_t kCliffColumns = 12;
constexpr std::uint32_t kCliffStart = 36, kCliffGoal = 47;

/// Four rows of twelve; up, right, down, left; a step costs 1, a step off the cliff between start
/// and goal 100 and leads back to the start.
Mdp cliff() {
  Mdp mdp{.actions = 4, .branches = {}, .starts = {kCliffStart}};
  mdp.branches.resize(48);
  for (std::uint32_t s = 0; s < 48; ++s) {
    if (s == kCliffGoal) continue;
    const std::uint32_t row = s / kCliffColumns, column = s % kCliffColumns;
    const std::array<std::uint32_t, 4> next = {
        row > 0 ? s - kCliffColumns : s, column < kCliffColumns - 1 ? s + 1 : s,
        row < 3 ? s + kCliffColumns : s, column > 0 ? s - 1 : s};
    for (const std::uint32_t n : next) {
      const bool falls = n > kCliffStart && n < kCliffGoal;
      mdp.branches[s].push_back({{1, falls ? kCliffStart : n, falls ? -100.0 : -1.0}});
    }
  }
  return mdp;
}

/// Steps of the greedy walk from start to goal, and how many of them stand at the edge; `{0, 0}` if
/// it does not arrive.
std::pair<int, int> greedy_walk(MdpAgent& agent, const Mdp& mdp) {
  agent.explore(false);
  std::uint32_t s = kCliffStart;
  int at_edge = 0;
  for (int steps = 1; steps <= 100; ++steps) {
    s = mdp.branches[s][agent.decide(s)].front().next;
    if (s == kCliffGoal) return {steps, at_edge};
    at_edge += s / kCliffColumns == 2;
  }
  return {0, 0};
}

TEST(CliffTest, OffPolicyWalksTheEdgeAndOnPolicyKeepsAway) {
  const Mdp mdp = cliff();
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const auto walk = [&](const std::string& policy) {
      // With a lambda of 0.9, Watkins's Q(lambda) takes ten times the steps to the same values.
      const std::string traces = policy == "q_lambda" ? ", lambda: 0.5" : "";
      MdpAgent agent(policy, exact("learning_rate: 0.05, discount: 0.99, epsilon: 0.1" + traces),
                     mdp.actions, seed);
      agent.play(mdp, 300000);
      return greedy_walk(agent, mdp);
    };
    for (const std::string policy : {"autoscale", "double_q", "q_lambda"}) {
      EXPECT_EQ(walk(policy), std::pair(13, 12)) << policy << ", seed " << seed;
    }
    for (const std::string policy : {"sarsa", "expected_sarsa"}) {
      const auto [steps, at_edge] = walk(policy);
      EXPECT_GE(steps, 15) << policy << ", seed " << seed;
      EXPECT_LE(at_edge, 3) << policy << ", seed " << seed;
    }
  }
}

/// One state, two actions that lead back to it and earn 0 and -1: what remains is the noise of the
/// next action, which expected SARSA averages away.
TEST(ExpectedSarsaTest, HasNoNoiseOfTheNextAction) {
  Mdp mdp{.actions = 2, .branches = {{{{1, 0, 0.0}}, {{1, 0, -1.0}}}}, .starts = {0}};
  const ActionValues exactly = solve(mdp, 0.5, 0.5);
  const auto worst_error = [&](const std::string& policy) {
    MdpAgent agent(policy, exact("learning_rate: 0.5, discount: 0.5, epsilon: 0.5"), 2);
    agent.play(mdp, 1000);
    double worst = 0;
    for (int i = 0; i < 100; ++i) {
      agent.play(mdp, 1);
      const ActionValues q = agent.values(mdp);
      for (int a = 0; a < 2; ++a) worst = std::max(worst, std::abs(q[0][a] - exactly[0][a]));
    }
    return worst;
  };
  EXPECT_LT(worst_error("expected_sarsa"), 1e-6);
  EXPECT_GT(worst_error("sarsa"), 0.1);
}

// ---- double Q: Sutton and Barto, maximisation bias ----

/// State 0: action 0 leads to state 1 for nothing, any other ends for nothing. State 1: every
/// action ends and earns a normal number of mean -0.1 and standard deviation 1.
Mdp biased() {
  constexpr std::uint32_t kActions = 10;
  Mdp mdp{.actions = kActions, .branches = {}, .starts = {0}};
  mdp.branches.resize(3);
  mdp.branches[0].assign(kActions, {{1, 2, 0}});
  mdp.branches[0][0] = {{1, 1, 0}};
  mdp.branches[1].assign(kActions, {{1, 2, -0.1, 1}});
  return mdp;
}

TEST(DoubleQTest, IsNotLuredByTheLargestOfNoisyValues) {
  const Mdp mdp = biased();
  constexpr int kRuns = 200, kEpisodes = 300;
  const auto share_lured = [&](const std::string& policy) {
    int lured = 0;
    for (int run = 0; run < kRuns; ++run) {
      MdpAgent agent(policy, exact("learning_rate: 0.1, discount: 0.999, epsilon: 0.1"),
                     mdp.actions, run);
      for (int episode = 0; episode < kEpisodes; ++episode) {
        const MdpAgent::Step first = agent.step(mdp, 0);
        lured += first.action == 0;
        if (first.next == 1) agent.step(mdp, 1);
      }
    }
    return double(lured) / (kRuns * kEpisodes);
  };
  // An optimal epsilon-greedy agent is in state 1 in 0.1 / 10 = 1 % of the episodes.
  const double single = share_lured("autoscale"), twofold = share_lured("double_q");
  EXPECT_GT(single, 2 * twofold);
  EXPECT_GT(single, 0.2);
}

// ---- Q(lambda) ----

constexpr std::uint32_t kChain = 12;

/// Twelve states in a row, then the end: action 0 goes on, action 1 stays; going on from the last
/// one earns 1.
Mdp chain() {
  Mdp mdp{.actions = 2, .branches = {}, .starts = {0}};
  mdp.branches.resize(kChain + 1);
  for (std::uint32_t s = 0; s < kChain; ++s) {
    mdp.branches[s] = {{{1, s + 1, s + 1 == kChain ? 1.0 : 0.0}}, {{1, s, 0}}};
  }
  return mdp;
}

TEST(QLambdaTest, OneEpisodeTellsTheWholePath) {
  const Mdp mdp = chain();
  const auto after_one_episode = [&](const std::string& policy) {
    MdpAgent agent(policy,
                   exact("learning_rate: 0.5, discount: 0.9, epsilon: 0" +
                         std::string(policy == "q_lambda" ? ", lambda: 0.8" : "")),
                   mdp.actions);
    agent.play(mdp, kChain);
    return agent.values(mdp);
  };
  const ActionValues single = after_one_episode("autoscale");
  const ActionValues traced = after_one_episode("q_lambda");
  for (std::uint32_t s = 0; s < kChain; ++s) {
    EXPECT_NEAR(traced[s][0], 0.5 * std::pow(0.9 * 0.8, kChain - 1 - s), 1e-6) << s;
    EXPECT_EQ(single[s][0], s == kChain - 1 ? 0.5 : 0) << s;
    EXPECT_EQ(traced[s][1], 0) << s;
  }
}

TEST(QLambdaTest, ATraceIsCutByExplorationAndByABreak) {
  const Mdp mdp = chain();
  const auto told = [&](ActionId second, std::uint32_t from) {
    MdpAgent agent("q_lambda", exact("learning_rate: 0.5, discount: 0.9, lambda: 1, epsilon: 0"),
                   mdp.actions);
    agent.tell(1, 0, -0.1, 1);  // from now on action 1 is the best in state 1
    agent.tell(0, 0, 0, 2);
    agent.tell(2, 0, 0, 1);
    agent.tell(from, second, 1, 5);
    return agent.values(mdp)[0][0];
  };
  EXPECT_NEAR(told(1, 1), 0.5 * 0.9 * 0.9, 1e-6);
  EXPECT_EQ(told(0, 1), 0);  // not the best action
  EXPECT_EQ(told(0, 3), 0);  // not the state in which the last request ended
}

TEST(QLambdaTest, PhonesHaveTracesOfTheirOwn) {
  const Mdp mdp = chain();
  MdpAgent agent("q_lambda", exact("learning_rate: 0.5, discount: 0.9, lambda: 1, epsilon: 0"),
                 mdp.actions);
  Observation other = MdpAgent::observation(7), other_next = MdpAgent::observation(1);
  other.phone = other_next.phone = 3;
  agent.tell(0, 0, 0, 1);
  agent.tell(other, 0, 0, other_next);
  agent.tell(1, 0, 1, 2);
  const ActionValues q = agent.values(mdp);
  EXPECT_NEAR(q[0][0], 0.5 * 0.9, 1e-6);
  EXPECT_EQ(q[7][0], 0);
}

// ---- bandits ----

/// One state whose arms earn 0 or -1; `mean` is the chance of 0.
Mdp bernoulli(const std::vector<double>& means) {
  Mdp mdp{.actions = static_cast<std::uint32_t>(means.size()), .branches = {{}}, .starts = {0}};
  for (const double mean : means) {
    mdp.branches[0].push_back({{mean, 0, 0.0}, {1 - mean, 0, -1.0}});
  }
  return mdp;
}

const std::vector<double> kArms = {0.5, 0.6, 0.4, 0.8, 0.7};
constexpr double kBestArm = 0.8;

std::vector<double> gaps() {
  std::vector<double> gaps;
  for (const double mean : kArms) {
    if (mean < kBestArm) gaps.push_back(kBestArm - mean);
  }
  return gaps;
}

/// Expected regret after `rounds[i]` rounds, averaged over seeds.
std::vector<double> regret(const std::string& policy, const std::string& parameters,
                           const std::vector<int>& rounds, int seeds) {
  const Mdp mdp = bernoulli(kArms);
  std::vector<double> sums(rounds.size(), 0.0);
  for (int seed = 0; seed < seeds; ++seed) {
    MdpAgent agent(policy, "{drop_features: [conv, fc, rc, mac], " + parameters + "}", mdp.actions,
                   seed);
    double total = 0;
    for (int i = 0, mark = 0; mark < std::ssize(rounds); ++i) {
      while (mark < std::ssize(rounds) && i == rounds[mark]) sums[mark++] += total;
      total += kBestArm - kArms[agent.step(mdp, 0).action];
    }
  }
  for (double& sum : sums) sum /= seeds;
  return sums;
}

/// Auer et al. 2002, theorem 1; and Lai and Robbins 1985: no consistent policy is below
/// sum gap / KL(mean, best) ln n in the limit.
TEST(UcbTest, RegretLiesBetweenItsBounds) {
  const std::vector<int> rounds = {1000, 10000, 30000};
  const std::vector<double> found = regret("ucb", "reward_range: 1", rounds, 10);
  for (std::size_t i = 0; i < rounds.size(); ++i) {
    const double log_n = std::log(rounds[i]);
    double upper = 0, lower = 0;
    for (const double gap : gaps()) {
      const double p = kBestArm - gap;
      const double divergence =
          p * std::log(p / kBestArm) + (1 - p) * std::log((1 - p) / (1 - kBestArm));
      upper += 8 * log_n / gap + (1 + std::numbers::pi * std::numbers::pi / 3) * gap;
      lower += gap / divergence * log_n;
    }
    EXPECT_LT(found[i], upper) << rounds[i];
    EXPECT_GT(found[i], lower) << rounds[i];
  }
  // Logarithmic growth: three times the rounds are far from three times the regret.
  EXPECT_LT(found[2], 1.5 * found[1]);
}

TEST(EpsilonGreedyTest, RegretGrowsByTheShareOfExploration) {
  double mean_gap = 0;
  for (const double gap : gaps()) mean_gap += gap / static_cast<double>(kArms.size());
  const std::vector<double> found = regret("epsilon_greedy", "epsilon: 0.1", {10000, 30000}, 20);
  // Of the share that is not random little goes to the second best arm by then.
  EXPECT_NEAR((found[1] - found[0]) / 20000, 0.1 * mean_gap, 0.1 * 0.1 * mean_gap);
}

/// With c K / d^2 = 5 x 5 / 0.1^2 as the visits after which epsilon falls (c = 5, K = 5 arms, d the
/// smallest gap), an arm that is not the best is taken at round n with a chance of about c / (d^2
/// n): the sum over a doubling is bounded, whatever n.
TEST(EpsilonGreedyTest, DecayMakesRegretLogarithmic) {
  const std::vector<double> found =
      regret("epsilon_greedy", "epsilon: 1, decay_after: 2500", {10000, 20000, 40000}, 10);
  double sum_of_gaps = 0;
  for (const double gap : gaps()) sum_of_gaps += gap;
  const double per_doubling = sum_of_gaps / 5 * 2500 * std::numbers::ln2;
  EXPECT_NEAR(found[1] - found[0], per_doubling, 0.1 * per_doubling);
  EXPECT_NEAR(found[2] - found[1], per_doubling, 0.1 * per_doubling);
}

TEST(BanditTest, SeesNoFurtherThanTheRewardWhereQLearningDoes) {
  // Action 0 earns more at once, action 1 leads to where 2 is earned.
  Mdp mdp{.actions = 2,
          .branches = {{{{1, 2, -0.5}}, {{1, 1, -1}}}, {{{1, 2, 2}}, {{1, 2, 2}}}, {}},
          .starts = {0}};
  const auto choice = [&](const std::string& policy, const std::string& parameters) {
    MdpAgent agent(policy, parameters, 2);
    agent.play(mdp, 2000);
    agent.explore(false);
    return agent.decide(0U);
  };
  for (const std::string policy : {"ucb", "epsilon_greedy"}) {
    EXPECT_EQ(choice(policy, "{drop_features: [conv, fc, rc, mac]}"), 0) << policy;
  }
  EXPECT_EQ(choice("autoscale", exact("discount: 0.9")), 1);
}

// ---- constrained Q ----

/// One state: the cheap action misses the constraint half of the time, the dear one never.
Mdp tempting() {
  return {.actions = 2,
          .branches = {{{{0.5, 0, -0.2, 0, true}, {0.5, 0, -0.2}}, {{1, 0, -0.6}}}},
          .starts = {0}};
}

TEST(ConstrainedQTest, KeepsToTheRateThatTheUnconstrainedOptimumBreaks) {
  const Mdp mdp = tempting();
  constexpr double kRate = 0.1, kStep = 0.002;
  constexpr int kRounds = 50000;
  const auto share_missed = [&](MdpAgent& agent) {
    int missed = 0;
    for (int i = 0; i < kRounds; ++i) missed += agent.step(mdp, 0).missed;
    return double(missed) / kRounds;
  };
  MdpAgent free("autoscale", exact("learning_rate: 0.1, epsilon: 0.02"), 2);
  EXPECT_GT(share_missed(free), 0.4);
  MdpAgent bound("constrained_q",
                 exact(fmt::format("learning_rate: 0.1, epsilon: 0.02, violation_rate: {}, "
                                   "multiplier_rate: {}",
                                   kRate, kStep)),
                 2);
  const double missed = share_missed(bound);
  const auto multiplier = bound.policy().save()["multipliers"]["mobilenet_v1"];
  const double now = multiplier["now"].get<double>();
  EXPECT_LE(missed, kRate + now / (kStep * kRounds));  // an identity, but for the floor at 0
  EXPECT_LT(missed, 1.1 * kRate);
  EXPECT_GT(missed, 0.5 * kRate);  // and it does not simply give in
  // The actions tie where 0.4 = multiplier * 0.5.
  EXPECT_NEAR(now, 0.8, 0.3);
  bound.explore(false);
  EXPECT_EQ(bound.decide(0U), 1);  // frozen, it takes the side of fewer misses
}

// ---- quantile Q ----

/// Which of two actions earns more turns at a CPU utilisation of 0.5, inside one of AutoScale's
/// bins.
TEST(QuantileQTest, FindsAnEdgeThatAutoScalesBinsDoNotHave) {
  const auto share_right = [](const std::string& policy, const std::string& parameters) {
    MdpAgent agent(policy, parameters, 2);
    const RandomField random(5);
    int right = 0;
    for (std::uint32_t i = 0; i < 20000; ++i) {
      Draw draw = random.at(Stream::kWorkload, 0, i);
      if (i == 10000) agent.explore(false);
      Observation o = MdpAgent::observation(0);
      o.load.cpu = 0.25 + 0.5 * draw.uniform();
      const ActionId action = agent.decide(o);
      const bool good = action == (o.load.cpu < 0.5 ? 0 : 1);
      if (i < 10000) {
        agent.tell(o, action, good ? -0.1 : -1, o);
      } else {
        right += good;
      }
    }
    return right / 10000.0;
  };
  EXPECT_GT(share_right("quantile_q", "{}"), 0.95);
  EXPECT_LT(share_right("autoscale", "{}"), 0.6);
}

}  // namespace
}  // namespace autoscale
