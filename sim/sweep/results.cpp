#include "sim/sweep/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/csv.h"
#include "sim/config/reader.h"
#include "sim/core/output_file.h"
#include "sim/core/text.h"
#include "sim/results/statistics.h"
#include "sim/sweep/columns.h"
#include "sim/sweep/space.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;
using Records = std::function<JournalRecord(std::uint64_t)>;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// The columns that summary.csv takes up if the sweep does not say.
constexpr std::string_view kMetrics[] = {
    "inferences",
    "dropped",
    "energy_mean_mj",
    "server_energy_mean_mj",
    "battery_percent",
    "inferences_per_joule",
    "efficiency_vs_edge_cpu_fp32",
    "latency_mean_ms",
    "latency_p50_ms",
    "latency_p95_ms",
    "latency_p99_ms",
    "qos_violation_ratio",
    "accuracy_violation_ratio",
    "reward_mean",
    "agreement_target",
    "agreement_action",
    "agreement_equivalent",
    "agreement_near",
    "gap_to_opt",
    "gap_expected",
    "convergence_visits_p50",
    "table_bytes",
};

std::size_t run_column(std::string_view name) {
  const auto& columns = run_columns();
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const RunColumn& c) { return c.name == name; });
  return static_cast<std::size_t>(found - columns.begin());
}

std::vector<std::string> metric_names(const SweepConfig& config) {
  std::vector<std::string> names(std::begin(kMetrics), std::end(kMetrics));
  if (config.metrics.empty()) return names;
  names.clear();
  for (const Located<std::string>& metric : config.metrics) names.push_back(metric.value);
  return names;
}

double number_of(const std::string& text) {
  double value = kMissing;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return text.empty() ? kMissing : value;
}

/// What one policy did at a point, by metric and replication.
struct Series {
  std::string scenario, device, dnn, policy;
  std::size_t number = 0;  // among those of its policy: one per fold
  std::vector<std::vector<double>> values;
};

class Writer {
 public:
  Writer(const fs::path& folder, const nlohmann::ordered_json& definition, const Records& record)
      : folder_(folder),
        definition_(definition),
        record_(record),
        config_(read_config(definition)),
        space_(config_, mistakes_),
        metrics_(metric_names(config_)) {
    mistakes_.throw_if_any();
    for (const std::string& metric : metrics_) {
      const std::size_t column = run_column(metric);
      if (column == run_columns().size()) {
        throw std::invalid_argument(
            fmt::format("journal: there is no metric '{}'", config::printable(metric)));
      }
      metric_columns_.push_back(column);
      metric_cells_.push_back(config::csv_line({metric, std::string(run_columns()[column].unit)}));
    }
  }

  SweepOutcome write() {
    for (const char* name : {"runs.csv", "summary.csv", "manifest.json", "columns.csv",
                             "failures.csv", "timing.csv", "breakdown.csv"}) {
      fs::remove(folder_ / name);
    }
    sync_folder(folder_);
    OutputFile runs(folder_ / "runs.csv"), summary(folder_ / "summary.csv"),
        failures(folder_ / "failures.csv"), timing(folder_ / "timing.csv");
    std::optional<OutputFile> breakdown;
    if (config_.breakdown) breakdown.emplace(folder_ / "breakdown.csv");
    write_headers(runs, summary, failures, timing, breakdown);
    for (std::size_t p = 0; p < space_.size(); ++p) {
      const std::string swept = swept_text(p);
      std::vector<Series> series;
      for (std::uint32_t r = 0; r < config_.replications; ++r) {
        const JournalRecord record = record_of(p, r);
        write_runs(record, swept, runs, timing, breakdown);
        write_failures(record, swept, r, failures);
        collect(record, r, series);
      }
      write_summary(p, swept, series, summary);
    }
    write_columns();
    write_manifest();
    if (breakdown) breakdown->commit();
    timing.commit();
    failures.commit();
    summary.commit();
    sync_folder(folder_);  // where runs.csv is, the others are
    runs.commit();
    sync_folder(folder_);
    return outcome_;
  }

 private:
  static SweepConfig read_config(const nlohmann::ordered_json& definition) {
    nlohmann::ordered_json sweep = definition["sweep"];
    sweep.erase("parameters");
    sweep.erase("points");
    config::Diagnostics diagnostics;
    auto config =
        config::read<SweepConfig>(config::parse_yaml(sweep.dump(), "journal"), diagnostics);
    diagnostics.throw_if_any();
    return config;
  }

  JournalRecord record_of(std::size_t point, std::uint32_t replication) const {
    return record_(std::uint64_t{point} * config_.replications + replication);
  }

  /// The values of the swept columns, each followed by a comma.
  std::string swept_text(std::size_t point) const {
    std::vector<std::string> values;
    for (SweptValue& value : space_.point(point).values) values.push_back(std::move(value.text));
    return values.empty() ? "" : config::csv_line(values) + ',';
  }

  std::string swept_header() const {
    std::vector<std::string> names;
    for (const SweptParameter& p : space_.parameters()) names.push_back(p.column);
    return names.empty() ? "" : config::csv_line(names) + ',';
  }

  static std::string joined(std::span<const ColumnText> columns) {
    std::vector<std::string> names;
    for (const ColumnText& c : columns) names.emplace_back(c.name);
    return config::csv_line(names) + '\n';
  }

  void write_headers(OutputFile& runs, OutputFile& summary, OutputFile& failures,
                     OutputFile& timing, std::optional<OutputFile>& breakdown) const {
    std::vector<std::string> names;
    for (const RunColumn& c : run_columns()) names.push_back(c.name);
    const std::string of_runs = with_swept(config::csv_line(names), swept_header()) + '\n';
    runs.write(of_runs);
    if (breakdown) breakdown->write(of_runs);
    summary.write(swept_header() + joined(summary_columns()));
    failures.write(swept_header() + joined(failure_columns()));
    timing.write(joined(timing_columns()));
  }

  /// A line of runs.csv with the swept columns behind the run's name.
  static std::string with_swept(const std::string& row, const std::string& swept) {
    const std::size_t first = row.find(',') + 1;
    return row.substr(0, first) + swept + row.substr(first);
  }

  void write_runs(const JournalRecord& record, const std::string& swept, OutputFile& runs,
                  OutputFile& timing, std::optional<OutputFile>& breakdown) {
    for (const std::string& row : record.rows) runs.write(with_swept(row, swept) + '\n');
    if (breakdown) {
      for (const std::string& row : record.breakdown) {
        breakdown->write(with_swept(row, swept) + '\n');
      }
    }
    for (const std::string& row : record.timing) timing.write(row + '\n');
    outcome_.runs += record.rows.size() + record.failures.size();
  }

  void write_failures(const JournalRecord& record, const std::string& swept,
                      std::uint32_t replication, OutputFile& failures) {
    for (const JournalRecord::Failure& failure : record.failures) {
      failures.write(swept +
                     config::csv_line({std::to_string(replication), failure.run, failure.error}) +
                     '\n');
    }
    outcome_.failed += record.failures.size();
  }

  void collect(const JournalRecord& record, std::uint32_t replication,
               std::vector<Series>& series) const {
    static const std::size_t scenario = run_column("scenario"), device = run_column("device"),
                             dnn = run_column("dnn"), policy = run_column("policy");
    std::vector<std::string> values;
    for (const std::string& row : record.rows) {
      config::split_csv_line(row, values);
      if (values.size() != run_columns().size()) {
        throw IoError("journal: a row has not as many values as runs.csv has columns");
      }
      const auto found = std::find_if(series.begin(), series.end(), [&](const Series& s) {
        return s.policy == values[policy] && s.device == values[device] && s.dnn == values[dnn];
      });
      Series* at = found == series.end() ? nullptr : &*found;
      if (!at) {
        const auto number = std::count_if(series.begin(), series.end(), [&](const Series& s) {
          return s.policy == values[policy];
        });
        series.push_back({values[scenario],
                          values[device],
                          values[dnn],
                          values[policy],
                          static_cast<std::size_t>(number),
                          {metrics_.size(), std::vector(config_.replications, kMissing)}});
        at = &series.back();
      }
      for (std::size_t m = 0; m < metrics_.size(); ++m) {
        at->values[m][replication] = number_of(values[metric_columns_[m]]);
      }
    }
  }

  std::vector<Series> series_at(std::size_t point) const {
    std::vector<Series> series;
    for (std::uint32_t r = 0; r < config_.replications; ++r) {
      collect(record_of(point, r), r, series);
    }
    return series;
  }

  /// Those to compare with what was done at `point`; empty without a baseline.
  std::vector<Series> baseline_series(std::size_t point, const std::vector<Series>& own) const {
    if (config_.baseline.empty()) return {};
    const auto base = space_.baseline_of(point);
    if (!base) return {};
    return *base == point ? own : series_at(*base);
  }

  const Series* baseline_of(const Series& own, const std::vector<Series>& base) const {
    const auto named = config_.baseline.find("policy");
    const std::string& policy = named == config_.baseline.end() ? own.policy : named->second.value;
    const auto found = std::find_if(base.begin(), base.end(), [&](const Series& s) {
      return s.policy == policy && s.number == own.number;
    });
    return found == base.end() ? nullptr : &*found;
  }

  /// Adds cells, each behind a comma: mean, sd if wanted, and the interval's ends.
  static void add_estimate(const Estimate& e, bool sd, std::string& line) {
    const auto add = [&line](bool there, double x) {
      line += ',';
      if (there) line += format_number(x);
    };
    add(e.n > 0, e.mean);
    if (sd) add(e.has_interval(), e.sd);
    add(e.has_interval(), e.low());
    add(e.has_interval(), e.high());
  }

  void write_summary(std::size_t point, const std::string& swept, const std::vector<Series>& series,
                     OutputFile& summary) const {
    const std::vector<Series> base = baseline_series(point, series);
    std::string line;
    for (const Series& s : series) {
      const Series* other = baseline_of(s, base);
      const std::string who = swept + config::csv_line({s.scenario, s.device, s.dnn, s.policy});
      for (std::size_t m = 0; m < metrics_.size(); ++m) {
        const Estimate own = estimate(s.values[m]);
        if (own.n == 0) continue;
        const std::span<const double> with =
            other ? std::span<const double>(other->values[m]) : std::span<const double>();
        const Estimate difference = paired_difference(s.values[m], with);
        line = who + ',' + metric_cells_[m] + ',' + std::to_string(own.n);
        add_estimate(own, true, line);
        line += ',';
        if (other) line += std::to_string(difference.n);
        add_estimate(difference, false, line);
        add_estimate(paired_ratio(s.values[m], with), false, line);
        line += '\n';
        summary.write(line);
      }
    }
  }

  void write_columns() const {
    OutputFile file(folder_ / "columns.csv");
    file.write("file,column,unit,meaning\n");
    const auto add = [&](const char* name, const std::string& column, std::string_view unit,
                         std::string_view meaning) {
      file.write(config::csv_line({name, column, std::string(unit), std::string(meaning)}) + '\n');
    };
    const auto add_swept = [&](const char* name) {
      for (const SweptParameter& p : space_.parameters()) {
        add(name, p.column, p.unit, "swept: " + p.path);
      }
    };
    const auto add_all = [&](const char* name, std::span<const ColumnText> columns) {
      for (const ColumnText& c : columns) add(name, std::string(c.name), c.unit, c.meaning);
    };
    const auto add_runs = [&](const char* name) {
      for (const RunColumn& c : run_columns()) {
        add(name, c.name, c.unit, c.meaning);
        if (&c == &run_columns().front()) add_swept(name);
      }
    };
    add_runs("runs.csv");
    if (config_.breakdown) add_runs("breakdown.csv");
    add_swept("summary.csv");
    add_all("summary.csv", summary_columns());
    add_swept("failures.csv");
    add_all("failures.csv", failure_columns());
    add_all("timing.csv", timing_columns());
    file.commit();
  }

  void write_manifest() const {
    nlohmann::ordered_json manifest = definition_;
    manifest["baseline"] = definition_["sweep"].value("baseline", nlohmann::ordered_json::object());
    manifest["seeds"] = {{"first", config_.seed},
                         {"last", config_.seed + config_.replications - 1}};
    manifest["runs"] = outcome_.runs;
    manifest["failed"] = outcome_.failed;
    OutputFile file(folder_ / "manifest.json");
    file.write(manifest.dump(2) + '\n');
    file.commit();
  }

  const fs::path& folder_;
  const nlohmann::ordered_json& definition_;
  const Records& record_;
  config::Diagnostics mistakes_;  // of the definition
  SweepConfig config_;
  SweepSpace space_;
  std::vector<std::string> metrics_;
  std::vector<std::size_t> metric_columns_;
  std::vector<std::string> metric_cells_;  // name and unit, as in summary.csv
  SweepOutcome outcome_;
};

}  // namespace

SweepOutcome write_sweep_results(const fs::path& folder, const nlohmann::ordered_json& definition,
                                 const Records& record) {
  return Writer(folder, definition, record).write();
}

}  // namespace autoscale
