// Every cases/NN_name.expected is what `autoscale validate` says of NN_name.yaml (or
// .csv, .mahi), to the letter, with exit code 2. Inputs too big to keep are made here.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "sim/scenario/scenario.h"
#include "tests/support/program_testing.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(AUTOSCALE_SOURCE_DIR) / "tests/config_errors/cases";

std::string input_of(const std::string& stem) {
  for (const char* extension : {".yaml", ".csv", ".mahi"}) {
    if (fs::exists(kFolder / (stem + extension))) return stem + extension;
  }
  return "no input of " + stem;
}

/// All bad files, or only those that could be meant as scenarios.
std::vector<std::string> bad_files(bool scenarios) {
  std::vector<std::string> stems;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    const std::string stem = entry.path().stem().string();
    if (entry.path().extension() != ".expected") continue;
    if (!scenarios || input_of(stem).ends_with(".yaml")) stems.push_back(stem);
  }
  std::sort(stems.begin(), stems.end());
  return stems;
}

class BadFile : public testing::TestWithParam<std::string> {};
class BadScenario : public testing::TestWithParam<std::string> {};

TEST_P(BadFile, IsRefusedWithTheseMessages) {
  ProgramSetting setting;
  setting.folder = kFolder;
  const ProgramResult result = run_program({"validate", input_of(GetParam())}, setting);
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, read_all(kFolder / (GetParam() + ".expected")));
}

TEST_P(BadScenario, IsRefusedByRunToo) {
  const TemporaryFolder out;
  ProgramSetting setting;
  setting.folder = kFolder;
  const ProgramResult result =
      run_program({"run", input_of(GetParam()), "--out", out / "results"}, setting);
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err, "");
  EXPECT_FALSE(fs::exists(out / "results"));
}

const auto name_of_test = [](const auto& test) { return "_" + test.param; };
INSTANTIATE_TEST_SUITE_P(All, BadFile, testing::ValuesIn(bad_files(false)), name_of_test);
INSTANTIATE_TEST_SUITE_P(All, BadScenario, testing::ValuesIn(bad_files(true)), name_of_test);

// ------------------------------------------------------------------------------------- big inputs

std::string repeat(const std::string& unit, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += unit;
  return text;
}

/// What `validate` says of a file with this content.
std::string refused(const std::string& name, const std::string& content) {
  const TemporaryFolder folder;
  write_all(folder / name, content);
  ProgramSetting setting;
  setting.folder = folder.path();
  const ProgramResult result = run_program({"validate", name}, setting);
  EXPECT_EQ(result.code, 2) << result.err.substr(0, 500);
  return result.err;
}

TEST(BigInput, DeepNesting) {
  for (const std::string unit : {"[", "{a: ", "- "}) {
    const std::string error = refused("deep.yaml", "devices: " + repeat(unit, 10'000) + "\n");
    EXPECT_TRUE(error.starts_with("deep.yaml:1:")) << error;
  }
  std::string staircase;
  for (int i = 0; i < 10'000; ++i)
    staircase += std::string(static_cast<std::size_t>(i % 800), ' ') + "a:\n";
  EXPECT_NE(refused("deep.yaml", staircase), "");
}

TEST(BigInput, AliasBomb) {
  std::string bomb = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 60; ++i) {
    const std::string before = "*a" + std::to_string(i - 1), name = "a" + std::to_string(i);
    bomb += name + ": &" + name + " [" + before + ", " + before + "]\n";
  }
  EXPECT_TRUE(
      refused("bomb.yaml", bomb).starts_with("bomb.yaml:1:5: error: anchors are not allowed\n"));
}

TEST(BigInput, HugeFileIsNotRead) {
  const TemporaryFolder folder;
  write_all(folder / "huge.yaml", "");
  fs::resize_file(folder / "huge.yaml", std::uintmax_t{1} << 40);  // sparse
  ProgramSetting setting;
  setting.folder = folder.path();
  const ProgramResult result = run_program({"validate", "huge.yaml"}, setting);
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.err,
            "huge.yaml:1:1: error: cannot read 'huge.yaml': it has 1099511627776 bytes, more than "
            "8388608\n");
}

TEST(BigInput, ManyMistakes) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "key_" + std::to_string(i) + ": 1\n";
  const std::string error = refused("many.yaml", text);
  EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 101);
  EXPECT_NE(error.find("many.yaml: error: more than 100 errors, the rest is not shown\n"),
            std::string::npos);
}

TEST(BigInput, LongLines) {
  EXPECT_EQ(refused("long.csv", "time_s,rssi_dbm\n0," + std::string(1 << 20, '1') + "\n"),
            "long.csv:2:1: error: line longer than 64 KiB\n");
  EXPECT_EQ(refused("long.mahi", std::string(1 << 20, '1')),
            "long.mahi:1:1: error: line too long for a number of milliseconds\n");
  const std::string error =
      refused("long.yaml", "environment: " + std::string(1 << 20, 'x') + "\n");
  EXPECT_LT(error.size(), 2000U);
}

TEST(BigInput, SpecialFiles) {
  for (const std::string file : {"/dev/null", "/dev/zero", "/", ""}) {
    const ProgramResult result = run_program({"validate", file});
    EXPECT_EQ(result.code, 2) << file;
    EXPECT_TRUE(result.err.starts_with(file + ":1:1: error: cannot read '")) << result.err;
  }
}

// ------------------------------------------------------------------------------------- mutations

/// Changes up to three places: a byte replaced, removed, inserted, or a stretch repeated.
std::string mutated(std::string text, std::mt19937& random) {
  constexpr std::string_view kTelling =
      "[]{},:-?&*!|>'\"%@`# \n\t0123456789eE.+~<=\\\x01\x7F\xC3\xA9\xFF";
  const std::size_t changes = 1 + random() % 3;
  for (std::size_t i = 0; i < changes && !text.empty(); ++i) {
    const std::size_t at = random() % text.size();
    const char c = kTelling[random() % kTelling.size()];
    switch (random() % 4) {
      case 0:
        text[at] = c;
        break;
      case 1:
        text.erase(at, 1 + random() % 4);
        break;
      case 2:
        text.insert(at, 1, c);
        break;
      default:
        text.insert(at, text.substr(at, random() % 30));
    }
  }
  return text;
}

/// Loads 300 mutations of a file; whatever is not a ConfigError ends the test program. Returns how
/// many were refused.
template <class Load>
int refused_mutations(const fs::path& original, unsigned seed, Load&& load) {
  const std::string text = read_all(original);
  std::mt19937 random(seed);
  const TemporaryFolder folder;
  int refused = 0;
  for (int i = 0; i < 300; ++i) {
    // A catalog reads a file once, so each mutation is a file of its own.
    const fs::path file = folder.path() / std::to_string(i) / original.filename();
    fs::create_directory(file.parent_path());
    write_all(file, mutated(text, random));
    try {
      load(file);
    } catch (const config::ConfigError& error) {
      ++refused;
      EXPECT_STRNE(error.what(), "");
    }
  }
  return refused;
}

const Catalog& catalog() {
  static const Catalog loaded(AUTOSCALE_SOURCE_DIR);
  return loaded;
}

TEST(Mutation, OfAScenarioIsLoadedOrRefused) {
  const int refused =
      refused_mutations(fs::path(AUTOSCALE_SOURCE_DIR) / "scenarios/quickstart.yaml", 1,
                        [](const fs::path& file) { Scenario::load(catalog(), file); });
  EXPECT_GT(refused, 100);
  EXPECT_LT(refused, 300);
}

TEST(Mutation, OfADeviceIsLoadedOrRefused) {
  const auto load = [](const fs::path& file) {
    config::Diagnostics diagnostics;
    catalog().load_device(file, std::nullopt, diagnostics);
    diagnostics.throw_if_any();
  };
  const int refused =
      refused_mutations(fs::path(AUTOSCALE_SOURCE_DIR) / "device_profiles/mi8pro.yaml", 2, load);
  EXPECT_GT(refused, 100);
  EXPECT_LT(refused, 300);
}

TEST(Mutation, OfALinkIsLoadedOrRefused) {
  const auto load = [](const fs::path& file) {
    config::Diagnostics diagnostics;
    catalog().load_link(file, diagnostics);
    diagnostics.throw_if_any();
  };
  EXPECT_GT(refused_mutations(fs::path(AUTOSCALE_SOURCE_DIR) / "device_profiles/links/wifi.yaml", 3,
                              load),
            50);
}

TEST(Mutation, OfATraceIsLoadedOrRefused) {
  const auto load = [](const fs::path& file) {
    config::Diagnostics diagnostics;
    const auto format = catalog().trace_format(kOwnTraceFormat, {}, diagnostics);
    load_trace(file, *format, {"rssi_dbm", ""}, diagnostics);
    diagnostics.throw_if_any();
  };
  EXPECT_GT(refused_mutations(fs::path(AUTOSCALE_SOURCE_DIR) / "scenarios/signals/wifi_walk.csv", 4,
                              load),
            50);
}

}  // namespace
}  // namespace autoscale
