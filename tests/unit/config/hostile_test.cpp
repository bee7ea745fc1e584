// Input made to break the reader: it must answer with a value or a ConfigError, soon.
#include <random>

#include "tests/support/config_testing.h"

namespace autoscale::config {
namespace {

struct Kind {
  static constexpr std::string_view kName = "ar1";
  Dbm mean;
  template <class V>
  void fields(V& v) {
    v.required("mean", mean, "mean");
  }
};

struct Target {
  std::string name;
  Sourced<Watts> power;
  SourcedList<Hertz> clocks;
  std::variant<Kind> signal;
  std::map<std::string, std::vector<Duration>> times;
  std::optional<double> share;

  template <class V>
  void fields(V& v) {
    v.required("name", name, "name", non_empty);
    v.required("power", power, "power", positive);
    v.required("clocks", clocks, "clocks", positive, increasing);
    v.required("signal", signal, "signal");
    v.optional("times", times, "times", non_negative);
    v.optional("share", share, "share", ratio);
  }
};

const std::string kValid =
    "# A comment\n"
    "name: \"Mi 8 \\u00e9\"\n"
    "power: {value: 5.5 W, cited: 'it''s known'}\n"
    "clocks:\n"
    "  unit: MHz\n"
    "  values: [825.6, 902.4]\n"
    "  measured: >\n"
    "    folded\n"
    "    text\n"
    "signal: {ar1: {mean: -70 dBm}}\n"
    "times:\n"
    "  a: [5 ms, 1 h]\n"
    "  b:\n"
    "    - 0\n"
    "share: 0.5\n";

/// Whether the text is either read or refused with a ConfigError that has a message; anything else
/// ends the test program.
bool is_handled(std::string_view text) { return !read_error<Target>(text).empty(); }

TEST(ConfigHostile, TheStartingPointIsValid) { EXPECT_EQ(read_error<Target>(kValid), "no error"); }

class DeepNesting : public testing::TestWithParam<std::tuple<std::string, int>> {};

TEST_P(DeepNesting, IsRefused) {
  const auto& [unit, times] = GetParam();
  const std::string yaml = "a: " + repeat(unit, times);
  const std::string error = error_of([&] { parse_yaml(yaml, "f.yaml"); });
  EXPECT_NE(error.find("nesting deeper than 64"), std::string::npos) << error.substr(0, 200);
}

INSTANTIATE_TEST_SUITE_P(Brackets, DeepNesting,
                         testing::Combine(testing::Values("[", "{", "[{", "[\n", "[1, ", "{a: "),
                                          testing::Values(10'000, 1'000'000)));

TEST(ConfigHostile, DeepBlocksAreRefused) {
  for (const std::string unit : {"- ", "? ", ": ", "- a: ", "? - "}) {
    for (const int times : {10'000, 1'000'000}) {
      EXPECT_NE(error_of([&] { parse_yaml(repeat(unit, times), "f.yaml"); }), "no error") << unit;
    }
  }
  std::string staircase;
  for (int i = 0; i < 2000; ++i) staircase += std::string(i, ' ') + "a:\n";
  EXPECT_NE(error_of([&] { parse_yaml(staircase, "f.yaml"); }).find("nesting deeper than 64"),
            std::string::npos);
}

TEST(ConfigHostile, DeepOverridesAreRefused) {
  Node root = parse_yaml("a: 1", "f.yaml");
  Diagnostics diagnostics;
  apply_override(root, "a=" + repeat("[", 1'000'000), diagnostics);
  apply_override(root, repeat("a.", 1'000'000) + "a=1", diagnostics);
  apply_override(root, "a=" + repeat("{a: ", 10'000), diagnostics);
  EXPECT_EQ(diagnostics.list().size(), 3U);
}

TEST(ConfigHostile, AliasBombIsRefused) {
  std::string bomb = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 60; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    const std::string name = "a" + std::to_string(i);
    bomb += name + ": &" + name + " [" + before + ", " + before + "]\n";
  }
  const std::string error = error_of([&] { parse_yaml(bomb, "f.yaml"); });
  EXPECT_TRUE(error.starts_with("f.yaml:1:5: error: anchors are not allowed\n")) << error;
  EXPECT_NE(error_of([] { parse_yaml("a: &a [*a]\n", "f.yaml"); }), "no error");
}

TEST(ConfigHostile, ManyErrorsStayFew) {
  std::string yaml;
  for (int i = 0; i < 50'000; ++i) yaml += "k" + std::to_string(i) + ": &x !t 1\n";
  try {
    parse_yaml(yaml, "f.yaml");
    FAIL();
  } catch (const ConfigError& e) {
    EXPECT_EQ(e.diagnostics().size(), 101U);
  }
}

TEST(ConfigHostile, EveryTruncationIsHandled) {
  for (std::size_t length = 0; length <= kValid.size(); ++length) {
    EXPECT_TRUE(is_handled(std::string_view(kValid).substr(0, length))) << length;
  }
}

TEST(ConfigHostile, BinaryGarbageIsHandled) {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string text(random() % 300, '\0');
    // Half of the texts have no byte that the first check would refuse.
    const unsigned low = i % 2 == 0 ? 0 : 0x20;
    const unsigned high = i % 2 == 0 ? 0x100 : 0x7F;
    for (char& c : text) c = static_cast<char>(low + random() % (high - low));
    EXPECT_TRUE(is_handled(text)) << text;
  }
}

/// Changes up to four places: a byte replaced, removed, inserted, or a piece repeated.
std::string mutated(std::string text, std::mt19937& random) {
  constexpr std::string_view kTelling = "[]{},:-?&*!|>'\"%@`# \n\t0eE.+~<=\\\x01\x7F\xC3\xA9\xFF";
  const unsigned changes = 1 + random() % 4;
  for (unsigned i = 0; i < changes && !text.empty(); ++i) {
    const std::size_t at = random() % text.size();
    const char c = random() % 4 == 0 ? static_cast<char>(random() % 256)
                                     : kTelling[random() % kTelling.size()];
    switch (random() % 4) {
      case 0:
        text[at] = c;
        break;
      case 1:
        text.erase(at, 1 + random() % 3);
        break;
      case 2:
        text.insert(at, 1, c);
        break;
      default:
        text.insert(random() % text.size(), text.substr(at, random() % 20));
    }
  }
  return text;
}

TEST(ConfigHostile, MutationsGiveAValueOrAnError) {
  std::mt19937 random(2020);
  int accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = mutated(kValid, random);
    const std::string error = read_error<Target>(text);
    ASSERT_FALSE(error.empty()) << text;
    accepted += error == "no error" ? 1 : 0;
  }
  // Both outcomes are exercised: some changes hit comments and texts.
  EXPECT_GT(accepted, 1000);
  EXPECT_LT(accepted, 19'000);
}

TEST(ConfigHostile, MutatedOverridesAreHandled) {
  const Node root = parse_yaml(kValid, "f.yaml");
  std::mt19937 random(4);
  for (int i = 0; i < 5000; ++i) {
    Node copy = root;
    Diagnostics diagnostics;
    apply_override(copy, mutated("times.b[0]={a: [1, '2']}", random), diagnostics);
    read<Target>(copy, diagnostics);
  }
}

}  // namespace
}  // namespace autoscale::config
