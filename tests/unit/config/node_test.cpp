// The tree, includes and overrides.
#include "sim/config/node.h"

#include "tests/support/config_testing.h"

namespace autoscale::config {
namespace {

std::string parse_error(std::string_view text) {
  return error_of([&] { parse_yaml(text, "f.yaml"); });
}

/// The tree as one line: maps {key: value}, texts in quotes if they were quoted.
std::string dump(const Node& node) {
  std::string text;
  switch (node.kind) {
    case Node::Kind::kNull:
      return "~";
    case Node::Kind::kScalar:
      return node.quoted ? "\"" + node.text + "\"" : node.text;
    case Node::Kind::kSequence:
      for (const Node& item : node.items) text += (text.empty() ? "" : ", ") + dump(item);
      return "[" + text + "]";
    case Node::Kind::kMap:
      for (const Node::Entry& entry : node.entries) {
        text += (text.empty() ? "" : ", ") + entry.key + ": " + dump(entry.value);
      }
      return "{" + text + "}";
  }
  return "";
}

TEST(ConfigNode, KeepsKindsTextsAndQuotes) {
  const Node root = parse_yaml("a: 010\nb: 'yes'\nc: [1, {d: ~}]\ne:\nf: |\n  x\n", "f.yaml");
  EXPECT_EQ(dump(root), "{a: 010, b: \"yes\", c: [1, {d: ~}], e: ~, f: \"x\n\"}");
}

TEST(ConfigNode, KnowsLineAndColumn) {
  const Node root = parse_yaml("# note\na:\n  - b: 5 ms\n", "dir/f.yaml");
  EXPECT_EQ(to_string(root.mark), "dir/f.yaml:2:1");
  EXPECT_EQ(to_string(root.entries[0].mark), "dir/f.yaml:2:1");
  const Node& item = root.find("a")->items[0];
  EXPECT_EQ(to_string(item.mark), "dir/f.yaml:3:5");
  EXPECT_EQ(to_string(item.find("b")->mark), "dir/f.yaml:3:8");
}

TEST(ConfigNode, PlacesAMissingValueAtItsKey) {
  const Node root = parse_yaml("a:\nb: ~\n", "f.yaml");
  EXPECT_EQ(to_string(root.find("a")->mark), "f.yaml:1:1");
  EXPECT_EQ(to_string(root.find("b")->mark), "f.yaml:2:4");
}

TEST(ConfigNode, FindsKeys) {
  const Node root = parse_yaml("{a: 1, b: 2}", "f.yaml");
  EXPECT_EQ(root.find("b")->text, "2");
  EXPECT_EQ(root.find("c"), nullptr);
  EXPECT_EQ(root.find("a")->find("b"), nullptr);
}

TEST(ConfigNode, ReadsJsonWindowsLinesAndByteOrderMarks) {
  EXPECT_EQ(dump(parse_yaml("{\"a\":{\"b\":[1,\"x\"]}}", "f")), "{a: {b: [1, \"x\"]}}");
  EXPECT_EQ(dump(parse_yaml("a: 1\r\nb: 2\r\n", "f")), "{a: 1, b: 2}");
  EXPECT_EQ(dump(parse_yaml("\xEF\xBB\xBF"
                            "a: 1\n",
                            "f")),
            "{a: 1}");
  EXPECT_EQ(dump(parse_yaml("%YAML 1.2\n---\na: 1\n...\n", "f")), "{a: 1}");
}

TEST(ConfigNode, RefusesAnchorsAliasesAndMergeKeys) {
  EXPECT_EQ(parse_error("a: &x 1\nb: *x\n"),
            "f.yaml:1:4: error: anchors are not allowed\n"
            "f.yaml:2:4: error: aliases are not allowed");
  EXPECT_EQ(parse_error("a: &x\n  b: 1\nc: &y [1]\n"),
            "f.yaml:1:4: error: anchors are not allowed\n"
            "f.yaml:3:4: error: anchors are not allowed");
  EXPECT_EQ(parse_error("a: &x\nb: 1\n"), "f.yaml:1:4: error: anchors are not allowed");
  EXPECT_EQ(parse_error("a: {<<: {b: 1}}\n"), "f.yaml:1:5: error: merge keys are not allowed");
}

TEST(ConfigNode, RefusesTags) {
  EXPECT_EQ(parse_error("a: !!str 5\n"), "f.yaml:1:4: error: tags are not allowed");
  EXPECT_EQ(parse_error("# \xC3\xA9\na: ! 5\n"), "f.yaml:2:4: error: tags are not allowed");
  EXPECT_EQ(parse_error("a: !t {b: 1}\nc: !t [1]\n"),
            "f.yaml:1:4: error: tags are not allowed\n"
            "f.yaml:2:4: error: tags are not allowed");
  EXPECT_EQ(parse_error("!t a: 1\n"), "f.yaml:1:1: error: tags are not allowed");
  EXPECT_EQ(parse_error("a: '!t'\nb: x!\n"), "no error");
}

TEST(ConfigNode, RefusesDuplicateKeys) {
  EXPECT_EQ(parse_error("a: 1\nb: {c: 1, 'c': 2}\na: 3\n"),
            "f.yaml:2:11: error: key 'c' appears twice in the same map\n"
            "f.yaml:3:1: error: key 'a' appears twice in the same map");
}

TEST(ConfigNode, RefusesKeysThatAreNotText) {
  EXPECT_EQ(parse_error("? [a]\n: 1\n"), "f.yaml:1:3: error: a key must be a text");
  EXPECT_EQ(parse_error("{{a: 1}: 2, [b]: 3}\n"),
            "f.yaml:1:2: error: a key must be a text\n"
            "f.yaml:1:13: error: a key must be a text");
  EXPECT_EQ(parse_error("a: {: 1}\n"), "f.yaml:1:5: error: a key must be a text");
  EXPECT_EQ(parse_error("'': 1\n"), "f.yaml:1:1: error: a key must be a text");
}

TEST(ConfigNode, WantsExactlyOneDocument) {
  EXPECT_EQ(parse_error(""), "f.yaml:1:1: error: the file is empty");
  EXPECT_EQ(parse_error("# only a comment\n"), "f.yaml:1:1: error: the file is empty");
  EXPECT_EQ(parse_error("a: 1\n---\nb: 2\n"),
            "f.yaml:2:1: error: expected the end of the file: one document is allowed");
}

TEST(ConfigNode, ReportsSyntaxErrorsInPlace) {
  EXPECT_EQ(parse_error("a: [1, 2\n"), "f.yaml:2:1: error: end of sequence flow not found");
  EXPECT_EQ(parse_error("[{a: 1}, {b: 2"), "f.yaml:1:1: error: end of map flow not found");
  EXPECT_EQ(parse_error("a: 1\n\t- b\n"),
            "f.yaml:2:1: error: illegal tab when looking for indentation");
}

TEST(ConfigNode, RefusesQuotesThatTheEndOfTheFileCloses) {
  EXPECT_EQ(parse_error("a: \"x\n"), "f.yaml:1:4: error: the quote is not closed");
  EXPECT_EQ(parse_error("a: 'x\nb: 2\n"), "f.yaml:1:4: error: the quote is not closed");
  EXPECT_EQ(parse_error("a: 'x''\n"), "f.yaml:1:4: error: the quote is not closed");
  EXPECT_EQ(parse_error("a: \"x\\\"\n"), "f.yaml:1:4: error: the quote is not closed");
  EXPECT_EQ(parse_error("a: 'it''s'\nb: \"\\\\\"\nc: it's\n"), "no error");
}

TEST(ConfigNode, RefusesBytesThatAreNotText) {
  EXPECT_EQ(parse_error("a: 1\nb: \xFF\n"), "f.yaml:2:4: error: not UTF-8 text");
  EXPECT_EQ(parse_error(std::string_view("a: \0", 4)), "f.yaml:1:4: error: control character 0x00");
  EXPECT_EQ(parse_error("a: \x04"), "f.yaml:1:4: error: control character 0x04");
  EXPECT_EQ(parse_error("a: \xC0\x80"), "f.yaml:1:4: error: not UTF-8 text");          // overlong
  EXPECT_EQ(parse_error("a: \xED\xA0\x80"), "f.yaml:1:4: error: not UTF-8 text");      // surrogate
  EXPECT_EQ(parse_error("a: \xF4\x90\x80\x80"), "f.yaml:1:4: error: not UTF-8 text");  // too large
  EXPECT_EQ(parse_error("a: \xE2\x82"), "f.yaml:1:4: error: not UTF-8 text");          // cut off
  EXPECT_EQ(parse_error("a: \xF0\x9F\x98\x80 \xE2\x82\xAC"), "no error");
  EXPECT_EQ(parse_error("a: \"x\\0y\"\n"), "f.yaml:1:4: error: a text must not contain NUL");
}

TEST(ConfigNode, AllowsNestingTo64) {
  EXPECT_EQ(parse_error(repeat("[", 64) + repeat("]", 64)), "no error");
  EXPECT_EQ(parse_error(repeat("[", 65) + repeat("]", 65)),
            "f.yaml:1:65: error: nesting deeper than 64");
  EXPECT_EQ(parse_error(repeat("{a: ", 65)), "f.yaml:1:253: error: nesting deeper than 64");
  EXPECT_EQ(parse_error(repeat("- ", 65)), "f.yaml:1:129: error: nesting deeper than 64");
}

TEST(ConfigNode, BracketsInTextsAreNoNesting) {
  const std::string brackets = repeat("[", 100) + repeat("{ ", 100);
  EXPECT_EQ(parse_error("a: '" + brackets + "'"), "no error");
  EXPECT_EQ(parse_error("{\"a\": \"" + brackets + "\"}"), "no error");
  EXPECT_EQ(parse_error("a: 1  # " + brackets), "no error");
  EXPECT_EQ(parse_error("a: |\n  " + brackets), "no error");
  EXPECT_EQ(parse_error("a: b" + brackets), "no error");
  EXPECT_EQ(parse_error("a: '" + brackets + "'\nb: " + repeat("[", 65) + repeat("]", 65)),
            "f.yaml:2:67: error: nesting deeper than 64");
}

using ConfigFile = InTemporaryFolder;

TEST_F(ConfigFile, SaysWhyAFileCannotBeRead) {
  EXPECT_EQ(error_of([] { load_yaml("no.yaml"); }),
            "no.yaml:1:1: error: cannot read 'no.yaml': No such file or directory");
  std::filesystem::create_directory("d");
  EXPECT_EQ(error_of([] { load_yaml("d"); }), "d:1:1: error: cannot read 'd': it is a directory");
  EXPECT_EQ(error_of([] { load_yaml("/dev/null"); }),
            "/dev/null:1:1: error: cannot read '/dev/null': it is not a regular file");
}

TEST_F(ConfigFile, RefusesALargeFileUnread) {
  write("big.yaml", "a: 1\n");
  std::filesystem::resize_file("big.yaml",
                               kMaxFileBytes + 1);  // NUL bytes, which reading would find
  EXPECT_EQ(error_of([] { load_yaml("big.yaml"); }),
            "big.yaml:1:1: error: cannot read 'big.yaml': it has 8388609 bytes, more than 8388608");
  std::filesystem::resize_file("big.yaml", kMaxFileBytes);
  EXPECT_EQ(error_of([] { load_yaml("big.yaml"); }), "big.yaml:2:1: error: control character 0x00");
}

TEST_F(ConfigFile, MergesIncludesBelowTheIncludingFile) {
  write("base/one.yaml", "a: {x: 1, y: 1, list: [1, 2]}\nb: 1\n");
  write("base/two.yaml", "b: {z: 2}\nc: 2\n");
  write("top.yaml", "include: [base/one.yaml, base/two.yaml]\na: {y: 3, list: [3]}\nd: 3\n");
  const Node root = load_yaml("top.yaml");
  EXPECT_EQ(dump(root), "{a: {x: 1, y: 3, list: [3]}, b: {z: 2}, c: 2, d: 3}");
  EXPECT_EQ(to_string(root.mark), "top.yaml:1:1");
  EXPECT_EQ(to_string(root.find("a")->mark), "top.yaml:2:4");
  EXPECT_EQ(to_string(root.find("a")->find("x")->mark), "base/one.yaml:1:8");
  EXPECT_EQ(to_string(root.find("a")->find("y")->mark), "top.yaml:2:8");
  EXPECT_EQ(to_string(root.entries[2].mark), "base/two.yaml:2:1");
}

TEST_F(ConfigFile, ANumberWithItsOriginTakesAwayTheOriginBelow) {
  write("base.yaml", "a: {value: 1 W, assumed: guess}\nb: {value: 2, cited: book}\n");
  write("top.yaml", "include: base.yaml\na: {value: 3 W, measured: meter}\nb: {value: 4}\n");
  EXPECT_EQ(dump(load_yaml("top.yaml")),
            "{a: {value: 3 W, measured: meter}, b: {value: 4, cited: book}}");
}

TEST_F(ConfigFile, IncludesAreRelativeToTheirFile) {
  write("d/e/leaf.yaml", "a: 1\n");
  write("d/middle.yaml", "include: e/leaf.yaml\nb: 2\n");
  write("top.yaml", "include: d/middle.yaml\n");
  EXPECT_EQ(dump(load_yaml("top.yaml")), "{a: 1, b: 2}");
}

TEST_F(ConfigFile, TheSameFileMayBeIncludedTwice) {
  write("leaf.yaml", "a: 1\n");
  write("left.yaml", "include: leaf.yaml\n");
  write("top.yaml", "include: [left.yaml, leaf.yaml]\n");
  EXPECT_EQ(dump(load_yaml("top.yaml")), "{a: 1}");
}

TEST_F(ConfigFile, ReportsEveryBadInclude) {
  write("bad.yaml", "a: 1\na: 2\n");
  write("list.yaml", "[1]\n");
  write("top.yaml", "include: [no.yaml, bad.yaml, list.yaml, {x: 1}, ~]\nb: &c 1\n");
  EXPECT_EQ(error_of([] { load_yaml("top.yaml"); }),
            "bad.yaml:2:1: error: key 'a' appears twice in the same map\n"
            "top.yaml:1:11: error: cannot read 'no.yaml': No such file or directory\n"
            "top.yaml:1:30: error: include: 'list.yaml' must be a map, it is a list\n"
            "top.yaml:1:41: error: include: expected a file name or a list of them, got a map\n"
            "top.yaml:1:49: error: include: expected a file name or a list of them, got nothing\n"
            "top.yaml:2:4: error: anchors are not allowed");
}

TEST_F(ConfigFile, IncludeCyclesNameTheirChain) {
  write("a.yaml", "include: d/b.yaml\n");
  write("d/b.yaml", "x: 1\ninclude: ../a.yaml\n");
  EXPECT_EQ(error_of([] { load_yaml("a.yaml"); }),
            "d/b.yaml:2:10: error: include: include cycle: a.yaml -> d/b.yaml -> d/../a.yaml");
  write("self.yaml", "include: self.yaml\n");
  EXPECT_EQ(error_of([] { load_yaml("self.yaml"); }),
            "self.yaml:1:10: error: include: include cycle: self.yaml -> self.yaml");
}

TEST_F(ConfigFile, IncludesGoSixteenDeep) {
  for (int i = 0; i < 17; ++i) {
    write(std::to_string(i) + ".yaml", "include: " + std::to_string(i + 1) + ".yaml\n");
  }
  write("17.yaml", "a: 1\n");
  EXPECT_EQ(dump(load_yaml("1.yaml")), "{a: 1}");
  EXPECT_EQ(error_of([] { load_yaml("0.yaml"); }),
            "16.yaml:1:10: error: include: includes deeper than 16: 0.yaml -> 1.yaml -> 2.yaml -> "
            "3.yaml -> 4.yaml -> 5.yaml -> 6.yaml -> 7.yaml -> 8.yaml -> 9.yaml -> 10.yaml -> "
            "11.yaml -> 12.yaml -> 13.yaml -> 14.yaml -> 15.yaml -> 16.yaml -> 17.yaml");
}

TEST_F(ConfigFile, IncludesDoNotMultiplyForEver) {
  for (int i = 0; i < 16; ++i) {
    const std::string next = std::to_string(i + 1) + ".yaml";
    write(std::to_string(i) + ".yaml", "include: [" + next + ", " + next + ", " + next + "]\n");
  }
  write("16.yaml", "a: 1\n");
  const std::string text = error_of([] { load_yaml("0.yaml"); });
  EXPECT_NE(text.find("error: include: more than 256 files are included"), std::string::npos);
  EXPECT_EQ(text.find('\n'), std::string::npos);
}

std::string overridden(std::string_view yaml, std::string_view assignment) {
  Node root = parse_yaml(yaml, "f.yaml");
  Diagnostics diagnostics;
  apply_override(root, assignment, diagnostics);
  if (diagnostics.empty()) return dump(root);
  EXPECT_EQ(dump(root), dump(parse_yaml(yaml, "f.yaml"))) << "a failed override changed the tree";
  return diagnostics.list().front().text();
}

TEST(ConfigOverride, ReplacesAndCreates) {
  EXPECT_EQ(overridden("a: 1\nb: 2\n", "a=5 ms"), "{a: 5 ms, b: 2}");
  EXPECT_EQ(overridden("d: [{n: 1}, {n: 2}]\n", "d[1].n=-80 dBm"), "{d: [{n: 1}, {n: -80 dBm}]}");
  EXPECT_EQ(overridden("a: 1\n", "b.c.d=x"), "{a: 1, b: {c: {d: x}}}");
  EXPECT_EQ(overridden("a: ~\n", "a.b=1"), "{a: {b: 1}}");
  EXPECT_EQ(overridden("a: [[1, 2], [3]]\n", "a[1][0]=4"), "{a: [[1, 2], [4]]}");
  EXPECT_EQ(overridden("[1, 2]", "[0]=3"), "[3, 2]");
}

TEST(ConfigOverride, ValuesAreFlowYaml) {
  EXPECT_EQ(overridden("a: 1\n", "a=[1, {b: 'x'}]"), "{a: [1, {b: \"x\"}]}");
  EXPECT_EQ(overridden("a: 1\n", "a={ar1: {mean: -70 dBm}}"), "{a: {ar1: {mean: -70 dBm}}}");
  EXPECT_EQ(overridden("a: 1\n", "a=null"), "{a: ~}");
  EXPECT_EQ(overridden("a: 1\n", "a=\"\""), "{a: \"\"}");
  EXPECT_EQ(overridden("a: 1\n", "a=77 mW/(Mbit/s)"), "{a: 77 mW/(Mbit/s)}");
  EXPECT_EQ(overridden("a: 1\n", "a=b=c"), "{a: b=c}");
}

TEST(ConfigOverride, MistakesAreNamedAfterTheOption) {
  const std::string form = "expected PATH=VALUE such as devices[0].count=5";
  EXPECT_EQ(overridden("a: 1\n", "a"), "--set a: error: " + form);
  EXPECT_EQ(overridden("a: 1\n", "["), "--set [: error: " + form);
  for (const std::string bad :
       {"", "a.", ".a", "a..b", "a[x]", "a[0", "a[0]b", "a[-1]", "a[99999999999999999999]"}) {
    EXPECT_EQ(
        overridden("a: 1\n", bad + "=1"),
        "--set " + bad + "=1: error: expected a path such as devices[0].count, got '" + bad + "'");
  }
  EXPECT_EQ(overridden("a: [1]\n", "a[1]=5"), "--set a[1]=5: error: [1]: the list has 1 items");
  EXPECT_EQ(overridden("a: 1\n", "a[0]=5"), "--set a[0]=5: error: [0]: expected a list, found '1'");
  EXPECT_EQ(overridden("a: 1\n", "a.b=5"), "--set a.b=5: error: b: expected a map, found '1'");
  EXPECT_EQ(overridden("a: 1\n", "b.c[0]=5"), "--set b.c[0]=5: error: [0]: there is no list");
  EXPECT_EQ(overridden("a: 1\n", "a="), "--set a=: error: expected one value after '=', got 0");
  EXPECT_EQ(overridden("a: 1\n", "a=1, 2"),
            "--set a=1, 2: error: expected one value after '=', got 2");
  EXPECT_EQ(overridden("a: 1\n", "a=[1"), "--set a=[1: error: end of sequence flow not found");
  EXPECT_EQ(overridden("a: 1\n", "a=&x 1"), "--set a=&x 1: error: anchors are not allowed");
  EXPECT_EQ(overridden("a: 1\n", "a=1] [2"),
            "--set a=1] [2: error: expected the end of the file: one document is allowed");
  EXPECT_EQ(overridden("a: 1\n", "a" + repeat(".a", 64) + "=1"),
            "--set a" + repeat(".a", 64) + "=1: error: nesting deeper than 64");
}

TEST(ConfigSetValue, KeepsThePlaceOfTheValue) {
  Node root = parse_yaml("a: {x: 1}\n", "f.yaml");
  const Node values = parse_yaml("value: {deep: [5 ms]}\n", "g.yaml");
  Diagnostics diagnostics;
  set_value(root, "a.y.z", *values.find("value"), diagnostics);
  EXPECT_EQ(dump(root), "{a: {x: 1, y: {z: {deep: [5 ms]}}}}");
  const Node& made = *root.find("a")->find("y");
  EXPECT_EQ(to_string(made.mark), "g.yaml:1:8");
  EXPECT_EQ(to_string(made.find("z")->find("deep")->items[0].mark), "g.yaml:1:16");
  set_value(root, "a.x[3]", *values.find("value"), diagnostics);
  ASSERT_EQ(diagnostics.list().size(), 1U);
  EXPECT_EQ(diagnostics.list()[0].text(), "g.yaml:1:8: error: [3]: expected a list, found '1'");
}

TEST(ConfigOverride, LaterErrorsAreNamedAfterTheOptionToo) {
  Node root = parse_yaml("a: 1\n", "f.yaml");
  Diagnostics diagnostics;
  apply_override(root, "b.c=[x]", diagnostics);
  EXPECT_EQ(to_string(root.find("b")->mark), "--set b.c=[x]");
  EXPECT_EQ(to_string(root.find("b")->find("c")->items[0].mark), "--set b.c=[x]");
}

}  // namespace
}  // namespace autoscale::config
