// How mistakes are collected and worded.
#include "sim/config/diagnostics.h"

#include "tests/support/config_testing.h"

namespace autoscale::config {
namespace {

Mark mark_in(const std::string& file, int line, int column) {
  return {std::make_shared<const std::string>(file), line, column};
}

TEST(ConfigDiagnostics, LooksLikeACompilerError) {
  const Diagnostic diagnostic{mark_in("scenarios/q.yaml", 12, 5), "bad"};
  EXPECT_EQ(diagnostic.text(), "scenarios/q.yaml:12:5: error: bad");
}

TEST(ConfigDiagnostics, OmitsAnUnknownLineAndNamesAnUnknownFile) {
  EXPECT_EQ(to_string(mark_in("--set a=1", 0, 0)), "--set a=1");
  EXPECT_EQ(to_string(Mark{}), "<none>");
}

TEST(ConfigDiagnostics, ThrowsAllSortedByPlace) {
  Diagnostics diagnostics;
  diagnostics.error(mark_in("b.yaml", 1, 1), "last");
  diagnostics.error(mark_in("a.yaml", 10, 2), "a.b", "third");
  diagnostics.error(mark_in("a.yaml", 9, 7), "second");
  diagnostics.error(mark_in("a.yaml", 9, 3), "", "first");
  EXPECT_EQ(error_of([&] { diagnostics.throw_if_any(); }),
            "a.yaml:9:3: error: first\n"
            "a.yaml:9:7: error: second\n"
            "a.yaml:10:2: error: a.b: third\n"
            "b.yaml:1:1: error: last");
}

TEST(ConfigDiagnostics, ErrorKeepsTheList) {
  Diagnostics diagnostics;
  diagnostics.error(mark_in("a.yaml", 1, 2), "bad");
  try {
    diagnostics.throw_if_any();
    FAIL();
  } catch (const ConfigError& e) {
    ASSERT_EQ(e.diagnostics().size(), 1U);
    EXPECT_EQ(e.diagnostics()[0].mark.column, 2);
    EXPECT_EQ(e.diagnostics()[0].message, "bad");
  }
}

TEST(ConfigDiagnostics, TakesOverWhatWasCollectedElsewhere) {
  Diagnostics inner, outer;
  inner.error(file_mark("a.yaml"), "first");
  inner.error(file_mark("b.yaml"), "second");
  outer.add(inner.list());
  EXPECT_EQ(error_of([&] { outer.throw_if_any(); }),
            "a.yaml:1:1: error: first\nb.yaml:1:1: error: second");
}

TEST(ConfigDiagnostics, NothingToThrow) { EXPECT_NO_THROW(Diagnostics{}.throw_if_any()); }

TEST(ConfigDiagnostics, KeepsAHundredPerFile) {
  Diagnostics diagnostics;
  for (int i = 1; i <= 150; ++i) diagnostics.error(mark_in("a.yaml", i, 1), "bad");
  diagnostics.error(mark_in("b.yaml", 1, 1), "bad");
  ASSERT_EQ(diagnostics.list().size(), 102U);
  const std::string text = error_of([&] { diagnostics.throw_if_any(); });
  EXPECT_NE(text.find("a.yaml:100:1: error: bad\n"
                      "a.yaml: error: more than 100 errors, the rest is not shown\n"
                      "b.yaml:1:1: error: bad"),
            std::string::npos);
}

TEST(ConfigDiagnostics, SuggestsTheNearestName) {
  const std::vector<std::string> legal = {"profile", "count", "policy"};
  EXPECT_EQ(suggest("profle", legal), " (did you mean 'profile'?)");
  EXPECT_EQ(suggest("cuont", legal), " (did you mean 'count'?)");
  EXPECT_EQ(suggest("Policy", legal), " (did you mean 'policy'?)");
}

TEST(ConfigDiagnostics, SuggestsWhatBeginsAlike) {
  const std::vector<std::string> legal = {"mobilenet_v1", "mobilenet_v2", "resnet_50_v1"};
  EXPECT_EQ(suggest("mobilnet", legal), " (did you mean 'mobilenet_v1' or 'mobilenet_v2'?)");
  EXPECT_EQ(suggest("resnet", legal), " (did you mean 'resnet_50_v1'?)");
  EXPECT_EQ(suggest("res", legal), " (legal: mobilenet_v1, mobilenet_v2, resnet_50_v1)");
}

TEST(ConfigDiagnostics, ListsUpToTwentyNamesWhenNoneIsNear) {
  std::vector<std::string> legal = {"aaaa", "bbbb"};
  EXPECT_EQ(suggest("zzzz", legal), " (legal: aaaa, bbbb)");
  EXPECT_EQ(suggest("ab", legal), " (legal: aaaa, bbbb)");
  EXPECT_EQ(suggest("", legal), " (legal: aaaa, bbbb)");
  EXPECT_EQ(suggest("zzzz", {}), "");
  legal.resize(20, "cccc");
  EXPECT_NE(suggest("zzzz", legal), "");
  legal.resize(21, "cccc");
  EXPECT_EQ(suggest("zzzz", legal), "");
}

TEST(ConfigDiagnostics, ShortNamesNeedANearerMatch) {
  const std::vector<std::string> legal = {"no", "gpu"};
  EXPECT_EQ(suggest("on", legal), " (legal: no, gpu)");
  EXPECT_EQ(suggest("cpu", legal), " (did you mean 'gpu'?)");
}

TEST(ConfigDiagnostics, PrintableFitsOneLine) {
  EXPECT_EQ(printable("a\nb\tc\x7f"), "a?b?c?");
  EXPECT_EQ(printable(repeat("x", 60)), repeat("x", 60));
  EXPECT_EQ(printable(repeat("x", 61)), repeat("x", 60) + "...");
  EXPECT_EQ(printable("x" + repeat("\xC3\xA9", 40)), "x" + repeat("\xC3\xA9", 29) + "...");
}

TEST(ConfigDiagnostics, PathsAreNotCut) {
  const std::string folder = repeat("deeply/", 20);
  for (const std::string& path : {folder + "phone", "../" + folder, repeat("x", 80) + ".yaml",
                                  repeat("x", 80) + ".csv", repeat("\xC3\xA9", 40) + ".mahi"}) {
    EXPECT_EQ(printable(path), path);
  }
  EXPECT_EQ(printable(folder + "a\nb"), folder + "a?b");
  EXPECT_EQ(printable("0." + repeat("3", 80)), "0." + repeat("3", 58) + "...");
  EXPECT_EQ(printable_path(repeat("x", 255)), repeat("x", 255));
  EXPECT_EQ(printable_path(repeat("x", 256)), repeat("x", 255) + "...");
  EXPECT_EQ(printable(repeat("x/", 5000)), repeat("x/", 2048) + "...");
}

TEST(ConfigDiagnostics, PathsStartWhereTheyAreSaid) {
  const auto file = std::make_shared<const std::string>("dir/f.yaml");
  EXPECT_EQ(path_at({file, 3, 1}, "walk.csv"), "dir/walk.csv");
  EXPECT_EQ(path_at({file, 3, 1}, "../walk.csv"), "dir/../walk.csv");
  EXPECT_EQ(path_at({file, 3, 1}, "/tmp/walk.csv"), "/tmp/walk.csv");
  EXPECT_EQ(path_at(file_mark("f.yaml"), "walk.csv"), "walk.csv");
  const auto option = std::make_shared<const std::string>("--set trace.file=dir/walk.csv");
  EXPECT_EQ(path_at({option, 0, 0}, "dir/walk.csv"), "dir/walk.csv");
  EXPECT_EQ(path_at({}, "walk.csv"), "walk.csv");
}

}  // namespace
}  // namespace autoscale::config
