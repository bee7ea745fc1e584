#include "sim/cli/slurm.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <array>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <memory>
#include <system_error>

#include "sim/cli/commands.h"
#include "sim/core/output_file.h"

namespace autoscale::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kNotFound = 127;  // the shell's exit code

/// Below the results: the jobs of the latest submission, a line each, as sbatch names them.
constexpr const char* kJobs = "slurm/jobs";

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

/// Submits a script and returns its job as "JOB" or "JOB;CLUSTER".
std::string submit(const std::string& options, const fs::path& script) {
  // A Ctrl-C reaches sbatch too, which would leave unsaid whether the job is submitted.
  const CommandResult result = run_command(fmt::format(
      "trap '' HUP INT TERM; sbatch --parsable {} {} 2>&1", options, shell_word(script.string())));
  if (result.code == kNotFound) {
    throw IoError("--executor slurm: there is no sbatch here; it belongs to Slurm's client");
  }
  if (result.code != 0) throw IoError(fmt::format("sbatch refused: {}", result.output));
  // What sbatch has to say comes before that.
  return result.output.substr(result.output.find_last_of('\n') + 1);
}

std::string number_of(const std::string& job) { return job.substr(0, job.find(';')); }

/// Whether `number` stands in the text, not as a part of a longer number.
bool has_number(const std::string& text, const std::string& number) {
  const auto is_digit = [&text](std::size_t i) {
    return i < text.size() && std::isdigit(static_cast<unsigned char>(text[i])) != 0;
  };
  for (auto at = text.find(number); at != std::string::npos; at = text.find(number, at + 1)) {
    if ((at == 0 || !is_digit(at - 1)) && !is_digit(at + number.size())) return true;
  }
  return false;
}

/// Whether Slurm has a job that sbatch named so, waiting or running.
bool is_queued(const std::string& job) {
  const std::string number = number_of(job);
  const std::string cluster =
      number == job ? "" : "--clusters=" + shell_word(job.substr(number.size() + 1));
  // %F: the number of the whole array, for each of its tasks.
  const CommandResult result = run_command(
      fmt::format("squeue --noheader --format=%F --jobs={} {} 2>&1", shell_word(number), cluster));
  if (result.code == 0) return has_number(result.output, number);
  const bool forgotten = result.output.find("Invalid job id") != std::string::npos;
  if (result.code != kNotFound && !forgotten) {
    fmt::print(stderr, "squeue cannot tell whether job {} is still there: {}\n", number,
               result.output);
  }
  return false;
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

/// While alive, Ctrl-C and the like wait; then they take effect.
class SignalsWait {
 public:
  SignalsWait() {
    ::sigemptyset(&waiting_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&waiting_, signal);
    ::sigprocmask(SIG_BLOCK, &waiting_, &before_);
  }
  SignalsWait(const SignalsWait&) = delete;
  SignalsWait& operator=(const SignalsWait&) = delete;
  ~SignalsWait() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

  /// Throws IoError if one has come.
  void check() const {
    sigset_t pending;
    ::sigpending(&pending);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      if (::sigismember(&pending, signal) == 0) continue;
      fmt::print(stderr, "interrupted; what was submitted is cancelled\n");
      throw IoError("interrupted");
    }
  }

 private:
  sigset_t waiting_{};
  sigset_t before_{};
};

void write_jobs(const fs::path& folder, const SlurmJobs& jobs) {
  OutputFile file(folder / kJobs);
  for (const std::string& job : {jobs.array, jobs.merge}) {
    if (!job.empty()) file.write(job + '\n');
  }
  file.commit();
}

/// Cancels jobs. Those that cannot be are named and stay on record.
void cancel(const fs::path& folder, const SlurmJobs& jobs) {
  bool left = false;
  for (const std::string& job : {jobs.array, jobs.merge}) {
    if (job.empty()) continue;
    const CommandResult result = run_command("scancel " + shell_word(number_of(job)) + " 2>&1");
    if (result.code == 0) continue;
    left = true;
    fmt::print(stderr, "job {} may be left, scancel failed: {}\n", number_of(job), result.output);
  }
  std::error_code ignored;
  if (!left) fs::remove(folder / kJobs, ignored);
}

/// Submits both scripts. The first job is on record before the second is asked for.
SlurmJobs submit_scripts(const SlurmRequest& request, const fs::path& array, const fs::path& merge,
                         const SignalsWait& signals) {
  SlurmJobs jobs;
  jobs.array = submit(fmt::format("--array=1-{} {}", request.shards, request.options), array);
  try {
    write_jobs(request.folder, jobs);
    signals.check();
    jobs.merge = submit(fmt::format("--dependency=afterok:{} --kill-on-invalid-dep=yes {}",
                                    number_of(jobs.array), request.options),
                        merge);
    write_jobs(request.folder, jobs);
    signals.check();
  } catch (const IoError&) {
    cancel(request.folder, jobs);
    throw;
  }
  return jobs;
}

}  // namespace

std::vector<std::string> queued_jobs(const fs::path& folder) {
  std::vector<std::string> queued;
  std::ifstream jobs(folder / kJobs);
  for (std::string job; std::getline(jobs, job);) {
    if (is_queued(job)) queued.push_back(number_of(job));
  }
  return queued;
}

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
  const SignalsWait signals;
  try {
    const SlurmJobs jobs = submit_scripts(request, array, merge, signals);
    return {number_of(jobs.array), number_of(jobs.merge)};
  } catch (const IoError&) {
    // What is not submitted leaves no trace; logs of an earlier time keep the folder.
    std::error_code ignored;
    for (const fs::path& path : {array, merge, array.parent_path()}) fs::remove(path, ignored);
    throw;
  }
}

}  // namespace autoscale::cli
