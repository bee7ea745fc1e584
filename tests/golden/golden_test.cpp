// What the program prints for a few commands, compared as text with the files beside this one.
// scripts/update_golden.sh writes them anew; a number that changes needs an explanation.
#include <gtest/gtest.h>

#include <sstream>

#include "tests/support/program_testing.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(AUTOSCALE_SOURCE_DIR) / "tests/golden";

struct Golden {
  std::string file;
  std::vector<std::string> arguments;
};

std::vector<Golden> goldens() {
  std::vector<Golden> found;
  std::ifstream stream(kFolder / "commands.txt");
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream words(line);
    Golden golden;
    words >> golden.file;
    for (std::string word; words >> word;) golden.arguments.push_back(word);
    found.push_back(std::move(golden));
  }
  return found;
}

class GoldenTest : public testing::TestWithParam<Golden> {};

TEST_P(GoldenTest, PrintsTheSame) {
  const TemporaryFolder folder;
  std::vector<std::string> arguments = GetParam().arguments;
  const bool results = arguments.back() == "OUT";
  if (results) arguments.back() = folder / "out";
  const ProgramResult result = run_program(arguments);
  EXPECT_EQ(result.code, 0) << result.err;
  std::string printed = result.out;
  if (results) {
    const std::string runs = read_all(folder / "out/runs.csv");
    printed = runs.substr(0, runs.find('\n') + 1);
  }
  EXPECT_EQ(printed, read_all(kFolder / GetParam().file));
}

INSTANTIATE_TEST_SUITE_P(All, GoldenTest, testing::ValuesIn(goldens()), [](const auto& test) {
  return test.param.file.substr(0, test.param.file.find('.'));
});

}  // namespace
}  // namespace autoscale
