// Measured rates of generative networks at the top operating point, per device, network, processor
// and precision: the rows of CSV files with the columns device, dnn, processor, precision,
// prompt_tokens, prefill_tokens_per_s and decode_tokens_per_s.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "sim/config/csv.h"
#include "sim/models/generation.h"
#include "sim/models/latency_table.h"

namespace autoscale {

struct GenerationRow {
  GenerationRates rates;
  config::Mark where;
};

class GenerationTable {
 public:
  /// Adds the rows of `file`. Reports wrong rows, networks that are not in `networks`, and what is
  /// given twice.
  void read(const std::filesystem::path& file, const std::vector<std::string>& networks,
            config::Diagnostics& diagnostics);

  /// The row of a key, or null.
  const GenerationRow* find(const LatencyKey& key) const;
  const std::map<LatencyKey, GenerationRow>& rows() const { return rows_; }

 private:
  std::map<LatencyKey, GenerationRow> rows_;
};

}  // namespace autoscale
