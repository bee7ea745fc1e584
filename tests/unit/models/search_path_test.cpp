// Where data is looked for: the order of the folders, names that two of them have, and includes.
#include "sim/models/search_path.h"

#include "sim/core/output_file.h"
#include "tests/support/config_testing.h"
#include "tests/support/temporary_folder.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;
using config::Diagnostics;

const config::Mark kHere{std::make_shared<const std::string>("here"), 0, 0};

/// Two folders of a user's and a whole one.
class SearchPathTest : public testing::Test {
 protected:
  SearchPathTest() {
    write("mine/device_profiles/a.yaml", "name: a\n");
    write("more/device_profiles/b.yaml", "name: b\n");
    write("shipped/device_profiles/c.yaml", "name: c\n");
    write("shipped/workloads/roofline.yaml", "name: roofline\n");
  }

  void write(const fs::path& file, std::string_view content) {
    fs::create_directories((root() / file).parent_path());
    write_all(root() / file, content);
  }
  fs::path root() const { return directory_.path(); }
  std::string text(const char* folder) const { return (root() / folder).string(); }

  SearchPath path(const std::vector<std::string>& data, const std::string& variable = "") const {
    return {data, variable, [this] { return root() / "shipped"; }};
  }
  std::vector<fs::path> folders(std::initializer_list<const char*> names) const {
    std::vector<fs::path> all;
    for (const char* name : names) all.push_back(root() / name);
    return all;
  }

 private:
  TemporaryFolder directory_;
};

TEST_F(SearchPathTest, OptionsComeBeforeTheVariableAndThatBeforeTheShippedData) {
  EXPECT_EQ(path({}).folders(), folders({"shipped"}));
  EXPECT_EQ(path({text("more")}, text("mine")).folders(), folders({"more", "mine", "shipped"}));
  EXPECT_EQ(path({text("more"), text("mine")}).folders(), folders({"more", "mine", "shipped"}));
  EXPECT_EQ(path({}, text("mine") + ':' + text("more")).folders(),
            folders({"mine", "more", "shipped"}));
}

TEST_F(SearchPathTest, EmptyEntriesAndRepeatedFoldersAreSkipped) {
  EXPECT_EQ(path({}, ":" + text("mine") + "::" + text("mine") + "/:").folders(),
            folders({"mine", "shipped"}));
  EXPECT_EQ(path({text("mine")}, text("mine")).folders(), folders({"mine", "shipped"}));
}

TEST_F(SearchPathTest, AWholeFolderStandsInForTheShippedData) {
  write("copy/workloads/roofline.yaml", "name: roofline\n");
  const auto none = []() -> fs::path { throw IoError("no shipped data"); };
  EXPECT_EQ(SearchPath({text("mine")}, text("copy"), none).folders(), folders({"mine", "copy"}));
  EXPECT_EQ(path({}, text("shipped") + ':' + text("mine")).folders(), folders({"shipped", "mine"}));
  EXPECT_THROW(SearchPath({text("mine")}, "", none), IoError);
}

TEST_F(SearchPathTest, FoldersMustHoldData) {
  const auto message = [this](const std::vector<std::string>& data, const std::string& variable) {
    try {
      path(data, variable);
    } catch (const IoError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  fs::create_directory(root() / "empty");
  const std::string none = ": no device_profiles/, workloads/ or scenarios/ there";
  EXPECT_EQ(message({"/nonexistent"}, ""), "data folder /nonexistent" + none);
  EXPECT_EQ(message({text("empty")}, ""), "data folder " + text("empty") + none);
  EXPECT_EQ(message({}, text("mine") + ":/nonexistent"), "AUTOSCALE_DATA=/nonexistent" + none);
}

TEST_F(SearchPathTest, NamesOfAllFoldersAreKnownOnce) {
  write("mine/device_profiles/c.yaml", "name: c\n");
  write("mine/device_profiles/a.latency.csv", "");
  const SearchPath search = path({text("mine")}, text("more"));
  EXPECT_EQ(search.names("device_profiles", ".yaml"), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(search.names("device_profiles", ".latency.csv"), std::vector<std::string>{"a"});
  EXPECT_EQ(search.names("nothing", ".yaml"), std::vector<std::string>());
}

TEST_F(SearchPathTest, ANameOfTwoFoldersIsReportedWithBothPlaces) {
  write("mine/device_profiles/c.yaml", "name: c\n");
  const SearchPath search = path({text("mine")});
  Diagnostics diagnostics;
  EXPECT_EQ(search.one("device_profiles/a.yaml", kHere, diagnostics),
            root() / "mine/device_profiles/a.yaml");
  EXPECT_EQ(search.one("device_profiles/d.yaml", kHere, diagnostics), std::nullopt);
  EXPECT_TRUE(diagnostics.empty());
  search.one("device_profiles/c.yaml", kHere, diagnostics);
  ASSERT_EQ(diagnostics.list().size(), 1U);
  EXPECT_EQ(diagnostics.list().front().text(), "here: error: two data folders have this name: '" +
                                                   text("mine") + "/device_profiles/c.yaml' and '" +
                                                   text("shipped") + "/device_profiles/c.yaml'");
}

TEST_F(SearchPathTest, OneFileByTwoPathsIsOneFile) {
  fs::create_directories(root() / "links/device_profiles");
  fs::create_symlink(root() / "shipped/device_profiles/c.yaml",
                     root() / "links/device_profiles/c.yaml");
  EXPECT_EQ(path({text("links")}).all("device_profiles/c.yaml").size(), 1U);
}

TEST_F(SearchPathTest, ScenariosAndSweepsAreFoundByName) {
  write("mine/scenarios/own.yaml", "name: own\n");
  write("shipped/scenarios/theirs.yaml", "name: theirs\n");
  write("shipped/scenarios/sweeps/many.yaml", "name: many\n");
  const SearchPath search = path({text("mine")});
  for (const char* name : {"own", "own.yaml", "scenarios/own", "scenarios/own.yaml"}) {
    EXPECT_EQ(search.find(name), root() / "mine/scenarios/own.yaml") << name;
  }
  EXPECT_EQ(search.find("theirs"), root() / "shipped/scenarios/theirs.yaml");
  EXPECT_EQ(search.find("many"), root() / "shipped/scenarios/sweeps/many.yaml");
  EXPECT_EQ(search.find(text("mine") + "/scenarios/own.yaml"), root() / "mine/scenarios/own.yaml");
  EXPECT_EQ(search.find("none"), std::nullopt);
  write("shipped/scenarios/own.yaml", "name: own\n");
  EXPECT_EQ(config::error_of([&] { search.find("own"); }),
            "own: error: two data folders have this name: '" + text("mine") +
                "/scenarios/own.yaml' and '" + text("shipped") + "/scenarios/own.yaml'");
}

TEST_F(SearchPathTest, APathComesBeforeANameAndANameNeedsNoEnding) {
  write("mine/device_profiles/c.yaml", "name: mine\n");
  write("work/c.yaml", "name: work\n");
  write("work/c", "name: no ending\n");
  write("shipped/scenarios/signals/walk.csv", "time_s,rssi_dbm\n0,-50\n");
  write("shipped/device_profiles/links/lte.yaml", "name: lte\n");
  fs::create_directories(root() / "work/a.yaml");
  const SearchPath search = path({text("more")});
  const config::Mark in_file = config::file_mark(root() / "work/f.yaml");
  const auto found = [&](const DataKind& kind, const std::string& name) {
    Diagnostics diagnostics;
    const auto file = search.find(kind, name, in_file, diagnostics);
    EXPECT_TRUE(diagnostics.empty()) << name;
    return file ? file->lexically_normal().lexically_relative(root()).string() : "none";
  };
  EXPECT_EQ(found(kDeviceFiles, "c"), "shipped/device_profiles/c.yaml");
  EXPECT_EQ(found(kDeviceFiles, "c.yaml"), "work/c.yaml");
  EXPECT_EQ(found(kDeviceFiles, "./c"), "work/c");
  EXPECT_EQ(found(kDeviceFiles, "../work/c.yaml"), "work/c.yaml");
  EXPECT_EQ(found(kDeviceFiles, text("mine") + "/device_profiles/c.yaml"),
            "mine/device_profiles/c.yaml");
  EXPECT_EQ(found(kDeviceFiles, "device_profiles/b.yaml"), "more/device_profiles/b.yaml");
  EXPECT_EQ(found(kDeviceFiles, "device_profiles/b"), "more/device_profiles/b.yaml");
  EXPECT_EQ(found(kLinkFiles, "lte"), "shipped/device_profiles/links/lte.yaml");
  EXPECT_EQ(found(kTraceFiles, "c"), "work/c");
  EXPECT_EQ(found(kTraceFiles, "scenarios/signals/walk.csv"), "shipped/scenarios/signals/walk.csv");
  // A file that is missed is not quietly the shipped one, and a path is not a name.
  for (const char* name : {"b.yaml", "./device_profiles/b.yaml", "a.yaml", "../more/b",
                           "device_profiles/../device_profiles/b.yaml", "/device_profiles/b", ""}) {
    EXPECT_EQ(found(kDeviceFiles, name), "none") << name;
  }
  EXPECT_EQ(found(kTraceFiles, "walk.csv"), "none");
}

TEST_F(SearchPathTest, IncludesAreLookedForBesideTheirIncluderFirst) {
  write("mine/scenarios/own.yaml", "include: [beside.yaml, scenarios/base.yaml]\n");
  write("mine/scenarios/beside.yaml", "a: 1\n");
  write("shipped/scenarios/beside.yaml", "a: 2\n");
  write("shipped/scenarios/base.yaml", "b: 3\n");
  const SearchPath search = path({text("mine")});
  const config::Node root_node = search.load_yaml(root() / "mine/scenarios/own.yaml");
  ASSERT_NE(root_node.find("a"), nullptr);
  EXPECT_EQ(root_node.find("a")->text, "1");
  ASSERT_NE(root_node.find("b"), nullptr);
  EXPECT_EQ(root_node.find("b")->text, "3");
  write("mine/scenarios/base.yaml", "b: 4\n");
  const std::string error =
      config::error_of([&] { search.load_yaml(root() / "mine/scenarios/own.yaml"); });
  EXPECT_NE(error.find("own.yaml:1:24: error: two data folders have this name"), std::string::npos)
      << error;
}

TEST_F(SearchPathTest, MessagesNameTheFoldersWhereThereAreSeveral) {
  EXPECT_EQ(path({}).searched(), "");
  EXPECT_EQ(
      path({text("mine"), text("more")}).searched(),
      "; searched '" + text("mine") + "', '" + text("more") + "' and '" + text("shipped") + "'");
}

}  // namespace
}  // namespace autoscale
