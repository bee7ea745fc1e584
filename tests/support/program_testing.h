// Runs the program as a user does: arguments, environment and current folder in; exit code and both
// outputs out. A run that takes longer than a minute is ended and counts as crashed.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace autoscale {

struct ProgramResult {
  int code = -1;  // negative: ended by that signal
  std::string out;
  std::string err;
};

struct ProgramSetting {
  std::filesystem::path folder = AUTOSCALE_SOURCE_DIR;
  std::string data = AUTOSCALE_SOURCE_DIR;  // AUTOSCALE_DATA; "unset" for none
  std::string program = AUTOSCALE_PROGRAM;
  std::string out;  // standard output goes to this file instead
};

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

inline ProgramResult run_program(const std::vector<std::string>& arguments,
                                 const ProgramSetting& setting = {}) {
  const TemporaryFolder scratch;
  const std::string out = setting.out.empty() ? scratch / "out" : setting.out,
                    err = scratch / "err";
  const pid_t child = ::fork();
  if (child == 0) {
    std::vector<char*> argv = {const_cast<char*>(setting.program.c_str())};
    for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
    argv.push_back(nullptr);
    ::alarm(60);
    const bool ready = ::chdir(setting.folder.c_str()) == 0 &&
                       std::freopen(out.c_str(), "w", stdout) &&
                       std::freopen(err.c_str(), "w", stderr);
    if (setting.data == "unset") {
      ::unsetenv("AUTOSCALE_DATA");
    } else {
      ::setenv("AUTOSCALE_DATA", setting.data.c_str(), 1);
    }
    if (ready) ::execv(argv[0], argv.data());
    std::_Exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return {code, setting.out.empty() ? read_all(out) : "", read_all(err)};
}

/// A device profile: a tablet that can run int8 only, so no DNN without an int8 figure.
inline const std::string kTabletWithoutCpu =
    "name: tablet with a DSP only\n"
    "kind: tablet\n"
    "latency_from: {device: galaxy_tab_s6, factor: {value: 1, assumed: test}}\n"
    "baseline_power: {value: 1 W, assumed: test}\n"
    "processors:\n"
    "  - name: dsp\n"
    "    model: test\n"
    "    frequency: {unit: MHz, values: [1000], assumed: test}\n"
    "    power: {unit: W, values: [2], assumed: test}\n"
    "    overhead: {value: 0 ms, assumed: test}\n"
    "    noise_cv: {value: 0, assumed: test}\n"
    "    precisions: {int8: {}}\n"
    "    serves: int8\n";

}  // namespace autoscale
