// The linear bandits: their ridge regression against the normal equations, their regret in a linear
// world against bounds derived here, what they take over from another phone.
#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <cmath>
#include <numbers>

#include "policies/learning/online_ridge.h"
#include "tests/support/learner_testing.h"

namespace autoscale {
namespace {

using learning::OnlineRidge;

// The ridge regression.

TEST(OnlineRidgeTest, EqualsTheNormalEquationsOfAllSamples) {
  constexpr int kInputs = 9, kSamples = 2000;
  constexpr double kRidge = 0.7;
  OnlineRidge<kInputs> ridge(kRidge);
  Eigen::MatrixXd inputs(kSamples, kInputs);
  Eigen::VectorXd values(kSamples);
  const RandomField random(3);
  for (int i = 0; i < kSamples; ++i) {
    Draw draw = random.at(Stream::kWorkload, 0, static_cast<std::uint64_t>(i));
    for (int k = 0; k < kInputs; ++k) inputs(i, k) = draw.normal();
    inputs(i, 1) = inputs(i, 0) + 1e-3 * inputs(i, 1);  // nearly the same input twice
    values[i] = draw.normal() - 2 * inputs(i, 3);
    ridge.add(inputs.row(i).transpose(), values[i]);
  }
  Eigen::MatrixXd a = inputs.transpose() * inputs;
  a.diagonal().array() += kRidge;
  const Eigen::LDLT<Eigen::MatrixXd> solver(a);
  const Eigen::VectorXd expected = solver.solve(inputs.transpose() * values);
  EXPECT_LT((ridge.weights() - expected).cwiseAbs().maxCoeff(), 1e-8);
  for (int k = 0; k < kInputs; ++k) {
    const Eigen::VectorXd x = Eigen::VectorXd::Unit(kInputs, k) + inputs.row(k).transpose();
    EXPECT_NEAR(ridge.mean(x), expected.dot(x), 1e-8);
    EXPECT_NEAR(ridge.width(x), std::sqrt(x.dot(solver.solve(x))), 1e-8);
  }
}

// One sample (x, y) of one input: w = x y / (ridge + x^2), width^2 = x^2 / (ridge + x^2).
TEST(OnlineRidgeTest, OneSampleByHand) {
  OnlineRidge<1> ridge(2);
  const OnlineRidge<1>::Input x(3);
  EXPECT_EQ(ridge.mean(x), 0);
  EXPECT_DOUBLE_EQ(ridge.width(x), 3 / std::sqrt(2.0));
  ridge.add(x, 5);
  EXPECT_DOUBLE_EQ(ridge.mean(x), 3 * 15.0 / 11);
  EXPECT_DOUBLE_EQ(ridge.width(x), 3 / std::sqrt(11.0));
}

// Regret. Two actions; the context is x = (1, c, s), c and s uniform in [-1, 1]; the reward of
// action a is w_a.x plus normal noise. |x|^2 <= 3.

using Context = Eigen::Vector3d;
struct LinearWorld {
  std::array<Eigen::Vector3d, 2> weights;
  double noise = 0;  // standard deviation
};

/// w_0 - w_1 = (0, 1, 0.6): the better action depends on the context alone.
const LinearWorld kContextual{{Eigen::Vector3d(-0.5, 0.5, 0.3), Eigen::Vector3d(-0.5, -0.5, -0.3)},
                              0.05};

/// What a policy loses against the better action, and what the theory says of its choices.
struct Regret {
  std::vector<double> total;            // after every request
  std::array<double, 2> fixed_total{};  // of always the same action
  double random_total = 0;              // expected, of a coin
  double widths = 0;                    // sum of the widths of the chosen actions' models
};

/// The widths are worked out here, from the normal equations with this ridge.
Regret play(Policy& policy, const LinearWorld& world, std::uint32_t requests, double ridge,
            std::uint64_t seed = 5) {
  Regret regret;
  std::array<Eigen::Matrix3d, 2> gram;
  gram.fill(ridge * Eigen::Matrix3d::Identity());
  const RandomField random(seed);
  double total = 0;
  for (std::uint32_t t = 0; t < requests; ++t) {
    Draw draw = random.at(Stream::kWorkload, 0, t);
    const ContextPair context = LearnerWorld::random_context(draw);
    const Observation o = LearnerWorld::observation(t, context);
    const Context x(1, context.first, context.second);
    const std::array<double, 2> means = {world.weights[0].dot(x), world.weights[1].dot(x)};
    const double best = std::max(means[0], means[1]);
    const ActionId action = policy.decide(o).action;
    LearnerWorld::tell(policy, o, o, action, means[action] + world.noise * draw.normal());
    total += best - means[action];
    regret.total.push_back(total);
    for (std::size_t a = 0; a < 2; ++a) regret.fixed_total[a] += best - means[a];
    regret.random_total += best - (means[0] + means[1]) / 2;
    regret.widths += std::sqrt(x.dot(gram[action].ldlt().solve(x)));
    gram[action] += x * x.transpose();
  }
  return regret;
}

/// Bound on the sum of the chosen widths over T requests, K actions, d inputs, |x|^2 <= L^2:
///   sum s <= sqrt(T sum s^2), sum s^2 <= c sum ln(1 + s^2) = c sum_a ln det(A_a / ridge), where
///   u <= c ln(1 + u) up to u = L^2 / ridge, the largest s^2, and by the means of the eigenvalues
///   ln det(A_a / ridge) <= d ln(1 + T_a L^2 / (d ridge)), largest when all T_a = T / K.
double width_bound(double requests, double ridge) {
  constexpr double kActions = 2, kInputs = 3, kLength2 = 3;
  const double c = kLength2 / ridge / std::log1p(kLength2 / ridge);
  const double log_det =
      kActions * kInputs * std::log1p(requests / kActions * kLength2 / (kInputs * ridge));
  return std::sqrt(requests * c * log_det);
}

// Y. Abbasi-Yadkori, D. Pal and C. Szepesvari, "Improved Algorithms for Linear Stochastic Bandits",
// NIPS 2011, theorem 2: with chance 1 - delta every model's mean is within alpha * width of w.x at
// all times, if alpha = noise sqrt(d ln((1 + T L^2 / ridge) / delta)) + sqrt(ridge) |w|. Then a
// chosen action loses at most twice that.
TEST(LinUcbTest, RegretStaysWithinItsBound) {
  constexpr std::uint32_t kRequests = 50000;
  constexpr double kRidge = 3, kDelta = 0.001;
  const double alpha =
      kContextual.noise * std::sqrt(3 * std::log((1 + kRequests * 3 / kRidge) / (kDelta / 2))) +
      std::sqrt(kRidge) * kContextual.weights[0].norm();
  const LearnerWorld world(2);
  const auto policy = world.make("linucb", "{alpha: " + std::to_string(alpha) + ", ridge: 3}");
  const Regret regret = play(*policy, kContextual, kRequests, kRidge);
  EXPECT_LE(regret.total.back(), 2 * alpha * regret.widths);
  EXPECT_LE(regret.widths, width_bound(kRequests, kRidge));
  EXPECT_LT(2 * alpha * width_bound(kRequests, kRidge), regret.random_total)
      << "the bound says nothing";
}

// D. Russo and B. Van Roy, "Learning to Optimize via Posterior Sampling", Math. Operations Research
// 2014, proposition 1: if the world is drawn from the prior, N(0, scale^2 / ridge) per weight and
// noise of deviation `scale`, the expected regret is at most, for any b,
//   b scale E[sum of chosen widths] + sum over time and actions of scale width E max(Z - b, 0),
// Z standard normal. With b = sqrt(2 ln T), E max(Z - b, 0) <= phi(b) = 1 / (T sqrt(2 pi)).
TEST(ThompsonTest, BayesianRegretStaysWithinItsBound) {
  constexpr std::uint32_t kRequests = 20000, kWorlds = 20;
  constexpr double kRidge = 0.25, kScale = 0.5;
  const LearnerWorld world(2);
  const RandomField prior(9);
  double regret = 0, coin = 0, widths = 0;
  for (std::uint32_t w = 0; w < kWorlds; ++w) {
    Draw draw = prior.at(Stream::kWorkload, 1, w);
    LinearWorld linear{{}, kScale};
    for (Eigen::Vector3d& weights : linear.weights) {
      for (double& weight : weights) weight = kScale / std::sqrt(kRidge) * draw.normal();
    }
    const auto policy = world.make("thompson", "{scale: 0.5, ridge: 0.25}", w);
    const Regret one = play(*policy, linear, kRequests, kRidge, w);
    regret += one.total.back() / kWorlds;
    coin += one.random_total / kWorlds;
    widths += one.widths / kWorlds;
  }
  const double b = std::sqrt(2 * std::log(kRequests));
  const double rare = 2 * kScale * std::sqrt(3 / kRidge) / std::sqrt(2 * std::numbers::pi);
  EXPECT_LE(regret, b * kScale * widths + rare);
  EXPECT_LE(widths, width_bound(kRequests, kRidge));
  EXPECT_LT(b * kScale * width_bound(kRequests, kRidge) + rare, coin) << "the bound says nothing";
}

class LinearBanditTest : public testing::TestWithParam<std::string> {};

// From 1,000 to 64,000 requests a regret like sqrt(T ln T) grows 10.1-fold, one like T 64-fold.
TEST_P(LinearBanditTest, RegretGrowsSlowerThanTimeAndContextPays) {
  const LearnerWorld world(2);
  const auto policy = world.make(GetParam());
  const Regret regret = play(*policy, kContextual, 64000, 1);
  EXPECT_LT(regret.total[63999] / regret.total[999],
            std::sqrt(64 * std::log(64000.0) / std::log(1000.0)));
  const double without_context = std::min(regret.fixed_total[0], regret.fixed_total[1]);
  EXPECT_LT(regret.total.back(), 0.05 * without_context);
  EXPECT_LT(regret.total.back(), 0.05 * regret.random_total);
}

// All rewards lie above the 0 of what was never tried, and the action tried first is the worse one:
// who only follows the means stays with it for ever.
TEST_P(LinearBanditTest, FindsABetterActionThatItsMeansHide) {
  const LinearWorld hidden{{Eigen::Vector3d(0.4, 0, 0), Eigen::Vector3d(0.6, 0, 0)}, 0.05};
  const LearnerWorld world(2);
  const Regret regret = play(*world.make(GetParam()), hidden, 5000, 1);
  EXPECT_LT(regret.total.back(), 0.05 * regret.fixed_total[0]);
  const std::string greedy = GetParam() == "linucb" ? "alpha: 0" : "scale: 0";
  const Regret without = play(*world.make(GetParam(), greedy), hidden, 5000, 1);
  EXPECT_NEAR(without.total.back(), without.fixed_total[0], 1e-6);
}

TEST_P(LinearBanditTest, DecidesByTheMeanWhenItDoesNotExplore) {
  const LearnerWorld world(2);
  const auto policy = world.make(GetParam());
  play(*policy, kContextual, 2000, 1);
  policy->set_mode({});
  const RandomField random(8);
  for (std::uint32_t t = 0; t < 500; ++t) {
    Draw draw = random.at(Stream::kWorkload, 0, t);
    const ContextPair context = LearnerWorld::random_context(draw);
    const double difference = context.first + 0.6 * context.second;
    if (std::abs(difference) < 0.05) continue;
    EXPECT_EQ(policy->decide(LearnerWorld::observation(t, context)).action, difference > 0 ? 0 : 1);
  }
}

INSTANTIATE_TEST_SUITE_P(All, LinearBanditTest, testing::Values("linucb", "thompson"),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace autoscale
