// What the subcommands share: where the data is, what was built, how a table looks.
#include <fmt/format.h>

#include <cstdlib>

#include "build_info.h"
#include "sim/cli/commands.h"
#include "sim/experiment/output_file.h"

namespace autoscale::cli {
namespace {

namespace fs = std::filesystem;

bool is_data_root(const fs::path& folder) {
  return fs::is_directory(folder / "device_profiles") && fs::is_directory(folder / "workloads");
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789.-+e%x") == std::string::npos;
}

}  // namespace

fs::path data_root() {
  if (const char* chosen = std::getenv("AUTOSCALE_DATA")) {
    if (is_data_root(chosen)) return chosen;
    throw IoError(fmt::format("AUTOSCALE_DATA={}: no device_profiles/ and workloads/ there", chosen));
  }
  std::error_code problem;
  const fs::path program = fs::read_symlink("/proc/self/exe", problem);
  const fs::path installed = program.parent_path().parent_path() / "share/autoscale";
  if (is_data_root(installed)) return installed;
  for (fs::path folder = program.parent_path(); folder.has_relative_path();
       folder = folder.parent_path()) {
    if (is_data_root(folder)) return folder;
  }
  throw IoError("no data found: neither beside the program nor above it; set AUTOSCALE_DATA");
}

fs::path find_scenario(const std::string& name) {
  if (fs::exists(name)) return name;
  const fs::path root = data_root();
  for (const std::string& file : {name, name + ".yaml"}) {
    for (const fs::path& folder : {root, root / "scenarios"}) {
      if (fs::is_regular_file(folder / file)) return folder / file;
    }
  }
  return name;
}

BuildInfo build_info() { return {kVersion, kRevision, kCompiler}; }

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
