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

/// Writes both batch scripts to `folder`/slurm and submits them. Throws IoError if sbatch is not
/// there or refuses; then nothing stays submitted.
SlurmJobs submit_to_slurm(const SlurmRequest& request);

}  // namespace autoscale::cli
