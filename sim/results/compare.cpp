#include "sim/results/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "sim/config/csv.h"

namespace autoscale {
namespace {

using Key = std::vector<std::string>;

/// What tells runs apart beside the swept parameters and the seed.
constexpr const char* kIdentity[] = {"scenario", "environment", "use_case",
                                     "device",   "dnn",         "policy"};
constexpr const char* kPolicy = "policy";
constexpr std::string_view kColumns[] = {"metric",
                                         "pairs",
                                         "baseline_mean",
                                         "mean",
                                         "difference_mean",
                                         "difference_ci95_low",
                                         "difference_ci95_high",
                                         "ratio_mean",
                                         "ratio_ci95_low",
                                         "ratio_ci95_high",
                                         "verdict",
                                         "more_seeds"};
constexpr const char* kOption = "--baseline POLICY or --baseline COLUMN=VALUE names another";

/// Values of one policy at one point, by seed.
struct Group {
  Key key;                 // swept parameters, then kIdentity
  std::size_t number = 0;  // among those of its policy at its point: one per held-out DNN
  std::vector<std::string> seeds;
  std::vector<std::vector<double>> values;  // by metric
};

class Table {
 public:
  explicit Table(const CompareRequest& request) : metrics_(request.metrics) {
    read_manifest(request.folder / "manifest.json");
    if (!request.baseline.empty()) baseline_ = request.baseline;
    if (baseline_.empty()) baseline_ = {{kPolicy, "edge_cpu_fp32"}};
    config::Diagnostics diagnostics;
    config::CsvReader csv(request.folder / "runs.csv", diagnostics);
    diagnostics.throw_if_any();
    read(csv);
    diagnostics.throw_if_any();
    check_baseline();
  }

  CompareResult compare() const {
    CompareResult result;
    result.baseline = baseline_;
    bool paired = false;
    const std::vector<std::size_t> shown = telling_columns();
    for (const std::size_t c : shown) result.labels.push_back(columns_[c]);
    for (const Group& own : groups_) {
      const auto found = index_.find(partner(own));
      if (found == index_.end() || &groups_[found->second] == &own) continue;
      const Group& other = groups_[found->second];
      paired = true;
      for (std::size_t m = 0; m < metrics_.size(); ++m) {
        const std::vector<double> with = in_order(other, own.seeds, m);
        Comparison row;
        for (const std::size_t c : shown) row.labels.push_back(own.key[c]);
        row.metric = metrics_[m];
        row.own = estimate(own.values[m]);
        row.baseline = estimate(other.values[m]);
        row.difference = paired_difference(own.values[m], with);
        row.ratio = paired_ratio(own.values[m], with);
        if (row.difference.n > 0) result.rows.push_back(std::move(row));
      }
    }
    if (!paired) {
      throw std::invalid_argument(
          fmt::format("baseline: nothing else here has a partner in it; {}", kOption));
    }
    return result;
  }

 private:
  /// Swept columns and the baseline of a sweep; a single scenario has neither.
  void read_manifest(const std::filesystem::path& file) {
    std::ifstream stream(file);
    const auto manifest = nlohmann::ordered_json::parse(stream, nullptr, false);
    if (!manifest.is_object() || !manifest.contains("sweep")) return;
    try {
      for (const auto& parameter : manifest["sweep"].at("parameters")) {
        columns_.push_back(parameter.at("column").get<std::string>());
      }
      baseline_ = manifest.at("baseline").get<std::map<std::string, std::string>>();
    } catch (const nlohmann::json::exception& error) {
      throw config::ConfigError({{config::file_mark(file),
                                  fmt::format("not the manifest of a sweep: {}", error.what())}});
    }
  }

  void read(config::CsvReader& csv) {
    columns_.insert(columns_.end(), std::begin(kIdentity), std::end(kIdentity));
    std::vector<std::size_t> places, metric_places;
    for (const std::string& column : columns_) places.push_back(require(csv, column));
    for (const std::string& metric : metrics_) metric_places.push_back(require(csv, metric));
    const std::size_t seed = require(csv, "seed");
    while (csv.next()) {
      Key key;
      for (const std::size_t place : places) key.push_back(csv.text(place));
      Group& group = group_of(key);
      group.seeds.push_back(csv.text(seed));
      for (std::size_t m = 0; m < metrics_.size(); ++m) {
        group.values[m].push_back(
            csv.number(metric_places[m]).value_or(std::numeric_limits<double>::quiet_NaN()));
      }
    }
  }

  static std::size_t require(const config::CsvReader& csv, const std::string& column) {
    if (const auto place = csv.column(column)) return *place;
    throw std::invalid_argument(fmt::format("runs.csv has no column '{}'{}",
                                            config::printable(column),
                                            config::suggest(column, csv.header())));
  }

  Group& group_of(const Key& key) {
    const auto found = by_key_.find(key);
    if (found != by_key_.end()) return groups_[found->second];
    by_key_.emplace(key, groups_.size());
    groups_.push_back({key, 0, {}, std::vector<std::vector<double>>(metrics_.size())});
    Key place = lookup_key(key);
    groups_.back().number = counts_[place]++;
    place.push_back(std::to_string(groups_.back().number));
    index_.emplace(std::move(place), groups_.size() - 1);
    return groups_.back();
  }

  /// Swept parameters and policy: the rest follows from them, up to the number of the fold.
  Key lookup_key(const Key& key) const {
    Key lookup(key.begin(), key.end() - std::ssize(kIdentity));
    // Several scenarios of one sweep are told apart by name.
    lookup.push_back(key[key.size() - std::size(kIdentity)]);
    lookup.push_back(key.back());
    return lookup;
  }

  Key partner(const Group& own) const {
    Key key = own.key;
    for (const auto& [column, value] : baseline_) key[column_index(column)] = value;
    Key lookup = lookup_key(key);
    lookup.push_back(std::to_string(own.number));
    return lookup;
  }

  std::size_t column_index(const std::string& column) const {
    return static_cast<std::size_t>(std::find(columns_.begin(), columns_.end(), column) -
                                    columns_.begin());
  }

  void check_baseline() const {
    if (groups_.empty()) throw std::invalid_argument("runs.csv holds no run");
    for (const auto& [column, value] : baseline_) {
      const std::size_t c = column_index(column);
      if (c == columns_.size()) {
        throw std::invalid_argument(fmt::format("baseline: no column '{}'{}; {}",
                                                config::printable(column),
                                                config::suggest(column, columns_), kOption));
      }
      std::set<std::string> there;
      for (const Group& group : groups_) there.insert(group.key[c]);
      if (there.contains(value)) continue;
      const std::vector<std::string> legal(there.begin(), there.end());
      throw std::invalid_argument(fmt::format("baseline: no {} '{}' here{}; {}", column,
                                              config::printable(value),
                                              config::suggest(value, legal), kOption));
    }
  }

  /// Columns with more than one value, and the policy.
  std::vector<std::size_t> telling_columns() const {
    std::vector<std::size_t> telling;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const bool varies = std::any_of(groups_.begin(), groups_.end(), [&](const Group& g) {
        return g.key[c] != groups_.front().key[c];
      });
      if (varies || columns_[c] == kPolicy) telling.push_back(c);
    }
    return telling;
  }

  /// A group's values in the order of other seeds; NaN where it has none.
  static std::vector<double> in_order(const Group& group, const std::vector<std::string>& seeds,
                                      std::size_t metric) {
    std::map<std::string, double> by_seed;
    for (std::size_t i = 0; i < group.seeds.size(); ++i) {
      by_seed.emplace(group.seeds[i], group.values[metric][i]);
    }
    std::vector<double> values;
    for (const std::string& seed : seeds) {
      const auto found = by_seed.find(seed);
      values.push_back(found == by_seed.end() ? std::numeric_limits<double>::quiet_NaN()
                                              : found->second);
    }
    return values;
  }

  std::vector<std::string> metrics_;
  std::vector<std::string> columns_;  // of Group::key
  std::vector<Group> groups_;
  std::map<Key, std::size_t> by_key_, index_, counts_;
  std::map<std::string, std::string> baseline_;
};

}  // namespace

std::span<const std::string_view> comparison_columns() { return kColumns; }

CompareResult compare_runs(const CompareRequest& request) { return Table(request).compare(); }

}  // namespace autoscale
