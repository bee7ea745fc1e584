// The parts of the predictors against values worked by hand: least squares, support vectors,
// neighbours, the Gaussian process, expected improvement, the reservoir, the situations' labels.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "policies/base/nearest_neighbours.h"
#include "policies/base/policy_draws.h"
#include "policies/learning/gaussian_process.h"
#include "policies/learning/kernel_machine.h"
#include "policies/learning/least_squares.h"
#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

using learning::expected_improvement;
using learning::GaussianProcess;
using learning::KernelMachine;
using learning::LeastSquares;

// Features.

TEST(FeatureMapTest, ScalesAsDocumented) {
  Dnn dnn;
  dnn.layers = {.conv = 75, .fc = 5, .recurrent = 24};
  dnn.macs = 1e10;
  Observation o;
  o.load = {.cpu = 0.75, .memory = 0};
  o.signal_dbm = {-80, -50};
  const FeatureVector expected = {0.5, -0.5, 1.4, 1, 0.5, -1, -0.5, 1};
  const FeatureVector features = FeatureMap(std::span(&dnn, 1)).of(o);
  for (std::size_t f = 0; f < kFeatures; ++f) EXPECT_NEAR(features[f], expected[f], 1e-12) << f;
}

// Least squares.

/// Samples (x, y) of one input.
LeastSquares<1, 1> line(std::initializer_list<std::pair<double, double>> samples) {
  LeastSquares<1, 1> sums;
  for (const auto& [x, y] : samples) {
    sums.add(LeastSquares<1, 1>::Input(x), LeastSquares<1, 1>::Output(y));
  }
  return sums;
}

// Slope = sum (x - 2)(y - 4) / sum (x - 2)^2 = ((-2)(-3) + 0 + 2 * 3) / 8 = 1.5 around (2, 4).
TEST(LeastSquaresTest, FindsTheClosedFormLine) {
  const auto weights = line({{0, 1}, {2, 4}, {4, 7}}).solve(1e-12);
  EXPECT_NEAR(weights(0), 1, 1e-9);
  EXPECT_NEAR(weights(1), 1.5, 1e-9);
}

// The ridge is added to sum (x - 2)^2 = 8 and leaves the intercept free: slope 12 / (8 + 4) = 1,
// still through (2, 4).
TEST(LeastSquaresTest, TheRidgeShrinksTheSlopeOnly) {
  const auto weights = line({{0, 1}, {2, 4}, {4, 7}}).solve(4);
  EXPECT_NEAR(weights(0), 2, 1e-12);
  EXPECT_NEAR(weights(1), 1, 1e-12);
}

TEST(LeastSquaresTest, OneSampleIsItsOwnMean) {
  const auto weights = line({{3, 7}}).solve(1);
  EXPECT_NEAR(weights(0) + 3 * weights(1), 7, 1e-12);
}

// y1 = 1 + 2 a - b and y2 = a + b, exactly.
TEST(LeastSquaresTest, SolvesSeveralInputsAndOutputs) {
  LeastSquares<2, 2> sums;
  for (const auto& [a, b] : {std::pair{0., 0.}, {1., 0.}, {0., 1.}, {2., 3.}, {-1., 4.}}) {
    sums.add({a, b}, {1 + 2 * a - b, a + b});
  }
  const auto weights = sums.solve(1e-12);
  LeastSquares<2, 2>::Weights expected;
  expected << 1, 0, 2, 1, -1, 1;
  EXPECT_LT((weights - expected).cwiseAbs().maxCoeff(), 1e-9);
}

// Support vectors. LIBSVM stops within 1e-3 of the optimal gradient, so values agree to about that.

constexpr double kLibsvm = 2e-3;

double kernel(double gamma, double squared_distance) { return std::exp(-gamma * squared_distance); }

// Two points: by symmetry both have the same weight a and the threshold is 0. On the margin
// f(x1) = a (1 - k) = 1, k the kernel of the two.
TEST(KernelMachineTest, SeparatesTwoPointsWithTheWidestMargin) {
  Eigen::MatrixXd inputs(1, 2);
  inputs << 1, -1;
  const double gamma = 0.5, k = kernel(gamma, 4);
  for (const double first : {1., -1.}) {  // whichever label comes first
    const auto machine = KernelMachine::classification(inputs, {first, -first}, {100, gamma, 0});
    const double a = first / (1 - k);
    EXPECT_EQ(machine.support_vectors(), 2U);
    for (const double x : {1., -1., 0., 0.3, -2.}) {
      const double expected =
          a * (kernel(gamma, (x - 1) * (x - 1)) - kernel(gamma, (x + 1) * (x + 1)));
      EXPECT_NEAR(machine(Eigen::VectorXd::Constant(1, x)), expected, kLibsvm) << x;
    }
  }
}

// Exclusive or at (+-1, +-1): by symmetry all four weights are equal and the threshold is 0. With k
// the kernel of neighbours (distance 2) and k^2 that of opposite corners (2 sqrt 2),
// f = a (1 - 2 k + k^2) = 1 on the margin.
TEST(KernelMachineTest, SeparatesTheExclusiveOr) {
  Eigen::MatrixXd inputs(2, 4);
  inputs << 1, -1, 1, -1, 1, -1, -1, 1;
  const double gamma = 0.25, k = kernel(gamma, 4), a = 1 / ((1 - k) * (1 - k));
  const auto machine = KernelMachine::classification(inputs, {1, 1, -1, -1}, {1000, gamma, 0});
  EXPECT_NEAR(machine(Eigen::Vector2d(1, 1)), 1, kLibsvm);
  EXPECT_NEAR(machine(Eigen::Vector2d(1, -1)), -1, kLibsvm);
  EXPECT_NEAR(machine(Eigen::Vector2d(0, 3)), 0, kLibsvm);
  const double near = kernel(gamma, 0.25 * 2), far = kernel(gamma, 2.25 * 2),
               other = kernel(gamma, 0.25 + 2.25);
  EXPECT_NEAR(machine(Eigen::Vector2d(0.5, 0.5)), a * (near + far - 2 * other), kLibsvm);
}

// A cost below the weight that the margin wants bounds it: a = C, so f(x1) = C (1 - k) < 1.
TEST(KernelMachineTest, TheCostBoundsTheWeights) {
  Eigen::MatrixXd inputs(1, 2);
  inputs << 1, -1;
  const auto machine = KernelMachine::classification(inputs, {1, -1}, {0.5, 0.5, 0});
  EXPECT_NEAR(machine(Eigen::VectorXd::Constant(1, 1)), 0.5 * (1 - kernel(0.5, 4)), kLibsvm);
}

// Two points with targets 3 +- 1 and a tube of 0.25: the flattest function within the tube has
// f = 3 +- 0.75, f(x) = 3 + a (k(x, x1) - k(x, x2)) with a (1 - k) = 0.75.
TEST(KernelMachineTest, RegressesToTheEdgeOfTheTube) {
  Eigen::MatrixXd inputs(1, 2);
  inputs << 1, -1;
  const double gamma = 0.5, a = 0.75 / (1 - kernel(gamma, 4));
  const auto machine = KernelMachine::regression(inputs, {4, 2}, {100, gamma, 0.25});
  for (const double x : {1., -1., 0., 0.5}) {
    const double expected =
        3 + a * (kernel(gamma, (x - 1) * (x - 1)) - kernel(gamma, (x + 1) * (x + 1)));
    EXPECT_NEAR(machine(Eigen::VectorXd::Constant(1, x)), expected, kLibsvm) << x;
  }
}

// LIBSVM against another way to the same optimum.

/// Minimises a^T Q a / 2 + p^T a over 0 <= a <= C with y^T a = const, from a feasible start, by
/// exact steps along all pairs in turn until none moves any more.
Eigen::VectorXd solve_pairwise(const Eigen::MatrixXd& q, const Eigen::VectorXd& p,
                               const Eigen::VectorXd& y, double cost) {
  Eigen::VectorXd a = Eigen::VectorXd::Zero(p.size());
  for (double moved = 1; moved > 1e-13;) {
    moved = 0;
    for (Eigen::Index i = 0; i < a.size(); ++i) {
      for (Eigen::Index j = 0; j < i; ++j) {
        // a_i + y_i t, a_j - y_j t keeps y^T a.
        const Eigen::VectorXd slope = q * a + p;
        const double curvature = q(i, i) + q(j, j) - 2 * y[i] * y[j] * q(i, j);
        if (curvature < 1e-12) continue;
        double t = -(y[i] * slope[i] - y[j] * slope[j]) / curvature;
        const auto room = [cost](double at, double sign) {
          return sign > 0 ? std::pair{-at, cost - at} : std::pair{at - cost, at};
        };
        const auto [low_i, high_i] = room(a[i], y[i]);
        const auto [low_j, high_j] = room(a[j], -y[j]);
        t = std::clamp(t, std::max(low_i, low_j), std::min(high_i, high_j));
        a[i] += y[i] * t;
        a[j] -= y[j] * t;
        moved = std::max(moved, std::abs(t));
      }
    }
  }
  return a;
}

Eigen::MatrixXd kernels(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b, double gamma) {
  Eigen::MatrixXd k(a.cols(), b.cols());
  for (Eigen::Index i = 0; i < a.cols(); ++i) {
    for (Eigen::Index j = 0; j < b.cols(); ++j) {
      k(i, j) = kernel(gamma, (a.col(i) - b.col(j)).squaredNorm());
    }
  }
  return k;
}

// C-SVC: Q_ij = y_i y_j k_ij, p = -1; f(x) = sum a_i y_i k(x_i, x) + b. A weight between its bounds
// lies on the margin, y f = 1, which gives b. Nine points that no line separates.
TEST(KernelMachineTest, ClassifiesAsTheDualSolvedApart) {
  Eigen::MatrixXd inputs(2, 9);
  inputs << 0, 1, 0.4, -1, -0.6, 0.2, 1.5, -1.4, 0.9,  //
      0, 0.3, 1.1, 0.2, -1, -0.7, -0.9, 1.2, 0.8;
  Eigen::VectorXd labels(9);
  labels << 1, 1, -1, 1, -1, -1, 1, -1, -1;
  const double gamma = 0.6, cost = 5;
  const Eigen::MatrixXd k = kernels(inputs, inputs, gamma);
  const Eigen::VectorXd a = solve_pairwise(labels.asDiagonal() * k * labels.asDiagonal(),
                                           Eigen::VectorXd::Constant(9, -1), labels, cost);
  const Eigen::VectorXd weights = a.cwiseProduct(labels);
  const auto machine = KernelMachine::classification(
      inputs, std::vector<double>(labels.begin(), labels.end()), {cost, gamma, 0});
  Eigen::Index on_margin = -1;
  for (Eigen::Index i = 0; i < 9; ++i) {
    if (a[i] > 1e-6 && a[i] < cost - 1e-6) on_margin = i;
  }
  ASSERT_GE(on_margin, 0);
  const double bias = labels[on_margin] - k.col(on_margin).dot(weights);
  Eigen::MatrixXd queries(2, 3);
  queries << 0.5, -2, 0.1,  //
      0.5, 1, -0.3;
  const Eigen::VectorXd expected = kernels(queries, inputs, gamma) * weights;
  for (Eigen::Index i = 0; i < 3; ++i) {
    EXPECT_NEAR(machine(queries.col(i)), expected[i] + bias, 5 * kLibsvm) << i;
  }
}

// epsilon-SVR of a line: the weights above (a) and below (a*) the tube are one vector with signs +1
// and -1, Q_ij = s_i s_j k_ij, p = tube - s t; f(x) = sum s_i a_i k(x_i, x) + b. A weight between
// its bounds lies on the edge of the tube.
TEST(KernelMachineTest, RegressesALineAsTheDualSolvedApart) {
  Eigen::MatrixXd inputs(1, 6);
  inputs << -2, -1.2, -0.3, 0.5, 1.1, 2;
  const Eigen::VectorXd targets = 3 - 0.8 * inputs.row(0).transpose().array();
  const double gamma = 0.4, cost = 10, tube = 0.1;
  const Eigen::MatrixXd k = kernels(inputs, inputs, gamma);
  Eigen::VectorXd signs(12);
  signs << Eigen::VectorXd::Ones(6), -Eigen::VectorXd::Ones(6);
  const Eigen::MatrixXd q = signs.asDiagonal() * k.replicate(2, 2) * signs.asDiagonal();
  const Eigen::VectorXd p =
      Eigen::VectorXd::Constant(12, tube) - signs.cwiseProduct(targets.replicate(2, 1));
  const Eigen::VectorXd a = solve_pairwise(q, p, signs, cost);
  const Eigen::VectorXd weights = a.head(6) - a.tail(6);
  Eigen::Index on_edge = -1;
  for (Eigen::Index i = 0; i < 6; ++i) {
    if (a[i] > 1e-6 && a[i] < cost - 1e-6) on_edge = i;
  }
  ASSERT_GE(on_edge, 0);
  const double bias = targets[on_edge] - tube - k.col(on_edge).dot(weights);
  const auto machine = KernelMachine::regression(
      inputs, std::vector<double>(targets.begin(), targets.end()), {cost, gamma, tube});
  for (Eigen::Index i = 0; i < 6; ++i) {
    const double f = k.col(i).dot(weights) + bias;
    EXPECT_LE(std::abs(f - targets[i]), tube + 1e-6) << "the line fits into the tube";
    EXPECT_NEAR(machine(inputs.col(i)), f, 5 * kLibsvm) << i;
  }
}

// Neighbours, by hand on a line: only the first feature differs.

Example at(double x, std::uint8_t group, double position) {
  Example example;
  example.features[0] = x;
  example.best = {group, position};
  return example;
}

constexpr GroupSet kAllGroups = ~GroupSet{0};

TEST(NearestNeighboursTest, TheMajorityOfTheNearestWins) {
  const std::vector<Example> line = {at(0, 1, 0.2), at(1, 2, 0.5), at(2, 2, 1), at(9, 1, 1),
                                     at(9, 1, 1)};
  const FeatureVector x = {0.4};
  const auto of = [&](std::uint32_t k) { return *NearestNeighbours(k, line)(x, kAllGroups); };
  EXPECT_EQ(of(1).group, 1);  // distances 0.4, 0.6, 1.6, 8.6, 8.6
  EXPECT_EQ(of(2).group, 1);  // one vote each: the nearest decides
  EXPECT_EQ(of(3).group, 2);
  EXPECT_DOUBLE_EQ(of(3).position, 0.75);
  EXPECT_EQ(of(5).group, 1);
  EXPECT_NEAR(of(5).position, 2.2 / 3, 1e-12);
  EXPECT_EQ(of(50).group, 1);  // more than there are
}

TEST(NearestNeighboursTest, LooksOnlyAtWhatIsOffered) {
  const NearestNeighbours neighbours(1, {at(0, 1, 0), at(5, 2, 0.5)});
  EXPECT_EQ(neighbours({0.1}, only(2))->group, 2);
  EXPECT_FALSE(neighbours({0.1}, only(3)).has_value());
  EXPECT_FALSE(NearestNeighbours(1, {})({0.1}, kAllGroups).has_value());
}

// Gaussian process. Two samples at distance d with kernel k = s^2 exp(-d^2 / (2 l^2)), noise n:
// K = [[s^2 + n^2, k], [k, s^2 + n^2]], inverse 1 / (p^2 - k^2) [[p, -k], [-k, p]], p = s^2 + n^2.
TEST(GaussianProcessTest, PosteriorOfTwoSamplesByTheInverseOfTwo) {
  const double length = 2, signal = 1.5, noise = 0.5;
  GaussianProcess process({length, signal, noise}, 1, 2);
  process.add(Eigen::VectorXd::Constant(1, 0), 1);
  process.add(Eigen::VectorXd::Constant(1, 2), 4);
  const double s2 = signal * signal, p = s2 + noise * noise;
  const double k = s2 * std::exp(-0.5), q = 1 / (p * p - k * k);
  Eigen::MatrixXd queries(1, 3);
  queries << 1, 0, 100;
  const auto [mean, sd] = process.posterior(queries);
  // At x = 1 both samples have covariance c; values are -+1.5 around the prior mean 2.5.
  const double c = s2 * std::exp(-0.125);
  EXPECT_NEAR(mean[0], 2.5, 1e-12);
  EXPECT_NEAR(sd[0] * sd[0], s2 - 2 * c * c * (p - k) * q, 1e-12);
  // At x = 0 the covariances are (s^2, k).
  EXPECT_NEAR(mean[1], 2.5 + q * (-1.5 * (p * s2 - k * k) + 1.5 * (p * k - k * s2)), 1e-12);
  EXPECT_NEAR(sd[1] * sd[1], s2 - q * (p * s2 * s2 - 2 * k * k * s2 + p * k * k), 1e-12);
  // Far away there is nothing but the prior.
  EXPECT_NEAR(mean[2], 2.5, 1e-12);
  EXPECT_NEAR(sd[2], signal, 1e-12);
  EXPECT_EQ(process.mean(queries), mean);
}

// Three samples in two dimensions: the inverse by cofactors.
TEST(GaussianProcessTest, PosteriorOfThreeSamplesByCofactors) {
  const double noise2 = 0.04;
  GaussianProcess process({1, 1, 0.2}, 2, 5);
  process.add(Eigen::Vector2d(0, 0), 3);
  process.add(Eigen::Vector2d(1, 0), 0);
  process.add(Eigen::Vector2d(0, 2), 6);
  const double p = 1 + noise2, a = std::exp(-0.5), b = std::exp(-2.0), c = std::exp(-2.5);
  // K = [[p, a, b], [a, p, c], [b, c, p]] over samples 1, 2, 3.
  const double determinant = p * (p * p - c * c) - a * (a * p - b * c) + b * (a * c - b * p);
  const double inverse[3][3] = {{p * p - c * c, b * c - a * p, a * c - b * p},
                                {b * c - a * p, p * p - b * b, a * b - p * c},
                                {a * c - b * p, a * b - p * c, p * p - a * a}};
  const double to[3] = {std::exp(-1.0), std::exp(-0.5), std::exp(-1.0)};  // from (1, 1)
  const double values[3] = {0, -3, 3};                                    // around 3
  double mean = 3, variance = 1;
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      mean += to[i] * inverse[i][j] / determinant * values[j];
      variance -= to[i] * inverse[i][j] / determinant * to[j];
    }
  }
  const auto posterior = process.posterior(Eigen::Vector2d(1, 1));
  EXPECT_NEAR(posterior.mean[0], mean, 1e-12);
  EXPECT_NEAR(posterior.sd[0], std::sqrt(variance), 1e-12);
}

TEST(GaussianProcessTest, KnowsNothingButThePriorAtFirst) {
  const GaussianProcess process({1, 2, 0.1}, 1, 3);
  const auto [mean, sd] = process.posterior(Eigen::VectorXd::Constant(1, 7));
  EXPECT_EQ(mean[0], 0);
  EXPECT_EQ(sd[0], 2);
}

// Expected improvement. At mean = best it is sd / sqrt(2 pi). Elsewhere sd (z Phi(z) + phi(z)) with
// Phi(1) = 0.8413447460685429 and phi(1) = 0.24197072451914337 from tables.
TEST(ExpectedImprovementTest, MatchesItsClosedForm) {
  EXPECT_NEAR(expected_improvement(3, 2, 3), 2 / std::sqrt(2 * std::numbers::pi), 1e-15);
  EXPECT_NEAR(expected_improvement(5, 2, 3), 2 * (0.8413447460685429 + 0.24197072451914337), 1e-14);
  EXPECT_NEAR(expected_improvement(1, 2, 3), 2 * (-0.1586552539314571 + 0.24197072451914337),
              1e-14);
  EXPECT_EQ(expected_improvement(4, 0, 3), 1);
  EXPECT_EQ(expected_improvement(2, 0, 3), 0);
}

// E max(value - best, 0) by the trapezoid rule over 12 standard deviations each side.
TEST(ExpectedImprovementTest, MatchesItsIntegral) {
  constexpr int kSteps = 200000;
  for (const auto& [mean, sd, best] :
       {std::array{1.0, 0.5, 1.3}, {-2.0, 3.0, 0.0}, {0.2, 0.1, 0.1}, {5.0, 2.0, -1.0}}) {
    double integral = 0;
    for (int i = 0; i <= kSteps; ++i) {
      const double z = -12 + 24.0 * i / kSteps;
      integral += std::max(mean + sd * z - best, 0.0) * std::exp(-z * z / 2);
    }
    integral *= 24.0 / kSteps / std::sqrt(2 * std::numbers::pi);
    EXPECT_NEAR(expected_improvement(mean, sd, best), integral, 1e-7) << mean;
  }
}

// Reservoir: the first items as they come, then every item with the same chance. Of 10,000 runs
// over ten items, three kept, each item should be there 3,000 times, sd sqrt(2100) = 46.
TEST(ReservoirTest, KeepsEveryItemEquallyOften) {
  std::array<int, 10> kept{};
  for (std::uint32_t run = 0; run < 10000; ++run) {
    SampleReservoir<int> reservoir(3, {RandomField(run), 1});
    for (int item = 0; item < 10; ++item) reservoir.add(item);
    EXPECT_EQ(reservoir.seen(), 10U);
    ASSERT_EQ(reservoir.items().size(), 3U);
    for (const int item : reservoir.items()) ++kept[static_cast<std::size_t>(item)];
  }
  for (const int count : kept) EXPECT_NEAR(count, 3000, 5 * 46);
}

TEST(ReservoirTest, GoesOnAfterLoadingAsIfItHadNeverStopped) {
  const PolicyDraws draws{RandomField(1), 2};
  SampleReservoir<int> whole(5, draws), first(5, draws), second(5, draws);
  for (int i = 0; i < 100; ++i) {
    whole.add(i);
    if (i < 40) first.add(i);
  }
  second.load(nlohmann::ordered_json::parse(first.save().dump()));
  for (int i = 40; i < 100; ++i) second.add(i);
  EXPECT_EQ(second.items(), whole.items());
  EXPECT_THROW(SampleReservoir<int>(4, draws).load(first.save()), std::invalid_argument);
}

// Situations, on a phone as shipped.

class SituationsTest : public testing::Test {
 protected:
  SituationsTest()
      : scenario_(scenario_of("name: s\ndevices: [{profile: mi8pro}]\ndnns: [mobilenet_v1, "
                              "mobilebert]\npolicies: [random]\nphases: [{name: test, inferences: "
                              "1}]\n")),
        type_(scenario_.system().types[0]),
        context_{type_.actions, scenario_.system().dnns, type_.dnns,      nullptr,
                 nullptr,       RandomField(1),          type_.profile.id} {}

  ActionId action(const std::string& name) const {
    const auto names = type_.actions.names();
    return static_cast<ActionId>(std::find(names.begin(), names.end(), name) - names.begin());
  }

  void tell(Situations& situations, std::uint16_t dnn, double cpu, const std::string& name,
            double reward) const {
    Observation o;
    o.dnn = dnn;
    o.load.cpu = cpu;
    o.signal_dbm = {-55, -55};
    situations.add({{.reward = reward}, o, o, action(name)});
  }

  Scenario scenario_;
  const DeviceType& type_;
  PolicyContext context_;
};

TEST_F(SituationsTest, LabelsEachWithTheActionOfHighestMeanReward) {
  Situations situations(context_, 10);
  tell(situations, 0, 0, "phone_gpu_fp32@3", -0.2);
  tell(situations, 0, 0, "phone_gpu_fp32@3", -0.6);
  tell(situations, 0, 0, "phone_cpu_fp32@22", -0.5);
  tell(situations, 0, 0.10, "cloud_gpu_fp32@0", -1);
  tell(situations, 0, 0.20, "phone_gpu_fp32@0", -2);
  const std::vector<Example> examples = situations.examples();
  ASSERT_EQ(examples.size(), 2U);
  const auto group = [&](const std::string& name) { return type_.actions.group_of(action(name)); };
  EXPECT_TRUE(examples[0].calm);
  EXPECT_EQ(examples[0].best.group, group("phone_gpu_fp32@0"));  // mean -0.4 against -0.5
  EXPECT_DOUBLE_EQ(examples[0].best.position, 0.5);              // point 3 of 0 ... 6
  EXPECT_EQ(examples[0].tried, only(group("phone_gpu_fp32@0")) | only(group("phone_cpu_fp32@0")));
  EXPECT_FALSE(examples[1].calm);
  EXPECT_EQ(examples[1].best.group, group("cloud_gpu_fp32@0"));
  EXPECT_DOUBLE_EQ(examples[1].best.position, 1);
  EXPECT_NEAR(examples[1].features[4], 2 * 0.15 - 1, 1e-12);  // mean CPU utilisation 0.15
}

TEST_F(SituationsTest, StopsAtItsCap) {
  Situations situations(context_, 1);
  tell(situations, 0, 0, "phone_cpu_fp32@0", -1);
  tell(situations, 1, 0, "phone_cpu_fp32@0", -1);
  EXPECT_EQ(situations.examples().size(), 1U);
  EXPECT_EQ(situations.save().at("situations").size(), 1U);
}

}  // namespace
}  // namespace autoscale
