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
  // Beside the floors too: Python's side of the package. Nothing includes it.
  allowed["python/src"] = below;
  allowed["python/src"].insert("python/src");
  return allowed;
}();

struct Line {
  std::string layer;
  std::string where;  // file:line
  std::string text;   // without its comment
};

/// Every line of every source file below sim/, policies/ and python/src/.
std::vector<Line> source_lines() {
  const fs::path root = AUTOSCALE_SOURCE_DIR;
  std::vector<Line> lines;
  for (const char* top : {"sim", "policies", "python/src"}) {
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

/// What a line includes, as it is written between quotes or angle brackets; empty for any other line.
std::string included(const std::string& line) {
  if (line.find('#') == std::string::npos) return "";
  static const std::regex include(R"re(^\s*#\s*include\s*["<]([^">]*)[">])re");
  std::smatch match;
  return std::regex_search(line, match, include) ? match[1].str() : "";
}

/// Folder of a project header that a line includes; empty for any other line.
std::string included_folder(const std::string& line) {
  static const std::regex header(R"re((sim/[^/]+|policies(?:/[a-z]+)?|python/src)/[^/]*)re");
  std::smatch match;
  const std::string file = included(line);
  return std::regex_match(file, match, header) ? match[1].str() : "";
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
  for (const Line& line : source_lines()) {
    const std::string file = included(line.text);
    if (file.empty() || line.text.find('"') == std::string::npos) continue;
    EXPECT_TRUE(!included_folder(line.text).empty() || file == "build_info.h") << line.where;
  }
}

TEST(Layers, OnlyTheBindingKnowsPython) {
  std::size_t in_binding = 0;
  for (const Line& line : source_lines()) {
    const std::string file = included(line.text);
    if (!file.starts_with("nanobind/") && file != "Python.h") continue;
    in_binding += line.layer == "python/src";
    EXPECT_EQ(line.layer, "python/src") << line.where << ": " << line.text;
  }
  EXPECT_GT(in_binding, 0u);
}

/// The project headers that a header includes, and those that these include, and so on.
std::set<std::string> reached_from(const std::string& header) {
  std::map<std::string, std::vector<std::string>> edges;
  for (const Line& line : source_lines()) {
    if (!included_folder(line.text).empty()) {
      edges[line.where.substr(0, line.where.find(':'))].push_back(included(line.text));
    }
  }
  std::set<std::string> reached;
  std::vector<std::string> left = {header};
  while (!left.empty()) {
    const std::vector<std::string> next = edges[left.back()];
    left.pop_back();
    for (const std::string& file : next) {
      if (reached.insert(file).second) left.push_back(file);
    }
  }
  return reached;
}

TEST(Layers, ThePolicyContractReachesNoFileReader) {
  const std::set<std::string> reached = reached_from("sim/policy/policy.h");
  EXPECT_TRUE(reached.contains("sim/policy/observation.h"));  // the walk still finds its way
  EXPECT_TRUE(reached.contains("sim/core/time.h"));
  for (const char* reader : {"sim/config/reader.h", "sim/models/catalog.h"}) {
    EXPECT_FALSE(reached.contains(reader)) << reader;
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
