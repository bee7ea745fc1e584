#include "sim/cli/explain_batch.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/config/csv.h"
#include "sim/models/signal.h"

namespace autoscale::cli {
namespace {

constexpr std::array<std::string_view, 9> kBatchColumns = {"device",      "dnn",       "cloud_link",
                                                           "tablet_link", "cloud_dbm", "tablet_dbm",
                                                           "co_cpu",      "co_mem",    "warm"};

void check_columns(const config::CsvReader& csv, config::Diagnostics& diagnostics) {
  for (const std::string& name : csv.header()) {
    if (std::find(kBatchColumns.begin(), kBatchColumns.end(), name) != kBatchColumns.end())
      continue;
    diagnostics.error(csv.mark(), fmt::format("unknown column '{}'", config::printable(name)));
  }
}

/// The cells of the current row.
class RequestCells {
 public:
  explicit RequestCells(config::CsvReader& csv) : csv_(csv) {}

  void text(std::string_view column, std::string& value) {
    const auto at = csv_.column(column);
    if (at && !csv_.text(*at).empty()) value = csv_.text(*at);
  }

  std::optional<double> number(std::string_view column, double low, double high) {
    const auto at = csv_.column(column);
    const auto value = at ? csv_.number(*at) : std::nullopt;
    if (!value || (low <= *value && *value <= high)) return value;
    csv_.error(fmt::format("{}: must be between {} and {}", column, low, high));
    return std::nullopt;
  }

 private:
  config::CsvReader& csv_;
};

ExplainRequest read_request(config::CsvReader& csv, const ExplainRequest& usual) {
  ExplainRequest request = usual;
  RequestCells cells(csv);
  cells.text("device", request.device);
  cells.text("dnn", request.dnn);
  cells.text("cloud_link", request.cloud_link);
  cells.text("tablet_link", request.tablet_link);
  const double low = kSignalLevel.low, high = kSignalLevel.high;
  request.site_signal_dbm = {cells.number("cloud_dbm", low, high),
                             cells.number("tablet_dbm", low, high)};
  request.co_cpu = cells.number("co_cpu", 0, 1).value_or(usual.co_cpu);
  request.co_memory = cells.number("co_mem", 0, 1).value_or(usual.co_memory);
  request.warm = cells.number("warm", 0, 1).value_or(usual.warm) != 0;
  return request;
}

/// `csv` behind a column with `number`; its header only where it is asked for.
std::string numbered(const std::string& csv, std::size_t number, bool with_header) {
  std::string text;
  std::size_t begin = csv.find('\n') + 1;
  if (with_header) text = "request," + csv.substr(0, begin);
  for (std::size_t end; begin < csv.size(); begin = end) {
    end = csv.find('\n', begin) + 1;
    text += fmt::format("{},{}", number, csv.substr(begin, end - begin));
  }
  return text;
}

}  // namespace

std::string explain_rows(const Catalog& catalog, const ExplainRequest& usual,
                         const std::filesystem::path& file) {
  config::Diagnostics diagnostics;
  config::CsvReader csv(file, diagnostics);
  check_columns(csv, diagnostics);
  std::vector<ExplainRequest> requests;
  while (csv.next()) requests.push_back(read_request(csv, usual));
  diagnostics.throw_if_any();
  std::string text;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    text += numbered(explanation_csv(explain(catalog, requests[i])), i + 1, i == 0);
  }
  return text;
}

}  // namespace autoscale::cli
