// Hands a sweep to Slurm: a job array of shards and a job that merges them when all are done.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace autoscale::cli {

struct SlurmRequest {
  std::filesystem::path sweep;              // absolute
  std::filesystem::path folder;             // of the results, absolute; there already
  std::vector<std::filesystem::path> data;  // folders searched for data, absolute
  std::string name;
  std::uint64_t shards = 1;
  std::size_t jobs = 1;  // trials at the same time in each task
  std::string options;   // for sbatch, as for a shell
};

struct SlurmJobs {
  std::string array;
  std::string merge;
};

/// The jobs of an earlier submission into this folder that Slurm still has, waiting or running:
/// both numbers, one or none. None too where squeue cannot tell, which is then said on standard error
/// unless there is no squeue.
std::vector<std::string> queued_jobs(const std::filesystem::path& folder);

/// Writes both batch scripts to `folder`/slurm, submits them and notes the jobs there. Throws
/// IoError if sbatch is not there or refuses; then nothing stays submitted. Ctrl-C, SIGTERM and a
/// hang-up meanwhile end the program only when what was submitted is cancelled.
SlurmJobs submit_to_slurm(const SlurmRequest& request);

}  // namespace autoscale::cli
