#include "sim/results/run_folder.h"

#include <fcntl.h>
#include <fmt/format.h>

#include "sim/core/file_lock.h"
#include "sim/core/output_file.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;

/// Removes the parts that a run left which was killed.
void remove_old_parts(const fs::path& folder) {
  std::vector<fs::path> parts;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    const bool part = name.starts_with("requests.") || name.starts_with("timeline.");
    if (part && (name.ends_with(".part") || name.ends_with(".partial"))) {
      parts.push_back(entry.path());
    }
  }
  std::error_code ignored;  // what cannot be removed is in the way later, where it is reported
  for (const fs::path& part : parts) fs::remove(part, ignored);
}

/// Removes the parts of requests.csv and timeline.json that a failed run leaves.
class PartsGuard {
 public:
  PartsGuard(fs::path folder, std::size_t runs) : folder_(std::move(folder)), runs_(runs) {}
  PartsGuard(const PartsGuard&) = delete;
  PartsGuard& operator=(const PartsGuard&) = delete;
  ~PartsGuard() {
    std::error_code ignored;
    for (std::size_t i = 0; i < runs_; ++i) {
      fs::remove(request_part(folder_, i), ignored);
      fs::remove(timeline_part(folder_, i), ignored);
    }
  }

 private:
  fs::path folder_;
  std::size_t runs_;
};

}  // namespace

std::vector<RunResult> run_into_folder(const fs::path& folder, const Scenario& scenario,
                                       RunOptions options, const BuildInfo& build) {
  prepare_folder(folder);
  // As far as its file system has locks for folders; NFS has none.
  const FileLock lock(folder, O_RDONLY | O_DIRECTORY);
  if (lock.taken_by_another()) {
    throw IoError(fmt::format("{}: another run is being written there", folder.string()));
  }
  remove_old_parts(folder);
  options.parts = folder;
  const bool parts = options.requests || options.timeline;
  const PartsGuard guard(folder, parts ? scenario.runs() : 0);
  std::vector<RunResult> results = run_all(scenario, options);
  write_results(folder, scenario, results, options, build);
  return results;
}

}  // namespace autoscale
