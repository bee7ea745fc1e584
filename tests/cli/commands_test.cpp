// The command line as a user meets it: every subcommand, its help, its exit codes, its odd inputs.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <sstream>

#include "tests/support/program_testing.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::string line(const std::string& text, std::size_t wanted) {
  std::istringstream stream(text);
  std::string found;
  for (std::size_t i = 0; i <= wanted; ++i) std::getline(stream, found);
  return found;
}

/// Exit code 2, nothing on standard output, and `message` in the error.
void expect_usage_error(const Words& arguments, const std::string& message) {
  const ProgramResult result = run_program(arguments);
  EXPECT_EQ(result.code, 2) << testing::PrintToString(arguments) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find(message), std::string::npos) << result.err;
}

void expect_success(const Words& arguments) {
  const ProgramResult result = run_program(arguments);
  EXPECT_EQ(result.code, 0) << testing::PrintToString(arguments) << result.err;
  EXPECT_NE(result.out, "");
  EXPECT_EQ(result.err, "");
}

TEST(Help, EverySubcommandShowsAnExample) {
  for (const std::string sub :
       {"run", "sweep", "merge", "compare", "list", "explain", "validate", "schema", "table"}) {
    const ProgramResult result = run_program({sub, "--help"});
    EXPECT_EQ(result.code, 0);
    EXPECT_NE(result.out.find("Example"), std::string::npos) << sub;
    EXPECT_NE(result.out.find("autoscale " + sub), std::string::npos) << sub;
  }
  const ProgramResult all = run_program({"--help"});
  EXPECT_EQ(all.code, 0);
  EXPECT_NE(all.out.find("Examples:"), std::string::npos);
}

/// The examples of the help texts work as they stand.
TEST(Help, ExamplesOfExplainAndListRun) {
  expect_success({"explain", "--device", "mi8pro", "--dnn", "mobilenet_v1"});
  expect_success({"explain", "--device", "moto_x_force", "--dnn", "resnet_50_v1", "--link",
                  "wifi=-85dBm", "--co-cpu", "0.9", "--csv"});
  expect_success({"list", "targets", "--device", "mi8pro", "--csv"});
  expect_success({"validate", "scenarios/quickstart.yaml", "device_profiles/mi8pro.yaml"});
  expect_success({"schema", "scenario"});
  expect_success({"schema", "sweep"});
}

TEST(Help, Version) {
  const ProgramResult result = run_program({"--version"});
  EXPECT_EQ(result.code, 0);
  EXPECT_TRUE(result.out.starts_with("autoscale ")) << result.out;
}

TEST(Usage, MistakesExitWithTwo) {
  expect_usage_error({}, "Usage: autoscale ");
  expect_usage_error({"explan"}, "unknown subcommand 'explan' (did you mean 'explain'?)");
  expect_usage_error({"run"}, "scenario is required");
  expect_usage_error({"run", "quickstart", "--nosuch"}, "--nosuch");
  expect_usage_error({"run", "quickstart", "extra"}, "extra");
  expect_usage_error({"list", "everything"}, "everything not in");
  expect_usage_error({"schema", "planet"}, "planet not in");
  expect_usage_error({"validate"}, "files is required");
}

TEST(Usage, NumbersAreReadStrictly) {
  for (const std::string wrong :
       {"0", "-1", "1.5", "abc", "", "1025", "0x10", "99999999999999999999"}) {
    expect_usage_error({"run", "quickstart", "--jobs", wrong}, "--jobs");
  }
  for (const std::string wrong : {"-1", "1.5", "abc", "18446744073709551616"}) {
    expect_usage_error({"run", "quickstart", "--seed", wrong}, "--seed");
  }
  for (const std::string wrong : {"0", "-1", "1000001", "nan"}) {
    expect_usage_error({"run", "quickstart", "--replications", wrong}, "--replications");
  }
  for (const std::string option : {"--co-cpu", "--co-mem"}) {
    for (const std::string wrong : {"2", "-0.1", "nan", "inf", "abc", "0.5x"}) {
      expect_usage_error({"explain", "--device", "mi8pro", "--dnn", "mobilenet_v1", option, wrong},
                         option);
    }
  }
  for (const std::string wrong : {"101", "nan", "-1"}) {
    expect_usage_error(
        {"explain", "--device", "mi8pro", "--dnn", "mobilenet_v1", "--accuracy", wrong},
        "--accuracy");
  }
}

// ------------------------------------------------------------------------------------------- list

TEST(List, APolicyByNameHasItsParametersExplained) {
  const std::string out = run_program({"list", "policies", "autoscale"}).out;
  EXPECT_NE(out.find("epsilon"), std::string::npos) << out;
  EXPECT_NE(out.find("features left out of the state"), std::string::npos) << out;
  EXPECT_NE(run_program({"list", "policies", "opt"}).out.find("form"), std::string::npos);
  EXPECT_NE(run_program({"list", "policies", "cloud"}).out.find("no parameters"),
            std::string::npos);
  expect_usage_error({"list", "policies", "autoscal"}, "did you mean 'autoscale'?");
  expect_usage_error({"list", "devices", "mi8pro"}, "only `list policies` takes a name");
  EXPECT_EQ(run_program({"list", "policies"}).out.find("2020, MICRO"), std::string::npos);
  EXPECT_NE(run_program({"list", "policies", "--long"}).out.find("2020, MICRO"), std::string::npos);
}

TEST(Completion, EveryShellIsToldOfCommandsOptionsAndValues) {
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const ProgramResult result = run_program({"completion", shell});
    EXPECT_EQ(result.code, 0) << result.err;
    for (const char* word : {"explain", "replications", "autoscale list policies --csv"}) {
      EXPECT_NE(result.out.find(word), std::string::npos) << shell << ": " << word;
    }
  }
  expect_usage_error({"completion", "cmd"}, "cmd not in");
}

/// What bash offers for a line of words, the last of which is being written.
std::string offered(const std::string& words) {
  const TemporaryFolder folder;
  write_all(folder / "autoscale.bash", run_program({"completion", "bash"}).out);
  const std::string program = fs::path(AUTOSCALE_PROGRAM).parent_path().string();
  write_all(folder / "ask.bash", "PATH=" + program + ":$PATH\nsource " +
                                     (folder / "autoscale.bash") + "\nCOMP_WORDS=(" + words +
                                     ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_autoscale\n"
                                     "echo \"${COMPREPLY[*]}\"\n");
  const fs::path out = folder / "out";
  const std::string command = "bash " + (folder / "ask.bash") + " > " + out.string() + " 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0);
  return read_all(out);
}

TEST(Completion, BashOffersWhatFits) {
  EXPECT_EQ(offered("autoscale expl"), "explain\n");
  EXPECT_EQ(offered("autoscale run quickstart --repl"), "--replications\n");
  EXPECT_EQ(offered("autoscale explain --accounting w"), "whole_phone\n");
  EXPECT_EQ(offered("autoscale explain --device moto"), "moto_x_force\n");
  EXPECT_EQ(offered("autoscale run --policy edge_c"), "edge_cpu_fp32\n");
}

TEST(Man, NamesEveryCommand) {
  const std::string page = run_program({"man"}).out;
  EXPECT_TRUE(page.starts_with(".TH AUTOSCALE 1")) << page.substr(0, 80);
  for (const char* command : {".SS run", ".SS sweep", ".SS explain", ".SS completion"}) {
    EXPECT_NE(page.find(command), std::string::npos) << command;
  }
}

TEST(List, TargetsHaveTheActionsOfThePaperAndMore) {
  const std::pair<const char*, std::size_t> expected[] = {
      {"mi8pro", 66}, {"galaxy_s10e", 65}, {"moto_x_force", 47}};
  for (const auto& [device, actions] : expected) {
    const ProgramResult result = run_program({"list", "targets", "--device", device, "--csv"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(lines(result.out), actions + 1) << device;
    EXPECT_TRUE(line(result.out, 0).starts_with("action,name,site,processor,precision,"))
        << result.out;
  }
}

TEST(List, TargetsNeedAPhone) {
  expect_usage_error({"list", "targets"}, "list targets needs --device NAME-or-FILE");
  expect_usage_error({"list", "targets", "--device", "mi8por"}, "(did you mean 'mi8pro'?)");
  expect_usage_error({"list", "targets", "--device", "galaxy_tab_s6"}, "is a tablet, not a phone");
  expect_usage_error({"list", "targets", "--device", "scenarios/quickstart.yaml"}, "unknown key");
  expect_success({"list", "targets", "--device", "device_profiles/mi8pro.yaml"});
}

TEST(List, EveryListHasAHeaderAndRows) {
  const std::pair<const char*, const char*> lists[] = {{"devices", "name,kind,"},
                                                       {"dnns", "name,title,"},
                                                       {"policies", "name,family,"},
                                                       {"environments", "name,summary"},
                                                       {"scenarios", "file,name,summary"}};
  for (const auto& [what, header] : lists) {
    const ProgramResult result = run_program({"list", what, "--csv"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_TRUE(result.out.starts_with(header)) << result.out;
    EXPECT_GT(lines(result.out), 4U) << what;
    const ProgramResult table = run_program({"list", what});
    EXPECT_EQ(lines(table.out), lines(result.out)) << what;
  }
}

TEST(List, ThePoliciesOfThePaperAreThere) {
  const ProgramResult result = run_program({"list", "policies", "--csv"});
  std::set<std::string> names;
  for (std::size_t i = 1; i < lines(result.out); ++i) {
    const std::string row = line(result.out, i);
    names.insert(row.substr(0, row.find(',')));
  }
  for (const char* name :
       {"autoscale", "edge_cpu_fp32", "edge_best", "cloud", "connected_edge", "opt"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

TEST(List, SaysWhatAPolicyKnowsOfTheCosts) {
  const std::string list = run_program({"list", "policies", "--csv"}).out;
  for (const char* row : {"\nopt,oracle,world,", "\nbest_per_state,oracle,world,",
                          "\nlyapunov,heuristic,costs,", "\nedge_best,baseline,costs,",
                          "\nsvr,predictor,nothing,", "\nautoscale,learner,nothing,"}) {
    EXPECT_NE(list.find(row), std::string::npos) << row;
  }
}

// ---------------------------------------------------------------------------------------- explain

Words explain(const Words& more) {
  Words words = {"explain", "--device", "mi8pro", "--dnn", "mobilenet_v1"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(Explain, OddLinks) {
  expect_success(explain({"--link", "wifi=-55dBm", "--link", "wifi_direct=-90 dBm"}));
  expect_success(explain({"--cloud-processors", "cpu,gpu", "--tablet-processors", "dsp"}));
  expect_usage_error(explain({"--cloud-processors", "gpu,npu"}), "npu not in {cpu,gpu,dsp}");
  expect_usage_error(explain({"--link", "wifi"}), "expected NAME=SIGNAL");
  expect_usage_error(explain({"--link", "wifi=abc"}),
                     "expected a power level such as '-80 dBm', got 'abc'");
  expect_usage_error(explain({"--link", "wifi=-55"}), "the unit is missing");
  expect_usage_error(explain({"--link", "wifi=nan dBm"}), "expected a power level");
  expect_usage_error(explain({"--link", "wifi=1e999 dBm"}), "out of range");
  expect_usage_error(explain({"--link", "wifi=-1e308 dBm"}), "must be between -160 and 0 dBm");
  expect_usage_error(explain({"--link", "nosuch=-55dBm"}),
                     "not a link in use (legal: wifi, wifi_direct)");
  expect_usage_error(explain({"--link", "lte=-55dBm"}), "not a link in use");
  expect_usage_error(explain({"--link", "wifi=-5dBm", "--link", "wifi=-6dBm"}),
                     "the link is given twice");
}

TEST(Explain, UnknownNames) {
  expect_usage_error(explain({"--use-case", "streming"}), "(did you mean 'streaming'?)");
  expect_usage_error(explain({"--cloud-link", "nfc"}), "unknown link technology 'nfc'");
  expect_usage_error(explain({"--upload", "gif"}), "--upload");
  expect_usage_error({"explain", "--device", "mi8pr", "--dnn", "mobilenetv1"},
                     "explain: error: unknown DNN 'mobilenetv1' (did you mean 'mobilenet_v1'?)\n"
                     "explain: error: unknown device 'mi8pr' (did you mean 'mi8pro'?)\n");
  expect_usage_error({"explain", "--device", "cloud_server", "--dnn", "mobilenet_v1"},
                     "not a phone");
  expect_usage_error({"explain", "--dnn", "mobilenet_v1"}, "--device is required");
}

TEST(Explain, EveryOptionIsTaken) {
  expect_success(
      explain({"--use-case", "streaming", "--co-cpu", "1", "--co-mem", "0", "--cloud-link", "lte",
               "--tablet-link", "wifi", "--accuracy", "100", "--accuracy-set", "quantisation_aware",
               "--power-level", "measured", "--upload", "jpeg"}));
}

// ------------------------------------------------------------------------------------------- data

TEST(Data, TheFolderComesFromTheEnvironment) {
  ProgramSetting setting;
  setting.data = "/nonexistent";
  const ProgramResult none = run_program({"list", "devices"}, setting);
  EXPECT_EQ(none.code, 4);
  EXPECT_EQ(none.err,
            "AUTOSCALE_DATA=/nonexistent: no device_profiles/, workloads/ or scenarios/ there\n");
}

TEST(Data, TheFolderIsFoundAboveTheCurrentOne) {
  ProgramSetting setting;
  setting.data = "unset";
  setting.folder = std::filesystem::path(AUTOSCALE_SOURCE_DIR) / "tests/golden";
  EXPECT_EQ(run_program({"list", "devices"}, setting).code, 0);
}

TEST(Data, ATableIsCheckedByTheFormatThatKnowsItsColumns) {
  const TemporaryFolder folder;
  for (const char* table :
       {"time_s;rssi_dbm\n0;-50,5\n1;-60\n", "Timestamp,RSRP\n2020.01.01_00.00.05,-90\n",
        "Timestamp,RSSI,RSRP\n1480000000.25,-63,-91\n",
        "deviceTime,rsrp\n2024-03-01T10:00:00Z,-90\n",
        "run_num,seq_num,nr_ssRsrp,Throughput\n1,1,-88,350\n"}) {
    const ProgramResult result =
        run_program({"validate", folder.write("table.csv", table).string()});
    EXPECT_EQ(result.code, 0) << table << result.err;
    EXPECT_EQ(result.err, "") << table;
  }
  const std::string file = folder.write("table.txt", "0\t1.5\n1\t2.5\n").string();
  const ProgramResult headless = run_program({"validate", file});
  EXPECT_EQ(headless.code, 2);
  EXPECT_NE(headless.err.find(file + ":1:1: error: no column 'time_s': there is no header line"),
            std::string::npos)
      << headless.err;
}

TEST(Data, GapsOfATraceAreWarnedOfOnce) {
  const TemporaryFolder folder;
  const std::string file =
      folder.write("table.csv", "time_s,rsrp_dbm\n0,-90\n1,0\n2,-91\n3,-92\n").string();
  const std::string trace = "={trace: {file: " + file + ", signal_column: rsrp_dbm}}";
  const ProgramResult result =
      run_program({"run", "scenarios/quickstart.yaml", "--policy", "cloud", "--replications", "2",
                   "--set", "cloud_signal" + trace, "--set", "tablet_signal" + trace});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.err, file +
                            ":1:1: warning: 1 of 4 rows (25.0 %) have no value that can have "
                            "been measured in column 'rsrp_dbm'; the value before each gap "
                            "holds on\n");
}

TEST(Data, MistakesInTheDataAreReported) {
  namespace fs = std::filesystem;
  const TemporaryFolder data;
  for (const char* folder : {"device_profiles", "workloads", "scenarios"}) {
    fs::copy(fs::path(AUTOSCALE_SOURCE_DIR) / folder, data.path() / folder,
             fs::copy_options::recursive);
  }
  ProgramSetting setting;
  setting.data = data.path().string();
  setting.folder = data.path();
  const std::string latency = data / "workloads/latency.csv",
                    roofline = data / "workloads/roofline.yaml";
  const std::string rows = read_all(latency), ridges = read_all(roofline);

  write_all(latency, rows + "too,short\n");
  ProgramResult result = run_program({"list", "dnns"}, setting);
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("fields, but the header has"), std::string::npos) << result.err;

  write_all(latency, rows);
  std::string without = ridges;
  const auto gone = without.find("  int8: {ridge:");
  without.erase(gone, without.find('\n', gone) + 1 - gone);
  write_all(roofline, without);
  result = run_program({"list", "dnns"}, setting);
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("cpu: no ridge for int8, which workloads/latency.csv uses"),
            std::string::npos)
      << result.err;

  for (const std::string& file : {roofline, latency}) {
    fs::remove(file);
    fs::create_directory(file);
  }
  result = run_program({"list", "dnns"}, setting);
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("is a directory, not a table"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("roofline.yaml:1:1: error: cannot read"), std::string::npos)
      << result.err;
}

TEST(Data, AnInstalledProgramFindsItsOwn) {
  const TemporaryFolder prefix;
  const std::filesystem::path build = std::filesystem::path(AUTOSCALE_PROGRAM).parent_path();
  const std::string command = "cmake --install '" + build.string() + "' --prefix '" +
                              (prefix / "usr") + "' > '" + (prefix / "log") + "' 2>&1";
  ASSERT_EQ(std::system(command.c_str()), 0) << read_all(prefix / "log");
  ProgramSetting setting;
  setting.data = "unset";
  setting.folder = prefix.path();
  setting.program = prefix / "usr/bin/autoscale";
  EXPECT_EQ(run_program({"list", "devices"}, setting).code, 0);
  const ProgramResult result = run_program({"run", "quickstart", "--out", "results"}, setting);
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_TRUE(std::filesystem::exists(prefix / "results/runs.csv"));
}

TEST(Output, AFullDiskIsAnError) {
  ProgramSetting setting;
  setting.out = "/dev/full";
  const ProgramResult result = run_program({"list", "devices"}, setting);
  EXPECT_EQ(result.code, 4);
  EXPECT_EQ(result.err, "standard output: No space left on device\n");
}

}  // namespace
}  // namespace autoscale
