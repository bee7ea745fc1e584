// The prediction errors in runs.csv against errors worked out here from what the run saved, by
// another way than the policies take.
#include <Eigen/LU>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "sim/results/results.h"
#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

/// Mean error by name of the column.
using Errors = std::map<std::string, double>;

struct Mean {
  double sum = 0;
  int count = 0;
  void add(double x) {
    sum += x;
    ++count;
  }
  double value() const { return sum / count; }
};

/// Ridge regressions from the saved sums by Gaussian elimination, asked for the held-out outcomes.
Errors regression_errors(const std::vector<nlohmann::ordered_json>& tables) {
  std::map<std::string, Mean> means;
  for (const auto& table : tables) {
    const auto actions = table.at("actions").get<std::vector<std::string>>();
    std::map<std::string, Eigen::MatrixXd> models;  // by group
    std::size_t group = 0;
    for (const std::string& action : actions) {
      const std::string name = action.substr(0, action.find('@'));
      if (models.contains(name)) continue;
      const auto& sums = table.at("training").at(group++);
      auto gram = sums.at("gram").get<std::vector<double>>();
      auto moments = sums.at("moments").get<std::vector<double>>();
      Eigen::MatrixXd a = Eigen::Map<Eigen::MatrixXd>(gram.data(), 10, 10);
      a.diagonal().tail(9).array() += 1;  // the default ridge
      models[name] = a.fullPivLu().solve(Eigen::Map<Eigen::MatrixXd>(moments.data(), 10, 2));
    }
    for (const auto* conditions : {"calm", "varying"}) {
      for (const auto& sample : table.at("validation").at(conditions).at("items")) {
        const std::string action = actions[sample[0].get<std::size_t>()];
        const auto inputs = sample[3].get<std::vector<double>>();
        Eigen::RowVectorXd x(10);
        x << 1, Eigen::Map<const Eigen::RowVectorXd>(inputs.data(), 9);
        const Eigen::RowVectorXd log_cost = x * models.at(action.substr(0, action.find('@')));
        for (const int k : {0, 1}) {
          const double actual = std::exp(sample[static_cast<std::size_t>(k + 1)].get<double>());
          const double predicted = std::exp(log_cost[k]);
          means[std::string(k == 0 ? "energy" : "latency") + "_mape_" + conditions].add(
              std::abs(predicted - actual) / actual);
        }
      }
    }
  }
  Errors errors;
  for (const auto& [name, mean] : means) errors["prediction_" + name] = mean.value();
  return errors;
}

/// A saved situation as a neighbour: where it lies and which group was best and which were tried.
struct Situation {
  bool calm = false;
  std::vector<double> features;
  std::string best;
  std::map<std::string, bool> tried;
};

std::vector<Situation> situations_of(const nlohmann::ordered_json& table) {
  const auto actions = table.at("actions").get<std::vector<std::string>>();
  std::vector<Situation> situations;
  for (const auto& saved : table.at("training").at("situations")) {
    Situation s{
        saved.at("calm").get<bool>(), saved.at("features").get<std::vector<double>>(), "", {}};
    double best = -1e300;
    for (std::size_t a = 0; a < actions.size(); ++a) {
      if (saved.at("counts")[a] == 0) continue;
      const std::string group = actions[a].substr(0, actions[a].find('@'));
      s.tried[group] = true;
      if (saved.at("values")[a].get<double>() > best) {
        best = saved.at("values")[a].get<double>();
        s.best = group;
      }
    }
    situations.push_back(std::move(s));
  }
  return situations;
}

/// One nearest neighbour among the situations of the other fifths that offer what was tried.
Errors neighbour_errors(const std::vector<nlohmann::ordered_json>& tables) {
  std::map<bool, Mean> missed;  // by calm
  for (const auto& table : tables) {
    const std::vector<Situation> all = situations_of(table);
    for (std::size_t asked = 0; asked < all.size(); ++asked) {
      double nearest = 1e300;
      std::string answer;
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (i % 5 == asked % 5 || !all[asked].tried.contains(all[i].best)) continue;
        double distance = 0;
        for (std::size_t f = 0; f < 8; ++f) {
          distance += std::pow(all[i].features[f] - all[asked].features[f], 2);
        }
        if (distance >= nearest) continue;
        nearest = distance;
        answer = all[i].best;
      }
      missed[all[asked].calm].add(answer != all[asked].best);
    }
  }
  return {{"prediction_misclassified_calm", missed[true].value()},
          {"prediction_misclassified_varying", missed[false].value()}};
}

TEST(PredictionErrorTest, RunsTellWhatTheSavedTablesSay) {
  const Scenario scenario = scenario_of(
      "name: errors\ndevices: [{profile: mi8pro}, {profile: moto_x_force}]\n"
      "policies: [linear_regression, {knn: {k: 1}}, edge_best]\nsave_tables: true\n"
      "relative_metrics: false\nphases: [{name: train, conditions: grid, inferences: 20, learn: "
      "true, explore: true, record: false}, {name: test, inferences: 2}]\n");
  const std::vector<RunResult> results = run_all(scenario, {});
  const std::vector<RunRow> rows = run_rows(results);
  for (const RunRow& row : rows) {
    std::vector<nlohmann::ordered_json> tables;
    for (const auto& [device, table] : row.run.tables) tables.push_back(table);
    const std::string policy = row.run.policy().name;
    const Errors expected = policy == "linear_regression" ? regression_errors(tables)
                            : policy == "knn"             ? neighbour_errors(tables)
                                                          : Errors{};
    std::size_t filled = 0;
    for (const RunColumn& column : run_columns()) {
      if (!column.name.starts_with("prediction_")) continue;
      const std::string value = column.value(row);
      ASSERT_EQ(expected.contains(column.name), !value.empty()) << policy << " " << column.name;
      if (value.empty()) continue;
      ++filled;
      const double figure = expected.at(column.name);
      EXPECT_NEAR(std::stod(value), figure, 1e-5 * figure) << policy << " " << column.name;
      EXPECT_GT(figure, 0);
    }
    EXPECT_EQ(filled, policy == "linear_regression" ? 4U : policy == "knn" ? 2U : 0U);
  }
}

}  // namespace
}  // namespace autoscale
