// A phone, a network and a scenario of the user's own, in a folder of their own, through every
// subcommand that reads data; and what is said when the folders do not go together.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/program_testing.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;

const fs::path kShipped = AUTOSCALE_SOURCE_DIR;

/// The shipped latencies of the Mi 8 Pro, for another device.
std::string latencies_of(const std::string& device) {
  std::ifstream in(kShipped / "workloads/latency.csv");
  std::string table;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("device,")) table += line + '\n';
    if (line.starts_with("mi8pro,")) table += device + line.substr(line.find(',')) + '\n';
  }
  return table;
}

class OwnDataTest : public testing::Test {
 protected:
  OwnDataTest() {
    write("device_profiles/my_phone.yaml",
          "include: device_profiles/mi8pro.yaml\nname: My Phone\n");
    write("device_profiles/my_phone.latency.csv", latencies_of("my_phone"));
    write("workloads/dnns/my_net.yaml",
          "include: workloads/dnns/mobilenet_v1.yaml\nname: My Net\nblocks: my_net.csv\n");
    write("workloads/blocks/my_net.csv", read_all(kShipped / "workloads/blocks/mobilenet_v1.csv"));
    write("workloads/latency.csv",
          "device,dnn,processor,precision,latency_ms\nmy_phone,my_net,cpu,fp32,40\n"
          "my_phone,my_net,gpu,fp32,20\nmi8pro,my_net,cpu,fp32,50\n"
          "cloud_server,my_net,cpu,fp32,9\ngalaxy_tab_s6,my_net,cpu,fp32,30\n");
    write("scenarios/mine.yaml",
          "name: mine\nsummary: my phone and my network\ndevices: [{profile: my_phone}]\n"
          "dnns: [my_net, mobilenet_v1]\npolicies: [edge_best]\n"
          "phases: [{name: test, inferences: 5}]\n");
  }

  void write(const fs::path& file, const std::string& content) {
    fs::create_directories((folder_.path() / file).parent_path());
    write_all(folder_.path() / file, content);
  }
  std::string own(const std::string& name = "") const {
    return name.empty() ? folder_.path().string() : folder_ / name;
  }

  /// The program with --data of this folder, or without.
  ProgramResult with_data(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin() + 1, {"--data", own()});
    return run_program(arguments);
  }
  static ProgramResult with_variable(const std::vector<std::string>& arguments,
                                     const std::string& variable) {
    ProgramSetting setting;
    setting.data = variable;
    return run_program(arguments, setting);
  }

  const TemporaryFolder folder_;
};

TEST_F(OwnDataTest, TablesShowHugeNumbersAsPowersOfTen) {
  write("device_profiles/my_phone.yaml",
        "include: device_profiles/mi8pro.yaml\nname: My Phone\n"
        "baseline_power: {value: 1e300 W, assumed: \"to see it printed\"}\n");
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"list", "devices"},
        {"explain", "--device", "my_phone", "--dnn", "my_net"},
        {"run", own("scenarios/mine.yaml")}}) {
    const ProgramResult result = with_data(command);
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_NE(result.out.find("e+30"), std::string::npos) << result.out;
    EXPECT_EQ(result.out.find("000000"), std::string::npos) << result.out;
  }
}

TEST_F(OwnDataTest, ListShowsItBesideTheShippedData) {
  for (const auto& [what, mine, shipped] :
       {std::tuple{"devices", "my_phone", "mi8pro"}, std::tuple{"dnns", "my_net", "mobilenet_v1"},
        std::tuple{"scenarios", "scenarios/mine.yaml", "scenarios/quickstart.yaml"}}) {
    const ProgramResult result = with_data({"list", what});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_TRUE(contains(result.out, mine)) << result.out;
    EXPECT_TRUE(contains(result.out, shipped)) << result.out;
  }
  const ProgramResult targets = with_data({"list", "targets", "--device", "my_phone"});
  EXPECT_EQ(targets.code, 0) << targets.err;
}

TEST_F(OwnDataTest, APhoneWithTheSameFilesCostsTheSame) {
  const auto costs = [this](const std::string& device) {
    const ProgramResult result =
        with_data({"explain", "--device", device, "--dnn", "mobilenet_v1", "--csv"});
    EXPECT_EQ(result.code, 0) << result.err;
    return result.out;
  };
  EXPECT_EQ(costs("my_phone"), costs("mi8pro"));
  EXPECT_EQ(costs("my_phone"), costs(own("device_profiles/my_phone.yaml")));
}

TEST_F(OwnDataTest, RunsItsScenarioByName) {
  const std::vector<std::string> run = {"run", "mine"};
  const ProgramResult result = with_data(run);
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(with_variable(run, own()).out, result.out);
  EXPECT_EQ(with_variable(run, ":" + own() + "::" + kShipped.string()).out, result.out);
  EXPECT_EQ(with_variable({"run", own("scenarios/mine.yaml"), "--data", own()}, "unset").out,
            result.out);
}

TEST_F(OwnDataTest, SweepsAndShippedNamesMeetInOneSweep) {
  write("scenarios/sweeps/both.yaml",
        "name: both\nscenarios: [quickstart, ../mine.yaml]\n"
        "set: {'phases[0].inferences': 2, policies: [edge_best]}\nreplications: 1\n"
        "grid: [{path: constraints.accuracy, name: accuracy, values: [50, 60]}]\n");
  const ProgramResult result = with_data({"sweep", "both", "--dry-run"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_TRUE(contains(result.out, "4 points")) << result.out;
}

TEST_F(OwnDataTest, ValidateKnowsItsNames) {
  const ProgramResult result = with_data(
      {"validate", own("scenarios/mine.yaml"), own("device_profiles/my_phone.yaml"),
       own("device_profiles/my_phone.latency.csv"), own("workloads/dnns/my_net.yaml"), "mine"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_TRUE(contains(result.out, "\nmine: ok\n")) << result.out;
}

TEST_F(OwnDataTest, OverridesReachItsFiles) {
  const std::string path = "baseline_power.value: 2 W}}";
  const ProgramResult result =
      with_data({"run", "mine", "--set", "overrides={device_profiles/my_phone: {" + path});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.out, with_data({"run", "mine"}).out);
}

TEST_F(OwnDataTest, AProfileByPathBringsItsLatencies) {
  const TemporaryFolder elsewhere;
  for (const char* name : {"my_phone.yaml", "my_phone.latency.csv"}) {
    fs::copy(own("device_profiles/") + name, elsewhere.path() / name);
  }
  const std::string profile = elsewhere / "my_phone.yaml";
  const std::vector<std::string> explain = {"explain", "--device", profile, "--dnn",
                                            "mobilenet_v1"};
  EXPECT_EQ(run_program(explain).code, 0) << run_program(explain).err;
  // With the folder, the same rows are given twice.
  const ProgramResult twice = with_data(explain);
  EXPECT_EQ(twice.code, 2);
  EXPECT_TRUE(contains(twice.err, elsewhere / "my_phone.latency.csv")) << twice.err;
  EXPECT_TRUE(contains(
      twice.err, "are given twice: also in " + own("device_profiles/my_phone.latency.csv:2:1")))
      << twice.err;
  write_all(elsewhere / "my_phone.latency.csv", "device,dnn\n");
  const ProgramResult wrong = run_program({"validate", elsewhere / "my_phone.latency.csv"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_TRUE(contains(wrong.err, "processor")) << wrong.err;
}

TEST_F(OwnDataTest, ANameThatIsShippedTooIsAnErrorWhereItIsUsed) {
  write("device_profiles/mi8pro.yaml", read_all(kShipped / "device_profiles/mi8pro.yaml"));
  write("workloads/dnns/mobilenet_v2.yaml",
        read_all(kShipped / "workloads/dnns/mobilenet_v2.yaml"));
  write("scenarios/quickstart.yaml", read_all(kShipped / "scenarios/quickstart.yaml"));
  const auto both = [this](const std::string& name) {
    return fmt::format("two data folders have this name: '{}' and '{}'\n", own(name),
                       (kShipped / name).string());
  };
  const ProgramResult device =
      with_data({"explain", "--device", "mi8pro", "--dnn", "mobilenet_v1"});
  EXPECT_EQ(device.code, 2);
  EXPECT_EQ(device.err, "explain: error: " + both("device_profiles/mi8pro.yaml"));
  const ProgramResult dnn =
      with_data({"run", own("scenarios/mine.yaml"), "--set", "dnns=[mobilenet_v2]", "--set",
                 "devices=[{profile: galaxy_s10e}]"});
  EXPECT_EQ(dnn.code, 2);
  EXPECT_EQ(dnn.err,
            "--set dnns=[mobilenet_v2]: error: " + both("workloads/dnns/mobilenet_v2.yaml"));
  const ProgramResult scenario = with_data({"run", "quickstart"});
  EXPECT_EQ(scenario.code, 2);
  EXPECT_EQ(scenario.err, "quickstart: error: " + both("scenarios/quickstart.yaml"));
  for (const char* what : {"devices", "dnns", "scenarios"}) {
    const ProgramResult listed = with_data({"list", what});
    EXPECT_EQ(listed.code, 2);
    const std::string error = "list: error: two data folders have this name";
    EXPECT_TRUE(contains(listed.err, error)) << listed.err;
    EXPECT_EQ(listed.err.find(error), listed.err.rfind(error)) << listed.err;
  }
}

TEST_F(OwnDataTest, ALatencyThatIsShippedTooIsAnError) {
  write("workloads/latency.csv",
        "device,dnn,processor,precision,latency_ms\nmi8pro,mobilenet_v1,cpu,fp32,1\n");
  const ProgramResult result = with_data({"list", "devices"});
  EXPECT_EQ(result.code, 2);
  EXPECT_TRUE(contains(result.err, "workloads/latency.csv:")) << result.err;
  EXPECT_TRUE(contains(result.err, "are given twice: also in ")) << result.err;
  EXPECT_TRUE(contains(result.err, own("workloads/latency.csv:2:1"))) << result.err;
  EXPECT_TRUE(contains(result.err, kShipped.string())) << result.err;
}

TEST_F(OwnDataTest, UnknownNamesNameTheFolders) {
  const std::string folders = fmt::format("'{}' and '{}'\n", own(), kShipped.string());
  const ProgramResult device =
      with_data({"explain", "--device", "my_fone", "--dnn", "mobilenet_v1"});
  EXPECT_EQ(device.err,
            "explain: error: unknown device 'my_fone' (did you mean 'my_phone'?); "
            "searched " +
                folders);
  const ProgramResult scenario = with_data({"run", "none"});
  EXPECT_EQ(scenario.err, "none:1:1: error: no file 'none', nor one of this name in " + folders);
  write("device_profiles/other.yaml", "include: device_profiles/mi8pro.yaml\n");
  const ProgramResult latencies =
      with_data({"explain", "--device", "other", "--dnn", "mobilenet_v1"});
  EXPECT_EQ(latencies.code, 2);
  EXPECT_TRUE(contains(latencies.err, "give them in 'other.latency.csv' beside its profile"))
      << latencies.err;
}

TEST_F(OwnDataTest, FoldersThatHoldNoDataAreRefused) {
  const TemporaryFolder empty;
  const std::string none = ": no device_profiles/, workloads/ or scenarios/ there\n";
  for (const std::string& folder : {std::string("/nonexistent"), empty.path().string()}) {
    const ProgramResult option = run_program({"list", "devices", "--data", folder});
    EXPECT_EQ(option.code, 4);
    EXPECT_EQ(option.err, "data folder " + folder + none);
    const ProgramResult variable = with_variable({"list", "devices"}, own() + ":" + folder);
    EXPECT_EQ(variable.code, 4);
    EXPECT_EQ(variable.err, "AUTOSCALE_DATA=" + folder + none);
  }
}

TEST_F(OwnDataTest, EverySubcommandThatReadsDataTakesIt) {
  for (const char* subcommand : {"run", "sweep", "list", "explain", "validate"}) {
    EXPECT_TRUE(contains(run_program({subcommand, "--help"}).out, "--data DIR")) << subcommand;
  }
}

}  // namespace
}  // namespace autoscale
