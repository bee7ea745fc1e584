#include "sim/models/latency_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace autoscale {

std::optional<KeyColumns> KeyColumns::of(config::CsvReader& csv) {
  const auto device = csv.require("device"), dnn = csv.require("dnn"),
             processor = csv.require("processor"), precision = csv.require("precision");
  if (!device || !dnn || !processor || !precision) return std::nullopt;
  KeyColumns columns;
  columns.device_ = *device;
  columns.dnn_ = *dnn;
  columns.processor_ = *processor;
  columns.precision_ = *precision;
  return columns;
}

std::optional<LatencyKey> KeyColumns::key(config::CsvReader& csv,
                                          const std::vector<std::string>& dnns) const {
  const auto kind = config::value_named<ProcessorKind>(csv.text(processor_));
  const auto bits = config::value_named<Precision>(csv.text(precision_));
  const bool known = std::find(dnns.begin(), dnns.end(), csv.text(dnn_)) != dnns.end();
  const auto unknown = [&](const char* what, std::size_t field) {
    csv.error(fmt::format("unknown {} '{}'", what, config::printable(csv.text(field))));
  };
  if (!kind) unknown("processor", processor_);
  if (!bits) unknown("precision", precision_);
  if (!known) unknown("DNN", dnn_);
  if (!kind || !bits || !known) return std::nullopt;
  return LatencyKey{csv.text(device_), csv.text(dnn_), *kind, *bits};
}

void LatencyTable::read(const std::filesystem::path& file, const std::string& name,
                        const std::vector<std::string>& dnns, const LatencyTable* other,
                        config::Diagnostics& diagnostics) {
  config::CsvReader csv(file, diagnostics, config::unknown_csv_shape());
  const auto columns = KeyColumns::of(csv);
  const auto latency = csv.require("latency_ms");
  if (!columns || !latency) return;
  const config::Mark begin = config::file_mark(file);
  while (csv.next()) {
    const auto key = columns->key(csv, dnns);
    const auto ms = csv.number(*latency);
    if (!ms || *ms <= 0) csv.error("a latency must be positive");
    if (!key || !ms) continue;
    const LatencyRow* earlier = find(*key);
    if (!earlier && other) earlier = other->find(*key);
    if (earlier) {
      csv.error(fmt::format("this device, DNN, processor and precision are given twice: also in {}",
                            config::to_string(earlier->where)));
      continue;
    }
    rows_.emplace(*key, LatencyRow{*ms / 1e3, {begin.file, csv.line(), 1}, name});
  }
}

const LatencyRow* LatencyTable::find(const LatencyKey& key) const {
  const auto row = rows_.find(key);
  return row == rows_.end() ? nullptr : &row->second;
}

std::vector<std::string> LatencyTable::devices() const {
  std::set<std::string> devices;
  for (const auto& [key, row] : rows_) devices.insert(key.device);
  return {devices.begin(), devices.end()};
}

}  // namespace autoscale
