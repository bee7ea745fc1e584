// Measured latencies of one inference at the top operating point, per device, DNN, processor and
// precision: the rows of one or several CSV files with the columns device, dnn, processor, precision
// and latency_ms.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/csv.h"
#include "sim/models/kinds.h"

namespace autoscale {

struct LatencyKey {
  std::string device, dnn;
  ProcessorKind processor{};
  Precision precision{};
  auto operator<=>(const LatencyKey&) const = default;
};

/// The columns of a key.
class KeyColumns {
 public:
  /// Nothing if one is missing, which is reported.
  static std::optional<KeyColumns> of(config::CsvReader& csv);
  /// The key of the current row, whose DNN must be one of `dnns`; else what is wrong is reported.
  std::optional<LatencyKey> key(config::CsvReader& csv, const std::vector<std::string>& dnns) const;

 private:
  std::size_t device_ = 0, dnn_ = 0, processor_ = 0, precision_ = 0;
};

struct LatencyRow {
  double seconds = 0;
  config::Mark where;
  std::string file;  // for messages, such as workloads/latency.csv
};

class LatencyTable {
 public:
  /// Adds the rows of `file`, called `name` in messages. Reports wrong rows, DNNs that are not in
  /// `dnns`, and rows for what this table or `other` has a row for.
  void read(const std::filesystem::path& file, const std::string& name,
            const std::vector<std::string>& dnns, const LatencyTable* other,
            config::Diagnostics& diagnostics);

  /// The row of a key, or null.
  const LatencyRow* find(const LatencyKey& key) const;
  const std::map<LatencyKey, LatencyRow>& rows() const { return rows_; }
  /// Every device with a row, sorted.
  std::vector<std::string> devices() const;

 private:
  std::map<LatencyKey, LatencyRow> rows_;
};

}  // namespace autoscale
