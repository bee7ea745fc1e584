// The points of a sweep: grids, zips, ranges, draws, what is skipped, and what is wrong.
#include "sim/sweep/space.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "sim/sweep/columns.h"
#include "tests/support/config_testing.h"

namespace autoscale {
namespace {

using Row = std::vector<std::string>;

/// The space of a sweep with these keys; throws ConfigError.
SweepSpace space_of(const std::string& keys) {
  const auto config = config::read_text<SweepConfig>("name: test\nscenarios: [s.yaml]\n" + keys);
  config::Diagnostics diagnostics;
  SweepSpace space(config, diagnostics);
  diagnostics.throw_if_any();
  return space;
}

std::vector<Row> rows_of(const SweepSpace& space) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < space.size(); ++i) {
    rows.emplace_back();
    for (const SweptValue& value : space.point(i).values) rows.back().push_back(value.text);
  }
  return rows;
}

std::vector<double> column_of(const SweepSpace& space, std::size_t parameter) {
  std::vector<double> values;
  for (const Row& row : rows_of(space)) values.push_back(std::stod(row[parameter]));
  return values;
}

std::string error_of(const std::string& keys) {
  return config::error_of([&] { space_of(keys); });
}

TEST(SweepSpace, WithoutParametersIsOnePoint) {
  EXPECT_EQ(rows_of(space_of("")), std::vector<Row>{Row{}});
}

TEST(SweepSpace, GridIsEveryCombinationTheLastParameterFastest) {
  const SweepSpace space = space_of(
      "grid:\n"
      "  - {path: a.x, values: [1, 2]}\n"
      "  - {path: b, values: [5 ms, 7 ms, 9 ms]}\n");
  EXPECT_EQ(
      rows_of(space),
      (std::vector<Row>{{"1", "5"}, {"1", "7"}, {"1", "9"}, {"2", "5"}, {"2", "7"}, {"2", "9"}}));
  EXPECT_EQ(space.parameters()[0].column, "x");
  EXPECT_EQ(space.parameters()[1].unit, "ms");
  EXPECT_EQ(space.point(4).values[1].node.text, "7 ms");
}

TEST(SweepSpace, ZipChangesItsParametersTogether) {
  const SweepSpace space = space_of(
      "grid: [{path: a, values: [u, v]}]\n"
      "zip:\n"
      "  - {path: b, values: [1, 2]}\n"
      "  - {path: c, values: [x, y]}\n");
  EXPECT_EQ(rows_of(space),
            (std::vector<Row>{{"u", "1", "x"}, {"u", "2", "y"}, {"v", "1", "x"}, {"v", "2", "y"}}));
}

TEST(SweepSpace, RangesHaveEqualDifferencesOrEqualRatios) {
  const SweepSpace space = space_of(
      "zip:\n"
      "  - {path: a, range: {from: 0, to: 0.3, steps: 4}}\n"
      "  - {path: b, range: {from: 1 ms, to: 1000 ms, steps: 4, scale: log}}\n"
      "  - {path: c, range: {from: -90 dBm, to: -60 dBm, steps: 4}}\n"
      "  - {path: d, range: {from: 1, to: 10, steps: 4, scale: log, whole: true}}\n");
  EXPECT_EQ(rows_of(space), (std::vector<Row>{{"0", "1", "-90", "1"},
                                              {"0.1", "10", "-80", "2"},
                                              {"0.2", "100", "-70", "5"},
                                              {"0.3", "1000", "-60", "10"}}));
  EXPECT_EQ(space.point(1).values[1].node.text, "10 ms");
}

TEST(SweepSpace, StructuredValuesShowAsJsonOrByLabel) {
  const SweepSpace space = space_of(
      "zip:\n"
      "  - {path: a, values: [none, {steady: {cpu: 0.5}}]}\n"
      "  - {path: b, values: [[x], [x, y]], labels: [one, two]}\n");
  EXPECT_EQ(rows_of(space),
            (std::vector<Row>{{"none", "one"}, {R"({"steady":{"cpu":0.5}})", "two"}}));
}

TEST(SweepSpace, ColumnsAreCalledByTheWholePathWhereTheLastKeyIsTaken) {
  const SweepSpace space = space_of(
      "grid:\n"
      "  - {path: 'policies[0].autoscale.epsilon', values: [1, 2]}\n"
      "  - {path: cloud_signal.constant.level, values: [1, 2]}\n"
      "  - {path: tablet_signal.constant.level, values: [1, 2]}\n"
      "  - {path: 'devices[0].profile', name: phone, values: [1, 2]}\n");
  std::vector<std::string> columns;
  for (const SweptParameter& p : space.parameters()) columns.push_back(p.column);
  EXPECT_EQ(columns, (std::vector<std::string>{"epsilon", "cloud_signal.constant.level",
                                               "tablet_signal.constant.level", "phone"}));
}

TEST(SweepSpace, NoParameterHasTheNameOfAColumnOfResults) {
  for (const std::string column :
       {"policy", "energy_mean_mj", "learned", "arrival_s", "wall_s", "mean", "sd", "n", "pairs",
        "error", "run", "verdict", "more_seeds"}) {
    const SweepSpace space = space_of("grid: [{path: a." + column + ", values: [1, 2]}]\n");
    EXPECT_EQ(space.parameters()[0].column, "a." + column);
    EXPECT_EQ(error_of("grid: [{path: a, values: [1, 2], name: " + column + "}]\n"),
              "f.yaml:3:40: error: column '" + column +
                  "' is there already; a 'name' gives this parameter another");
  }
  for (const std::string& column : result_columns()) {
    EXPECT_EQ(
        space_of("grid: [{path: 'a." + column + "[0]', values: [1]}]\n").parameters()[0].column,
        "a." + column + "[0]");
  }
  EXPECT_EQ(error_of("grid:\n  - {path: a.mean, values: [1]}\n"
                     "  - {path: b, values: [1], name: a.mean}\n"),
            "f.yaml:5:34: error: column 'a.mean' is there already; a 'name' gives this parameter "
            "another");
}

TEST(SweepSpace, SkipsWhatMatchesAllColumnsOfAnItem) {
  const SweepSpace space = space_of(
      "grid:\n"
      "  - {path: a, values: [1, 2, 3]}\n"
      "  - {path: b, values: [5 ms, 10 ms]}\n"
      "skip:\n"
      "  - {a: [1, 3.0], b: 10 ms}\n"
      "  - {a: '>= 3', b: '< 7'}\n");
  EXPECT_EQ(rows_of(space), (std::vector<Row>{{"1", "5"}, {"2", "5"}, {"2", "10"}}));
}

TEST(SweepSpace, LatinHypercubeMeetsEveryStratumOnceInEachParameter) {
  const SweepSpace space = space_of(
      "latin_hypercube:\n"
      "  samples: 100\n"
      "  seed: 7\n"
      "  parameters:\n"
      "    - {path: a, range: {from: 0, to: 100}}\n"
      "    - {path: b, range: {from: 1, to: 1e10, scale: log}}\n"
      "    - {path: c, values: [u, v, w, x]}\n");
  ASSERT_EQ(space.size(), 100u);
  std::set<int> linear, log;
  for (const double x : column_of(space, 0)) linear.insert(static_cast<int>(x));
  for (const double x : column_of(space, 1)) log.insert(static_cast<int>(10 * std::log10(x)));
  EXPECT_EQ(linear.size(), 100u);
  EXPECT_EQ(log.size(), 100u);
  std::map<std::string, int> choices;
  for (const Row& row : rows_of(space)) ++choices[row[2]];
  for (const auto& [choice, count] : choices) EXPECT_EQ(count, 25) << choice;
}

/// Correlation of the ranks of two columns that have no value twice.
double rank_correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const auto rank = [](const std::vector<double>& values, double x) {
    return static_cast<double>(
        std::count_if(values.begin(), values.end(), [x](double v) { return v < x; }));
  };
  const double n = static_cast<double>(a.size());
  double squares = 0;
  for (std::size_t i = 0; i < a.size(); ++i) squares += std::pow(rank(a, a[i]) - rank(b, b[i]), 2);
  return 1 - 6 * squares / (n * (n * n - 1));
}

TEST(SweepSpace, DrawsOfDifferentParametersAreUnrelated) {
  for (const char* method : {"random", "latin_hypercube"}) {
    const SweepSpace space = space_of(std::string(method) +
                                      ": {samples: 1000, parameters: ["
                                      "{path: a, range: {from: 0, to: 1}},"
                                      "{path: b, range: {from: 0, to: 1}}]}\n");
    // Five standard deviations of a rank correlation of independent columns.
    EXPECT_LT(std::abs(rank_correlation(column_of(space, 0), column_of(space, 1))),
              5 / std::sqrt(999.0))
        << method;
  }
}

TEST(SweepSpace, RandomDrawsAreUniformAndFollowTheSeed) {
  const auto draws = [](const std::string& seed) {
    return column_of(space_of("random: {samples: 2000, seed: " + seed +
                              ", parameters: [{path: a, range: {from: 10, to: 20}}]}\n"),
                     0);
  };
  const std::vector<double> values = draws("1");
  EXPECT_EQ(values, draws("1"));
  EXPECT_NE(values, draws("2"));
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  double distance = 0;  // Kolmogorov-Smirnov
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const double uniform = (sorted[i] - 10) / 10;
    distance = std::max({distance, std::abs(uniform - static_cast<double>(i) / 2000),
                         std::abs(uniform - static_cast<double>(i + 1) / 2000)});
  }
  EXPECT_LT(distance, 1.95 / std::sqrt(2000.0));  // exceeded by one in a thousand
}

TEST(SweepSpace, KnowsThePointOfTheBaseline) {
  const SweepSpace space = space_of(
      "grid:\n"
      "  - {path: a, values: [1, 2, 3]}\n"
      "  - {path: b, values: [x, y]}\n"
      "skip: [{a: 2, b: y}]\n"
      "baseline: {a: 2}\n");
  // (1,x) (1,y) (2,x) (3,x) (3,y); (2,y) is skipped.
  EXPECT_EQ(space.baseline_of(0), 2u);
  EXPECT_EQ(space.baseline_of(1), std::nullopt);
  EXPECT_EQ(space.baseline_of(2), 2u);
  EXPECT_EQ(space.baseline_of(3), 2u);
}

TEST(SweepSpace, MeetsEveryValueInItsSample) {
  const SweepSpace space = space_of(
      "grid:\n"
      "  - {path: a, values: [1, 2, 3]}\n"
      "  - {path: b, values: [x, y, z]}\n");
  std::set<std::string> met;
  for (const std::size_t i : space.sample()) {
    for (const SweptValue& value : space.point(i).values) met.insert(value.text);
  }
  EXPECT_EQ(met.size(), 6u);
  EXPECT_LT(space.sample().size(), 9u);
}

TEST(SweepSpace, RefusesWhatCannotBeSwept) {
  EXPECT_EQ(error_of("grid: [{path: seed, values: [1]}]\n"),
            "f.yaml:3:15: error: seed: the sweep's own key 'seed' says that");
  EXPECT_EQ(error_of("grid: [{path: a, values: [1], range: {from: 1, to: 2, steps: 2}}]\n"),
            "f.yaml:3:15: error: a: expected either values or a range");
  EXPECT_EQ(error_of("grid: [{path: a, values: [5 ms, 1 s]}]\n"),
            "f.yaml:3:33: error: values: all need the same unit, got 'ms' and 's'");
  EXPECT_EQ(error_of("grid: [{path: a, values: [5, 6, 5]}]\n"),
            "f.yaml:3:33: error: value '5' is given twice");
  EXPECT_EQ(error_of("grid: [{path: a, values: [5], name: policy}]\n"),
            "f.yaml:3:37: error: column 'policy' is there already; a 'name' gives this parameter "
            "another");
  EXPECT_EQ(error_of("grid: [{path: a, range: {from: 0, to: 5, steps: 3, scale: log}}]\n"),
            "f.yaml:3:32: error: range: a logarithmic scale needs ends above zero");
  EXPECT_EQ(error_of("grid: [{path: a, range: {from: 0 ms, to: 5, steps: 3}}]\n"),
            "f.yaml:3:42: error: range: both ends need the same unit, got 'ms' and ''");
  EXPECT_EQ(error_of("grid: [{path: a, range: {from: 0, to: 5}}]\n"),
            "f.yaml:3:32: error: range: missing key 'steps'");
  EXPECT_EQ(error_of("zip: [{path: a, values: [1, 2]}, {path: b, values: [1]}]\n"),
            "f.yaml:3:41: error: zip: 'b' has 1 values, the one before it 2");
  EXPECT_EQ(error_of("grid: [{path: alpha, values: [1, 2]}]\nskip: [{alpa: 1}]\n"),
            "f.yaml:4:15: error: skip: no swept parameter 'alpa' (did you mean 'alpha'?)");
  EXPECT_EQ(error_of("grid: [{path: a, values: [1 ms]}]\nskip: [{a: 1 s}]\n"),
            "f.yaml:4:12: error: skip: 'a' is in 'ms', got 's'");
  EXPECT_EQ(error_of("grid: [{path: a, values: [1]}]\nskip: [{a: 1}]\n"),
            "f.yaml:2:13: error: skip: leaves nothing to run");
  EXPECT_EQ(error_of("grid: [{path: a, values: [1]}]\nbaseline: {a: 2}\n"),
            "f.yaml:4:15: error: baseline: a has no value '2'");
  EXPECT_EQ(
      error_of(
          "random: {samples: 3, parameters: [{path: a, range: {from: 1, to: 2, steps: 2}}]}\n"),
      "f.yaml:3:59: error: range: draws have no steps");
  EXPECT_EQ(
      error_of(
          "random: {samples: 100000, parameters: [{path: a, range: {from: 1, to: 2}}]}\n"
          "latin_hypercube: {samples: 101, parameters: [{path: b, range: {from: 1, to: 2}}]}\n"),
      "f.yaml:2:13: error: 10100000 combinations; at most 10000000 are possible");
}

}  // namespace
}  // namespace autoscale
