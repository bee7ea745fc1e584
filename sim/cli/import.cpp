// autoscale import, calibrate and report: start a package of Python's, autoscale_sim.importers, which
// reads the files of other people's tools, or autoscale_sim.explore, which writes a page of results.
// All arguments, the output and the exit code are Python's.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "sim/cli/commands.h"
#include "sim/core/output_file.h"

namespace autoscale::cli {
namespace {

namespace fs = std::filesystem;

/// Set for Python: the program that answers its questions.
constexpr const char* kProgramVariable = "AUTOSCALE_PROGRAM";

bool is_there(const fs::path& file) {
  std::error_code ignored;  // a file that cannot be looked at is none
  return fs::exists(file, ignored);
}

/// $AUTOSCALE_PYTHON, else that of the source tree's .venv, else python3.
std::string python(const fs::path& root) {
  if (const char* named = std::getenv("AUTOSCALE_PYTHON"); named && *named) return named;
  const fs::path own = root / ".venv/bin/python";
  return is_there(own) ? own.string() : "python3";
}

/// Lets Python find the package that came with the program; elsewhere an installed one is taken.
void show_package(const fs::path& root) {
  if (!is_there(root / "python/autoscale_sim")) return;
  const char* before = std::getenv("PYTHONPATH");
  const std::string path = (root / "python").string() + (before ? fmt::format(":{}", before) : "");
  ::setenv("PYTHONPATH", path.c_str(), 1);
}

/// Becomes Python, which runs the module that the words begin with; comes back only if there is none.
int become_python(std::vector<std::string> words) {
  const fs::path root = shipped_data();
  words.insert(words.begin(), {python(root), "-m"});
  show_package(root);
  std::error_code ignored;
  ::setenv(kProgramVariable, fs::read_symlink("/proc/self/exe", ignored).c_str(), 1);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  throw IoError(
      fmt::format("cannot start '{}': {}; install Python 3.10 or later, or name it in "
                  "AUTOSCALE_PYTHON",
                  words[0], std::generic_category().message(errno)));
}

/// A subcommand whose arguments, --help too, are left to Python; `first` is the module and what it
/// is told before them.
void add_python(CLI::App& app, Action& action, const std::string& name, const std::string& what,
                const std::vector<std::string>& first) {
  CLI::App* sub = app.add_subcommand(name, what);
  sub->set_help_flag();
  sub->prefix_command();
  sub->callback([sub, first, &action] {
    std::vector<std::string> words = first;
    for (const std::string& word : sub->remaining()) words.push_back(word);
    action = [words] { return become_python(words); };
  });
}

}  // namespace

void add_import(CLI::App& app, Action& action) {
  add_python(app, action, "import", "Turn measurements into files of this project",
             {"autoscale_sim.importers"});
}

void add_calibrate(CLI::App& app, Action& action) {
  add_python(app, action, "calibrate", "Fit a profile to requests that you measured",
             {"autoscale_sim.importers", "calibrate"});
}

void add_report(CLI::App& app, Action& action) {
  add_python(app, action, "report", "Write a page that explores a folder of results",
             {"autoscale_sim.explore"});
}

}  // namespace autoscale::cli
