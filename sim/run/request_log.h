// One CSV row per recorded request, with its whole ledger.
#pragma once

#include "sim/core/output_file.h"
#include "sim/run/run.h"

namespace autoscale {

class RequestLog {
 public:
  RequestLog(const std::filesystem::path& file, const RunResult& run);

  void begin_phase(const std::string& name) { phase_ = name; }
  void add(const RequestRecord& record);
  void finish() { file_.commit_part(); }

 private:
  OutputFile file_;
  const RunResult& run_;
  std::string prefix_;  // run id, policy, replication, seed
  std::string phase_;
};

}  // namespace autoscale
