// Files as a user names them: on the command line from where they stand, in a file from that file,
// what is shipped by its name from anywhere; and messages that show a path to its end.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/program_testing.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

constexpr const char* kTrace = "time_s,rssi_dbm\n0,-50\n10,-60\n";
constexpr const char* kPhone =
    "include: device_profiles/mi8pro.yaml\nname: a phone\n"
    "latency_from: {device: mi8pro, factor: {value: 1.2, assumed: test}}\n";
constexpr const char* kRest =
    "policies: [cloud]\nrelative_metrics: false\ncompare_with_opt: false\n"
    "phases: [{name: test, inferences: 3}]\n";

/// A user stands in work/; the scenario s.yaml and what belongs to it lie in there/.
class PathsTest : public testing::Test {
 protected:
  PathsTest() {
    fs::create_directory(root() / "work");
    write("there/s.yaml", fmt::format("name: s\ndevices: [{{profile: mi8pro}}]\n{}", kRest));
  }

  fs::path root() const { return folder_.path(); }
  void write(const fs::path& file, const std::string& content) const {
    fs::create_directories((root() / file).parent_path());
    write_all(root() / file, content);
  }

  /// The program, started in work/ without AUTOSCALE_DATA.
  ProgramResult program(const Words& words) const {
    ProgramSetting setting;
    setting.folder = root() / "work";
    setting.data = "unset";
    return run_program(words, setting);
  }
  void expect_runs(const Words& words) const {
    const ProgramResult result = program(words);
    EXPECT_EQ(result.code, 0) << testing::PrintToString(words) << result.err;
  }
  void expect_refused(const Words& words, const std::string& message) const {
    const ProgramResult result = program(words);
    EXPECT_EQ(result.code, 2) << testing::PrintToString(words);
    EXPECT_TRUE(contains(result.err, message)) << result.err;
  }
  static Words run(const std::string& scenario, const std::string& assignment) {
    return {"run", scenario, "--set", assignment};
  }
  static std::string trace(const std::string& file) {
    return "cloud_signal={trace: {file: '" + file + "'}}";
  }
  static std::string phone(const std::string& profile) {
    return "devices=[{profile: '" + profile + "'}]";
  }

  const TemporaryFolder folder_;
};

TEST_F(PathsTest, TypedFilesStartFromTheWorkingDirectory) {
  write("work/walk.csv", kTrace);
  write("work/sub/phone.yaml", kPhone);
  write("there/beside.csv", kTrace);
  for (const std::string scenario :
       {"../there/s.yaml", "quickstart", "scenarios/quickstart.yaml"}) {
    expect_runs({"run", scenario, "--set", trace("walk.csv"), "--set", phone("sub/phone.yaml"),
                 "--policy", "cloud"});
  }
  expect_runs(run("../there/s.yaml", "cloud_signal={trace: {file: ./walk.csv}}"));
  expect_runs(run("../there/s.yaml", trace((root() / "work/walk.csv").string())));
  expect_runs({"explain", "--device", "sub/phone.yaml", "--dnn", "mobilenet_v1"});
  expect_runs({"list", "targets", "--device", "./sub/../sub/phone.yaml"});
  expect_runs({"validate", "walk.csv", "sub/phone.yaml", "../there/s.yaml"});
  expect_refused(run("../there/s.yaml", trace("beside.csv")), "beside.csv");
  expect_runs(run("../there/s.yaml", trace("../there/beside.csv")));
}

TEST_F(PathsTest, WhatAFileSaysStartsFromThatFile) {
  write("there/more/walk.csv", kTrace);
  write("there/more/phone.yaml", kPhone);
  write("there/more/noisy.yaml",
        "name: noisy\nsummary: test\ncloud_signal: {trace: {file: walk.csv}}\n");
  write("there/more/base.yaml",
        "devices: [{profile: phone.yaml}]\ncloud_signal: {trace: {file: walk.csv}}\n");
  write("there/own.yaml", fmt::format("name: own\ninclude: more/base.yaml\n{}", kRest));
  write("there/environment.yaml",
        fmt::format(
            "name: e\nenvironment: more/noisy.yaml\ndevices: [{{profile: more/phone.yaml}}]\n{}",
            kRest));
  for (const char* scenario : {"../there/own.yaml", "../there/environment.yaml"}) {
    expect_runs({"run", scenario});
    expect_runs({"validate", scenario});
  }
}

TEST_F(PathsTest, SweptFilesStartFromTheSweep) {
  write("sweeps/walk.csv", kTrace);
  write("sweeps/phone.yaml", kPhone);
  write("sweeps/sweep.yaml",
        "name: sweep\nscenarios: [../there/s.yaml, quickstart]\n"
        "set: {cloud_signal: {trace: {file: walk.csv}}, policies: [cloud]}\n"
        "grid: [{path: 'devices[0].profile', name: profile, values: [mi8pro, phone.yaml]}]\n");
  const ProgramResult result = program({"sweep", "../sweeps/sweep.yaml", "--dry-run"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_TRUE(contains(result.out, "4 points")) << result.out;
}

TEST_F(PathsTest, SavedTablesStartWhereTheyAreSaid) {
  const std::string learner = "policies=[autoscale]";
  expect_runs(
      {"run", "../there/s.yaml", "--set", learner, "--set", "save_tables=true", "--out", "saved"});
  const std::string table = "saved/tables/autoscale-r0-mi8pro.json";
  expect_runs(
      {"run", "../there/s.yaml", "--set", learner, "--set", "load_tables={mi8pro: " + table + "}"});
  write("there/learn.yaml",
        fmt::format("name: l\ninclude: s.yaml\nload_tables: {{mi8pro: ../work/{}}}\n", table));
  expect_runs({"run", "../there/learn.yaml", "--set", learner});
}

TEST_F(PathsTest, ShippedFilesAreFoundByNameFromAnywhere) {
  expect_runs(run("quickstart", trace("scenarios/signals/wifi_walk.csv")));
  expect_runs(run("quickstart", phone("device_profiles/mi8pro.yaml")));
  expect_runs({"explain", "--device", "device_profiles/mi8pro.yaml", "--dnn", "mobilenet_v1"});
  write("work/mine.yaml", "include: quickstart\nname: mine\n");
  write("work/other.yaml", "include: scenarios/quickstart.yaml\nname: other\n");
  expect_runs({"validate", "mine.yaml", "other.yaml"});
}

TEST_F(PathsTest, AFileWithAShippedNameIsMeantByItsPathOnly) {
  write("work/mi8pro.yaml", "name: broken\n");
  expect_runs(run("../there/s.yaml", phone("mi8pro")));
  expect_refused(run("../there/s.yaml", phone("mi8pro.yaml")), "missing key");
  expect_refused(run("../there/s.yaml", phone("./mi8pro.yaml")), "missing key");
  expect_refused(run("../there/s.yaml", phone("moto_x_force.yaml")),
                 "no file 'moto_x_force.yaml' (did you mean 'moto_x_force'?)");
  expect_refused({"run", "./quickstart.yaml"}, "cannot read './quickstart.yaml'");
}

TEST_F(PathsTest, AFolderIsNoFile) {
  for (const char* name : {"work/quickstart", "work/mi8pro", "work/phone.yaml", "work/walk.csv"}) {
    fs::create_directory(root() / name);
  }
  expect_runs({"validate", "quickstart"});
  expect_runs(run("../there/s.yaml", phone("mi8pro")));
  expect_refused(run("../there/s.yaml", phone("./phone.yaml")),
                 "no file './phone.yaml': it is a directory");
  expect_refused(run("../there/s.yaml", trace("walk.csv")), "walk.csv");
  expect_refused({"run", "phone.yaml"}, "it is a directory");
}

TEST_F(PathsTest, OddNamesAndLineEndsAreNames) {
  for (const std::string name : {"a walk.csv", "Weg zur U-Bahn äöü 歩く.csv", "50%.csv", "walk"}) {
    write("work/" + name, kTrace);
    expect_runs(run("../there/s.yaml", trace(name)));
  }
  fs::create_symlink(root() / "work/a walk.csv", root() / "work/linked.csv");
  expect_runs(run("../there/s.yaml", trace("linked.csv")));
  write("there/dos/phone.yaml", kPhone);
  write("there/dos/s.yaml",
        "include: ../s.yaml\r\nname: dos\r\ndevices:\r\n  - {profile: phone.yaml}\r\n"
        "cloud_signal:\r\n  trace:\r\n    file: ../../work/a walk.csv\r\n");
  expect_runs({"run", "../there/dos/s.yaml"});
}

TEST_F(PathsTest, MessagesShowPathsToTheirEnd) {
  const std::string deep =
      "a_folder_with_a_long_name/and_one_with_an_even_longer_name/and_yet_another_one/phone.yaml";
  const std::string bare = std::string(80, 'p') + ".yaml";
  for (const std::string& file : {deep, bare}) {
    expect_refused(run("../there/s.yaml", phone(file)), "no file '" + file + "'");
    expect_refused({"explain", "--device", file, "--dnn", "mobilenet_v1"}, "'" + file + "'");
    expect_refused({"run", file}, "'" + file + "'");
    expect_refused(run("../there/s.yaml", trace(file)), "'" + file + "'");
    expect_refused(run("../there/s.yaml", "devices=[" + file + "]"), "got '" + file + "'");
    expect_refused(run("../there/s.yaml", "load_tables={mi8pro: " + file + "}"),
                   "'" + file + "' is not a saved table");
  }
  expect_refused(run("../there/s.yaml", "overrides={" + deep + ": {a: 1}}"),
                 "the data has no file '" + deep);
}

}  // namespace
}  // namespace autoscale
