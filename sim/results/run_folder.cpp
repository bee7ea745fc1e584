#include "sim/results/run_folder.h"

namespace autoscale {
namespace {

/// Removes the parts of requests.csv and timeline.json that a failed run leaves.
class PartsGuard {
 public:
  PartsGuard(std::filesystem::path folder, std::size_t runs)
      : folder_(std::move(folder)), runs_(runs) {}
  PartsGuard(const PartsGuard&) = delete;
  PartsGuard& operator=(const PartsGuard&) = delete;
  ~PartsGuard() {
    std::error_code ignored;
    for (std::size_t i = 0; i < runs_; ++i) {
      std::filesystem::remove(request_part(folder_, i), ignored);
      std::filesystem::remove(timeline_part(folder_, i), ignored);
    }
  }

 private:
  std::filesystem::path folder_;
  std::size_t runs_;
};

}  // namespace

std::vector<RunResult> run_into_folder(const std::filesystem::path& folder,
                                       const Scenario& scenario, RunOptions options,
                                       const BuildInfo& build) {
  prepare_folder(folder);
  options.parts = folder;
  const bool parts = options.requests || options.timeline;
  const PartsGuard guard(folder, parts ? scenario.runs() : 0);
  std::vector<RunResult> results = run_all(scenario, options);
  write_results(folder, scenario, results, options, build);
  return results;
}

}  // namespace autoscale
