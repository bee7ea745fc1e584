#include "sim/models/latency_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace autoscale {

void LatencyTable::read(const std::filesystem::path& file, const std::string& name,
                        const std::vector<std::string>& dnns, const LatencyTable* other,
                        config::Diagnostics& diagnostics) {
  config::CsvReader csv(file, diagnostics, config::unknown_csv_shape());
  const auto device = csv.require("device"), dnn = csv.require("dnn"),
             processor = csv.require("processor"), precision = csv.require("precision"),
             latency = csv.require("latency_ms");
  if (!device || !dnn || !processor || !precision || !latency) return;
  const config::Mark begin = config::file_mark(file);
  while (csv.next()) {
    const auto kind = config::value_named<ProcessorKind>(csv.text(*processor));
    const auto bits = config::value_named<Precision>(csv.text(*precision));
    const auto ms = csv.number(*latency);
    const auto unknown = [&](const char* what, std::size_t field) {
      csv.error(fmt::format("unknown {} '{}'", what, config::printable(csv.text(field))));
    };
    if (!kind) unknown("processor", *processor);
    if (!bits) unknown("precision", *precision);
    if (std::find(dnns.begin(), dnns.end(), csv.text(*dnn)) == dnns.end()) unknown("DNN", *dnn);
    if (!ms || *ms <= 0) csv.error("a latency must be positive");
    if (!kind || !bits || !ms) continue;
    const LatencyKey key{csv.text(*device), csv.text(*dnn), *kind, *bits};
    const LatencyRow* earlier = find(key);
    if (!earlier && other) earlier = other->find(key);
    if (earlier) {
      csv.error(fmt::format("this device, DNN, processor and precision are given twice: also in {}",
                            config::to_string(earlier->where)));
      continue;
    }
    rows_.emplace(key, LatencyRow{*ms / 1e3, {begin.file, csv.line(), 1}, name});
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
