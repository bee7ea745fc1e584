// What the subcommands share: where the data is, what was built, how a table looks.
#include <fmt/format.h>

#include <charconv>
#include <cstdlib>

#include "build_info.h"
#include "sim/cli/commands.h"
#include "sim/core/output_file.h"

namespace autoscale::cli {
namespace {

namespace fs = std::filesystem;

bool is_data_root(const fs::path& folder) {
  std::error_code ignored;  // a folder that cannot be looked at is none
  return fs::is_directory(folder / "device_profiles", ignored) &&
         fs::is_directory(folder / "workloads", ignored);
}

/// The nearest data root at or above `folder`, or an empty path.
fs::path data_root_above(fs::path folder) {
  for (; folder.has_relative_path(); folder = folder.parent_path()) {
    if (is_data_root(folder)) return folder;
  }
  return {};
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789.-+e%x") == std::string::npos;
}

}  // namespace

fs::path shipped_data() {
  std::error_code problem;
  const fs::path program = fs::read_symlink("/proc/self/exe", problem);
  fs::path installed = program.parent_path().parent_path() / "share/autoscale";
  if (is_data_root(installed)) return installed;
  for (const fs::path& start : {program.parent_path(), fs::current_path(problem)}) {
    if (fs::path root = data_root_above(start); !root.empty()) return root;
  }
  throw IoError(
      "no data found: neither beside or above the program nor above the current folder; set "
      "AUTOSCALE_DATA to the folder with device_profiles/ and workloads/");
}

void add_data_option(CLI::App& subcommand, std::vector<std::string>& data) {
  subcommand
      .add_option("--data", data,
                  "folder of your own with device_profiles/, workloads/ or scenarios/, searched "
                  "before AUTOSCALE_DATA (folders separated by ':') and the shipped data "
                  "(repeatable)")
      ->type_name("DIR")
      ->allow_extra_args(false);
}

SearchPath search_path(const std::vector<std::string>& data) {
  const char* variable = std::getenv(kDataVariable);
  return {data, variable ? variable : "", shipped_data};
}

fs::path find_file(const SearchPath& search, const std::string& name) {
  const auto found = search.find(name);
  if (!found && search.folders().size() > 1) {
    throw config::ConfigError(
        {{config::file_mark(name), fmt::format("no file '{}', nor one of this name in {}",
                                               config::printable_path(name), search.text())}});
  }
  return found.value_or(name);
}

BuildInfo build_info() { return {kVersion, kRevision, kCompiler}; }

CLI::Validator whole_number(std::uint64_t low, std::uint64_t high) {
  const auto check = [low, high](const std::string& text) -> std::string {
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool good = problem == std::errc() && end == text.data() + text.size();
    if (good && low <= value && value <= high) return "";
    return fmt::format("expected a whole number from {} to {}, got '{}'", low, high, text);
  };
  return CLI::Validator(check, fmt::format("{}..{}", low, high));
}

CLI::Validator number_between(double low, double high) {
  const auto check = [low, high](const std::string& text) -> std::string {
    double value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool good = problem == std::errc() && end == text.data() + text.size();
    if (good && low <= value && value <= high) return "";
    return fmt::format("expected a number from {} to {}, got '{}'", low, high, text);
  };
  return CLI::Validator(check, fmt::format("{}..{}", low, high));
}

std::string text_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (std::size_t i = 0; i < rows[r].size(); ++i) {
      // A header stands like the cell below it.
      const std::string& sample = r == 0 && rows.size() > 1 ? rows[1][i] : rows[r][i];
      line += is_number(sample) ? fmt::format("{:>{}}  ", rows[r][i], widths[i])
                                : fmt::format("{:<{}}  ", rows[r][i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

}  // namespace autoscale::cli
