#include "sim/models/generation_table.h"

#include <fmt/format.h>

namespace autoscale {

void GenerationTable::read(const std::filesystem::path& file,
                           const std::vector<std::string>& networks,
                           config::Diagnostics& diagnostics) {
  config::CsvReader csv(file, diagnostics, config::unknown_csv_shape());
  const auto columns = KeyColumns::of(csv);
  const auto prompt = csv.require("prompt_tokens"), prefill = csv.require("prefill_tokens_per_s"),
             decode = csv.require("decode_tokens_per_s");
  if (!columns || !prompt || !prefill || !decode) return;
  const config::Mark begin = config::file_mark(file);
  while (csv.next()) {
    const auto key = columns->key(csv, networks);
    const auto n = csv.number(*prompt), reads = csv.number(*prefill), makes = csv.number(*decode);
    const bool sound = n && reads && makes && *n >= 1 && *reads > 0 && *makes > 0;
    if (!sound) csv.error("a prompt of at least one token and rates that are positive are needed");
    if (!key || !sound) continue;
    if (const GenerationRow* earlier = find(*key)) {
      csv.error(fmt::format("this device, DNN, processor and precision are given twice: also in {}",
                            config::to_string(earlier->where)));
      continue;
    }
    rows_.emplace(*key, GenerationRow{{*n, *reads, *makes}, {begin.file, csv.line(), 1}});
  }
}

const GenerationRow* GenerationTable::find(const LatencyKey& key) const {
  const auto row = rows_.find(key);
  return row == rows_.end() ? nullptr : &row->second;
}

}  // namespace autoscale
