// The layers of the source: what each folder may include, and who may print or end the program.
// Reads the source text, so an edge that happens to compile is still found.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace autoscale {
namespace {

namespace fs = std::filesystem;

/// Layer -> layers it may include, from the bottom up.
const std::map<std::string, std::set<std::string>> kAllowed = [] {
  std::map<std::string, std::set<std::string>> allowed;
  std::set<std::string> below;
  for (const char* floor :
       {"sim/core", "sim/config", "sim/models", "sim/system", "sim/policy", "sim/world",
        "sim/scenario", "sim/run", "sim/results", "sim/sweep", "sim/cli"}) {
    below.insert(floor);
    allowed[floor] = below;
  }
  // Beside the floors: policies know what one request costs and the contract, no world.
  allowed["policies/learning"] = {"policies/learning"};
  allowed["policies/base"] = {"sim/core", "sim/system", "sim/policy", "policies/base",
                              "policies/learning"};
  allowed["policies"] = allowed["policies/base"];
  return allowed;
}();

struct Line {
  std::string layer;
  std::string where;  // file:line
  std::string text;   // without its comment
};

/// Every line of every source file below sim/ and policies/.
std::vector<Line> source_lines() {
  const fs::path root = AUTOSCALE_SOURCE_DIR;
  std::vector<Line> lines;
  for (const char* top : {"sim", "policies"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".h" && extension != ".cpp") continue;
      const fs::path file = entry.path().lexically_relative(root);
      std::ifstream in(entry.path());
      int number = 0;
      for (std::string text; std::getline(in, text);) {
        const std::string where = file.string() + ':' + std::to_string(++number);
        lines.push_back({file.parent_path().string(), where, text.substr(0, text.find("//"))});
      }
    }
  }
  return lines;
}

/// Folder of a project header that a line includes; empty for any other line.
std::string included_folder(const std::string& line) {
  if (line.find('#') == std::string::npos) return "";
  static const std::regex include(
      R"re(^\s*#\s*include\s*"((sim/[^/"]+|policies(?:/[a-z]+)?)/[^/"]*)")re");
  std::smatch match;
  return std::regex_search(line, match, include) ? match[2].str() : "";
}

TEST(Layers, EveryFolderIsALayer) {
  std::set<std::string> seen;
  for (const Line& line : source_lines()) seen.insert(line.layer);
  std::set<std::string> known;
  for (const auto& [layer, allowed] : kAllowed) known.insert(layer);
  EXPECT_EQ(seen, known);
}

TEST(Layers, IncludeOnlyLayersBelow) {
  std::size_t edges = 0;
  for (const Line& line : source_lines()) {
    const std::string folder = included_folder(line.text);
    if (folder.empty()) continue;
    ++edges;
    const auto allowed = kAllowed.find(line.layer);
    ASSERT_NE(allowed, kAllowed.end()) << line.where;
    EXPECT_TRUE(allowed->second.contains(folder))
        << line.where << ": " << line.layer << " must not include " << folder;
  }
  EXPECT_GT(edges, 100u);  // the pattern still matches how the sources write their includes
}

TEST(Layers, ProjectHeadersAreIncludedByTheirPathFromTheRoot) {
  static const std::regex quoted(R"re(^\s*#\s*include\s*"([^"]*)")re");
  for (const Line& line : source_lines()) {
    std::smatch match;
    if (line.text.find('#') == std::string::npos) continue;
    if (!std::regex_search(line.text, match, quoted)) continue;
    EXPECT_TRUE(!included_folder(line.text).empty() || match[1] == "build_info.h") << line.where;
  }
}

TEST(Layers, FilesAreShort) {
  std::map<std::string, int> lines;  // by file
  for (const Line& line : source_lines()) ++lines[line.where.substr(0, line.where.find(':'))];
  for (const auto& [file, count] : lines) {
    EXPECT_LE(count, file.ends_with(".h") ? 250 : 450) << file;
  }
}

/// Whether a line prints to standard output or ends the program. fmt::print(stderr, ...) is left to
/// the report of a broken invariant, and aborting is not exiting.
bool prints_or_exits(const std::string& line) {
  for (const char* word : {"std::cout", "stdout", "puts(", "putchar(", "printf(", "exit("}) {
    if (line.find(word) != std::string::npos) return true;
  }
  const std::size_t print = line.find("fmt::print(");
  return print != std::string::npos && line.compare(print, 17, "fmt::print(stderr") != 0;
}

TEST(Layers, OnlyTheProgramPrintsToStandardOutputOrExits) {
  std::size_t in_program = 0;
  for (const Line& line : source_lines()) {
    if (!prints_or_exits(line.text)) continue;
    in_program += line.layer == "sim/cli";
    EXPECT_EQ(line.layer, "sim/cli") << line.where << ": " << line.text;
  }
  EXPECT_GT(in_program, 0u);
}

}  // namespace
}  // namespace autoscale
