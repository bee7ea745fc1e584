// What the subcommands share: where the data is, what was built, how a table looks.
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <sstream>

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

/// Columns of the terminal that standard output is; 0 if it is none.
std::size_t terminal_width() {
  winsize size{};
  return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/// A decimal number with more than five digits, shortened; anything else as it is.
std::string rounded(std::string cell) {
  double value = 0;
  const auto [end, problem] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  const bool decimal = cell.find('.') != std::string::npos || cell.size() > 15;
  if (problem != std::errc() || end != cell.data() + cell.size() || !decimal) return cell;
  return fmt::format("{:.5g}", value);
}

/// `text` in lines of at most `width`, broken at blanks.
std::vector<std::string> broken(const std::string& text, std::size_t width) {
  std::vector<std::string> lines(1);
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    std::string& line = lines.back();
    if (!line.empty() && line.size() + 1 + word.size() > width) {
      lines.push_back(word);
    } else {
      line += (line.empty() ? "" : " ") + word;
    }
  }
  return lines;
}

/// The table with what its last column lets hang over `width` in rows below.
std::vector<std::vector<std::string>> wrapped(const std::vector<std::vector<std::string>>& rows,
                                              std::size_t width) {
  constexpr std::size_t kGap = 2, kLeast = 20;  // beside a column; of the last one
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  const std::size_t before =
      std::accumulate(widths.begin(), widths.end() - 1, kGap * (widths.size() - 1));
  const std::size_t last = std::max(kLeast, width > before ? width - before : 0);
  std::vector<std::vector<std::string>> all;
  for (const auto& row : rows) {
    const std::vector<std::string> lines = broken(row.back(), last);
    all.push_back(row);
    all.back().back() = lines.front();
    for (std::size_t i = 1; i < lines.size(); ++i) {
      all.emplace_back(row.size()).back() = lines[i];
    }
  }
  return all;
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

std::string short_number(double x) {
  const double size = std::abs(x);
  return size == 0 || (size >= 1e-3 && size < 1e6) ? fmt::format("{:.3f}", x)
                                                   : fmt::format("{:.4g}", x);
}

std::string fixed_number(double x, int digits) {
  return std::abs(x) < 1e15 ? fmt::format("{:.{}f}", x, digits) : fmt::format("{:.4g}", x);
}

std::string screen_table(std::vector<std::vector<std::string>> rows) {
  for (auto& row : rows) {
    for (std::string& cell : row) cell = rounded(std::move(cell));
  }
  const std::size_t width = terminal_width();
  return width == 0 ? text_table(rows) : text_table(wrapped(rows, width));
}

}  // namespace autoscale::cli
