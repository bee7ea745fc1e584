#include "sim/cli/slurm.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "sim/cli/commands.h"
#include "sim/core/output_file.h"

namespace autoscale::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kNotFound = 127;  // the shell's exit code

/// A text as one word of a shell.
std::string shell_word(const std::string& text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

struct CommandResult {
  int code = 0;
  std::string output;
};

CommandResult run_command(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (!pipe) throw IoError(fmt::format("sh: {}", std::generic_category().message(errno)));
  CommandResult result;
  std::array<char, 4096> buffer{};
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    result.output.append(buffer.data(), n);
  }
  const int status = ::pclose(pipe);
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  while (result.output.ends_with('\n')) result.output.pop_back();
  return result;
}

/// Submits a script and returns the number of its job.
std::string submit(const std::string& options, const fs::path& script) {
  const CommandResult result = run_command(
      fmt::format("sbatch --parsable {} {} 2>&1", options, shell_word(script.string())));
  if (result.code == kNotFound) {
    throw IoError("--executor slurm: there is no sbatch here; it belongs to Slurm's client");
  }
  if (result.code != 0) throw IoError(fmt::format("sbatch refused: {}", result.output));
  // What sbatch has to say comes before "JOB" or "JOB;CLUSTER".
  const std::string last = result.output.substr(result.output.find_last_of('\n') + 1);
  return last.substr(0, last.find(';'));
}

/// A batch script whose log goes beside it.
fs::path write_script(const SlurmRequest& request, const std::string& name, const std::string& log,
                      const std::string& extra, const std::string& command) {
  const fs::path folder = request.folder / "slurm";
  std::string variable;
  for (const fs::path& data : request.data)
    variable += (variable.empty() ? "" : ":") + data.string();
  OutputFile script(folder / (name + ".sh"));
  script.write(
      fmt::format("#!/bin/sh\n"
                  "#SBATCH --job-name={}-{}\n"
                  "#SBATCH --output={}\n{}"
                  "export AUTOSCALE_DATA={}\n"
                  "exec {}\n",
                  request.name, name, shell_word((folder / log).string()), extra,
                  shell_word(variable), command));
  script.commit();
  return folder / (name + ".sh");
}

/// Submits both scripts.
SlurmJobs submit_scripts(const SlurmRequest& request, const fs::path& array,
                         const fs::path& merge) {
  SlurmJobs jobs;
  jobs.array = submit(fmt::format("--array=1-{} {}", request.shards, request.options), array);
  try {
    jobs.merge = submit(fmt::format("--dependency=afterok:{} --kill-on-invalid-dep=yes {}",
                                    jobs.array, request.options),
                        merge);
  } catch (const IoError&) {
    run_command("scancel " + shell_word(jobs.array) + " 2>&1");
    throw;
  }
  return jobs;
}

}  // namespace

SlurmJobs submit_to_slurm(const SlurmRequest& request) {
  prepare_folder(request.folder / "slurm");
  const std::string program = shell_word(fs::read_symlink("/proc/self/exe").string());
  const std::string shards = shell_word((request.folder / "shards").string());
  const fs::path array = write_script(
      request, "shard", "shard-%a.log", fmt::format("#SBATCH --cpus-per-task={}\n", request.jobs),
      fmt::format("{} sweep {} --shard \"$SLURM_ARRAY_TASK_ID/{}\" --jobs {} --resume --out "
                  "{}/\"$SLURM_ARRAY_TASK_ID\"",
                  program, shell_word(request.sweep.string()), request.shards, request.jobs,
                  shards));
  const fs::path merge = write_script(
      request, "merge", "merge.log", "",
      fmt::format("{} merge {}/* --out {}", program, shards, shell_word(request.folder.string())));
  try {
    return submit_scripts(request, array, merge);
  } catch (const IoError&) {
    // What is not submitted leaves no trace; logs of an earlier time keep the folder.
    std::error_code ignored;
    for (const fs::path& path : {array, merge, array.parent_path()}) fs::remove(path, ignored);
    throw;
  }
}

}  // namespace autoscale::cli
