// The requests of a run as Chrome trace events, to be opened in Perfetto: a track per phone with
// the stages of each request, and counters for signals, co-runner and energy. Source of the format:
// "Trace Event Format", Google; times in microseconds.
#pragma once

#include "sim/core/output_file.h"
#include "sim/run/run.h"

namespace autoscale {

class Timeline {
 public:
  /// `process` tells the runs of one file apart.
  Timeline(const std::filesystem::path& file, const RunResult& run, std::size_t process);

  void add(const RequestRecord& record);
  void finish() { file_.commit_part(); }

 private:
  void write(const nlohmann::ordered_json& event);

  OutputFile file_;
  const RunResult& run_;
  std::size_t process_;
  bool first_ = true;
};

}  // namespace autoscale
