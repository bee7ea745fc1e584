// Files of one name in different folders: each counts, and results and messages tell them apart; or
// a refusal names both.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "sim/config/csv.h"
#include "tests/support/program_testing.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;
using Rows = std::vector<std::map<std::string, std::string>>;
using Energies = std::map<std::string, std::string>;  // mJ, by device

Rows rows_of(const fs::path& file) {
  config::Diagnostics diagnostics;
  config::CsvReader csv(file, diagnostics);
  Rows rows;
  while (csv.next()) {
    auto& row = rows.emplace_back();
    for (std::size_t i = 0; i < csv.header().size(); ++i) row[csv.header()[i]] = csv.text(i);
  }
  diagnostics.throw_if_any();
  return rows;
}

class SameNamesTest : public testing::Test {
 protected:
  SameNamesTest() {
    write("two.yaml",
          "name: two\ndnns: [mobilenet_v1]\ndevices: [{profile: mi8pro}]\npolicies: [edge_best]\n"
          "relative_metrics: false\ncompare_with_opt: false\nnoise: false\nthermal: false\n"
          "phases: [{name: test, inferences: 20}]\n");
    for (const auto& [folder, factor] : {std::pair{"slow", "3"}, std::pair{"fast", "0.5"}}) {
      write(folder + std::string("/mi8pro.yaml"),
            "include: device_profiles/mi8pro.yaml\n"
            "latency_from: {device: mi8pro, factor: {value: " +
                std::string(factor) + ", assumed: test}}\n");
    }
  }

  void write(const fs::path& file, const std::string& content) const {
    fs::create_directories((folder_.path() / file).parent_path());
    write_all(folder_.path() / file, content);
  }
  ProgramResult program(const Words& words) const {
    ProgramSetting setting;
    setting.folder = folder_.path();
    return run_program(words, setting);
  }
  ProgramResult run(const std::string& devices, Words more = {}) const {
    more.insert(more.begin(), {"run", "two.yaml", "--out", "out", "--set", "devices=" + devices});
    return program(more);
  }

  /// Energy by device of breakdown.csv.
  Energies energies(const std::string& devices) const {
    const ProgramResult result = run(devices);
    EXPECT_EQ(result.code, 0) << result.err;
    Energies energies;
    for (const auto& row : rows_of(folder_.path() / "out/breakdown.csv")) {
      EXPECT_TRUE(energies.emplace(row.at("device"), row.at("energy_mean_mj")).second);
    }
    return energies;
  }
  std::string alone(const std::string& device) const {
    return energies("[{profile: " + device + "}]").at("mi8pro");
  }
  void expect_refused(const Words& words, const std::string& message) const {
    const ProgramResult result = program(words);
    EXPECT_EQ(result.code, 2) << result.err;
    EXPECT_NE(result.err.find(message), std::string::npos) << result.err;
  }

  const TemporaryFolder folder_;
};

TEST_F(SameNamesTest, ProfilesOfOneNameAreTwoPhones) {
  const std::string shipped = alone("mi8pro"), slow = alone("slow/mi8pro.yaml"),
                    fast = alone("fast/mi8pro.yaml");
  EXPECT_NE(shipped, slow);
  EXPECT_NE(fast, slow);
  // Within 1 %: each phone has draws of its own.
  const auto expect_energies = [this](const std::string& devices, const Energies& expected) {
    const Energies found = energies(devices);
    EXPECT_EQ(found.size(), expected.size());
    for (const auto& [device, alone] : expected) {
      const double energy = std::stod(alone);
      EXPECT_NEAR(std::stod(found.at(device)), energy, 0.01 * energy) << device;
    }
  };
  const Energies both = {{"mi8pro", shipped}, {"slow/mi8pro", slow}};
  expect_energies("[{profile: mi8pro}, {profile: slow/mi8pro.yaml}]", both);
  expect_energies("[{profile: slow/mi8pro.yaml}, {profile: mi8pro}]", both);
  expect_energies("[{profile: fast/mi8pro.yaml}, {profile: slow/mi8pro.yaml}]",
                  {{"fast/mi8pro", fast}, {"slow/mi8pro", slow}});
}

TEST_F(SameNamesTest, OneFileByTwoPathsIsOnePhoneType) {
  fs::create_directory_symlink(folder_.path() / "slow", folder_.path() / "linked");
  EXPECT_EQ(energies("[{profile: slow/mi8pro.yaml}, {profile: ./fast/../slow/mi8pro.yaml},"
                     " {profile: linked/mi8pro.yaml}]")
                .size(),
            1u);
}

TEST_F(SameNamesTest, EveryResultFileTellsThePhonesApart) {
  const ProgramResult result =
      run("[{profile: mi8pro}, {profile: slow/mi8pro.yaml}]",
          {"--set", "policies=[autoscale]", "--set", "save_tables=true", "--set",
           "phases=[{name: test, inferences: 200, learn: true}]", "--requests"});
  ASSERT_EQ(result.code, 0) << result.err;
  const std::set<std::string> both = {"mi8pro", "slow/mi8pro"};
  for (const auto& [file, column] :
       {std::pair{"breakdown.csv", "device"}, std::pair{"learning.csv", "device"},
        std::pair{"requests.csv", "device_type"}}) {
    std::set<std::string> devices;
    for (const auto& row : rows_of(folder_.path() / "out" / file)) devices.insert(row.at(column));
    EXPECT_EQ(devices, both) << file;
  }
  const std::string tables = "out/tables/autoscale-r0-";
  EXPECT_TRUE(fs::exists(folder_.path() / (tables + "mi8pro.json")));
  EXPECT_TRUE(fs::exists(folder_.path() / (tables + "slow%2Fmi8pro.json")));
}

TEST_F(SameNamesTest, TablesBelongToTheNamesOfTheResults) {
  ASSERT_EQ(
      run("[{profile: mi8pro}]", {"--set", "policies=[autoscale]", "--set", "save_tables=true"})
          .code,
      0);
  const std::string table = "out/tables/autoscale-r0-mi8pro.json";
  const Words use = {"run", "two.yaml", "--set", "policies=[autoscale]", "--set"};
  const auto with = [&](const std::string& devices, const std::string& device) {
    Words words = use;
    words.insert(words.end(),
                 {"devices=" + devices, "--set", "load_tables={" + device + ": " + table + "}"});
    return words;
  };
  const std::string own = "[{profile: fast/mi8pro.yaml}, {profile: slow/mi8pro.yaml}]";
  EXPECT_EQ(program(with(own, "slow/mi8pro")).code, 0);
  expect_refused(with(own, "mi8pro"),
                 "no device 'mi8pro' in this scenario (legal: fast/mi8pro, slow/mi8pro)");
  EXPECT_EQ(program(with("[{profile: slow/mi8pro.yaml}]", "mi8pro")).code, 0);
}

TEST_F(SameNamesTest, NamesOfFilesAreQuotedWhereTheyNeedIt) {
  write("a, b/mi8pro.yaml", read_all(folder_.path() / "slow/mi8pro.yaml"));
  ASSERT_EQ(run("[{profile: mi8pro}, {profile: 'a, b/mi8pro.yaml'}]",
                {"--requests", "--set", "phases=[{name: 'a, b', inferences: 2}]"})
                .code,
            0);
  const Rows requests = rows_of(folder_.path() / "out/requests.csv");
  EXPECT_EQ(requests.back().at("device_type"), "a, b/mi8pro");
  EXPECT_EQ(requests.back().at("phase"), "a, b");
  EXPECT_EQ(requests.back().at("dnn"), "mobilenet_v1");
}

TEST_F(SameNamesTest, LinksOfOneNameEachHaveTheirSignal) {
  for (const char* folder : {"near", "far"}) {
    write(folder + std::string("/wifi.yaml"), "include: device_profiles/links/wifi.yaml\n");
  }
  const auto explain = [this](const Words& more) {
    Words words = {"explain",      "--device", "mi8pro",        "--dnn",
                   "mobilenet_v1", "--csv",    "--tablet-link", "far/wifi.yaml"};
    words.insert(words.end(), more.begin(), more.end());
    const ProgramResult result = program(words);
    EXPECT_EQ(result.code, 0) << result.err;
    return result.out;
  };
  const Words shipped = {"--cloud-link", "wifi"}, near = {"--cloud-link", "near/wifi.yaml"};
  const auto at = [&](Words words, const std::string& signal) {
    words.insert(words.end(), {"--link", signal});
    return explain(words);
  };
  EXPECT_EQ(explain(shipped), explain(near));
  EXPECT_NE(at(shipped, "wifi=-85dBm"), explain(shipped));
  EXPECT_NE(at(shipped, "wifi=-85dBm"), at(shipped, "far/wifi=-85dBm"));
  EXPECT_EQ(at(shipped, "wifi=-85dBm"), at(near, "near/wifi=-85dBm"));
  expect_refused({"explain", "--device", "mi8pro", "--dnn", "mobilenet_v1", "--cloud-link",
                  "near/wifi.yaml", "--tablet-link", "far/wifi.yaml", "--link", "wifi=-85dBm"},
                 "--link wifi: not a link in use (legal: near/wifi, far/wifi)");
}

TEST_F(SameNamesTest, EnvironmentsThatCallThemselvesTheSameAreRefused) {
  write("mine/S1.yaml", "include: scenarios/environments/S1.yaml\n");
  write("other.yaml",
        "include: two.yaml\nenvironment: S1\nphases:\n  - {name: a, inferences: 5}\n"
        "  - {name: b, inferences: 5, environment: mine/S1.yaml}\n");
  expect_refused({"run", "other.yaml"}, "other.yaml:5:43: error: environment: '");
  expect_refused({"run", "other.yaml"},
                 "scenarios/environments/S1.yaml' and 'mine/S1.yaml' are both "
                 "called 'S1'");
  EXPECT_EQ(program({"run", "other.yaml", "--set", "environment=mine/S1.yaml"}).code, 0);
}

TEST_F(SameNamesTest, DnnsOfOneNameInTwoFoldersAreRefused) {
  const std::string shipped = AUTOSCALE_SOURCE_DIR "/workloads/dnns/mobilenet_v1.yaml";
  write("data/workloads/dnns/mobilenet_v1.yaml", "include: workloads/dnns/mobilenet_v1.yaml\n");
  expect_refused({"run", "two.yaml", "--data", "data"},
                 "two data folders have this name: 'data/workloads/dnns/mobilenet_v1.yaml' and '" +
                     shipped + "'");
}

TEST_F(SameNamesTest, LatenciesBesideAProfileAreItsOwn) {
  const std::string head = "device,dnn,processor,precision,latency_ms\n";
  for (const auto& [folder, ms] : {std::pair{"a", "30"}, std::pair{"b", "90"}}) {
    write(folder + std::string("/phone.yaml"), "include: device_profiles/mi8pro.yaml\n");
    write(folder + std::string("/phone.latency.csv"),
          head + "phone,mobilenet_v1,cpu,fp32," + ms + "\n");
  }
  const auto together = energies("[{profile: a/phone.yaml}, {profile: b/phone.yaml}]");
  EXPECT_NE(together.at("a/phone"), together.at("b/phone"));
  write("slow/mi8pro.latency.csv", head + "mi8pro,mobilenet_v1,cpu,fp32,30\n");
  const ProgramResult twice = run("[{profile: slow/mi8pro.yaml}]");
  EXPECT_EQ(twice.code, 2);
  EXPECT_NE(twice.err.find("slow/mi8pro.latency.csv:2:1: error: "), std::string::npos) << twice.err;
  EXPECT_NE(twice.err.find("given twice: also in " AUTOSCALE_SOURCE_DIR "/workloads/latency.csv"),
            std::string::npos)
      << twice.err;
}

TEST_F(SameNamesTest, ScenariosOfOneFileNameAreToldApartByTheirNames) {
  write("a/two.yaml", "include: ../two.yaml\nname: first\n");
  write("b/two.yaml", "include: ../two.yaml\nname: second\n");
  write("sweep.yaml", "name: sweep\nscenarios: [a/two.yaml, b/two.yaml]\n");
  const ProgramResult result = program({"sweep", "sweep.yaml", "--out", "swept"});
  ASSERT_EQ(result.code, 0) << result.err;
  std::vector<std::string> names;
  for (const auto& row : rows_of(folder_.path() / "swept/runs.csv")) {
    names.push_back(row.at("scenario"));
  }
  EXPECT_EQ(names, (Words{"first", "second"}));
  const std::string same =
      "'a/two.yaml' and 'b/two.yaml' are both called 'one', the name that "
      "results tell them apart by";
  write("sweep.yaml", "name: sweep\nscenarios: [a/two.yaml, b/two.yaml]\nset: {name: one}\n");
  expect_refused({"sweep", "sweep.yaml", "--dry-run"},
                 "sweep.yaml:2:25: error: scenarios: " + same);
  write("sweep.yaml",
        "name: sweep\nscenarios: [a/two.yaml, b/two.yaml]\n"
        "grid: [{path: name, values: [one, other]}]\n");
  expect_refused({"sweep", "sweep.yaml", "--dry-run"},
                 "sweep.yaml:3:15: error: name: results tell the scenarios apart by it");
}

TEST_F(SameNamesTest, ShardsWithDifferentFilesOfOneNameDoNotMix) {
  write("sweep.yaml",
        "name: sweep\nscenarios: [two.yaml]\nreplications: 2\n"
        "grid: [{path: 'devices[0].profile', values: [mi8pro, slow/mi8pro.yaml]}]\n");
  const auto shard = [this](const std::string& which, const std::string& out) {
    return program({"sweep", "sweep.yaml", "--shard", which, "--out", out}).code;
  };
  ASSERT_EQ(shard("1/2", "one"), 0);
  ASSERT_EQ(shard("2/2", "two"), 0);
  EXPECT_EQ(program({"merge", "one", "two", "--out", "merged"}).code, 0);
  write("slow/mi8pro.yaml", read_all(folder_.path() / "fast/mi8pro.yaml"));
  ASSERT_EQ(shard("2/2", "other"), 0);
  expect_refused({"merge", "one", "other", "--out", "mixed"},
                 "/files/two.yaml/slow~1mi8pro.yaml: ");
  write("slow/mi8pro.latency.csv", "device,dnn,processor,precision,latency_ms\n");
  ASSERT_EQ(shard("1/2", "beside"), 0);
  expect_refused({"merge", "beside", "other", "--out", "mixed"},
                 "/files/two.yaml/slow~1mi8pro.yaml: ");
}

TEST_F(SameNamesTest, TwoFilesThatOneTextLeadsToAreBothWatched) {
  const std::string trace = "time_s,rssi_dbm\n0,-50\n10,-60\n";
  write("mine/p.csv", trace);
  write("p.csv", trace);
  write("mine/s.yaml",
        "name: s\ndevices: [{profile: mi8pro}]\ncloud_signal: {trace: {file: p.csv}}\n"
        "policies: [cloud]\nphases: [{name: test, inferences: 2}]\n");
  write("sweep.yaml",
        "name: sweep\nscenarios: [mine/s.yaml]\n"
        "grid: [{path: tablet_signal, values: [{trace: {file: p.csv}}]}]\n");
  ASSERT_EQ(program({"sweep", "sweep.yaml", "--out", "out"}).code, 0);
  for (const char* file : {"mine/p.csv", "p.csv"}) {
    write(file, trace + "20,-70\n");
    expect_refused({"sweep", "sweep.yaml", "--out", "out", "--resume"}, "p.csv: ");
    write(file, trace);
  }
  EXPECT_EQ(program({"sweep", "sweep.yaml", "--out", "out", "--resume"}).code, 0);
}

}  // namespace
}  // namespace autoscale
