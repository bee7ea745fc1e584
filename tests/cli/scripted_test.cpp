// Scripted policies: a recorded run replayed is the same ledger to the byte, and a script that does
// not fit is refused with its place.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "tests/support/program_testing.h"

namespace autoscale {
namespace {

using Words = std::vector<std::string>;

/// Quickstart, made short, with more variance; its result folder holds requests.csv.
Words recording(const std::string& out, const Words& more = {}) {
  Words words = {"run",       "scenarios/quickstart.yaml",
                 "--set",     "phases[0].inferences=2",
                 "--set",     "phases[1].inferences=40",
                 "--set",     "environment=D4",
                 "--set",     "tails=true",
                 "--set",     "relative_metrics=false",
                 "--out",     out,
                 "--requests"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

std::string script_of(const std::string& file, const std::string& policy,
                      const std::string& kind = "scripted") {
  return "policies=[{" + kind + ": {file: " + file + ", policy: " + policy + "}, label: again}]";
}

/// The rows of a policy without the names of run and policy, a line each.
std::string ledger(const std::string& folder, const std::string& policy) {
  std::istringstream file(read_all(folder + "/requests.csv"));
  std::string rows;
  for (std::string line; std::getline(file, line);) {
    const std::size_t run = line.find(','), name = line.find(',', run + 1);
    if (line.substr(run + 1, name - run - 1) == policy) rows += line.substr(name + 1) + '\n';
  }
  return rows;
}

void expect_replayed(const Words& more, const std::string& policy, const std::string& kind,
                     std::size_t rows) {
  const TemporaryFolder folder;
  Words once = recording(folder / "once", more), again = recording(folder / "again", more);
  ASSERT_EQ(run_program(once).code, 0);
  again.insert(again.end(), {"--set", script_of(folder / "once/requests.csv", policy, kind)});
  const ProgramResult result = run_program(again);
  ASSERT_EQ(result.code, 0) << result.err;
  const std::string recorded = ledger(folder / "once", policy);
  EXPECT_EQ(static_cast<std::size_t>(std::count(recorded.begin(), recorded.end(), '\n')), rows);
  EXPECT_EQ(ledger(folder / "again", "again"), recorded) << policy;
}

TEST(Scripted, ReplaysALedgerToTheByte) {
  expect_replayed({}, "cloud", "scripted", 40);
  expect_replayed({}, "opt", "scripted", 40);
  expect_replayed({}, "autoscale", "scripted_deliberating", 40);
}

TEST(Scripted, ReplaysPlansInPieces) {
  // A signal about the threshold: NeuroSurgeon cuts here and there.
  const Words segments = {
      "--policy", "neurosurgeon",
      "--policy", "mosaic",
      "--set",    "dnns=[inception_v3, mobilenet_v1, mobilebert, ssd_mobilenet_v1]",
      "--set",    "cloud_signal={gaussian: {mean: -80 dBm, sd: 6 dB}}"};
  const TemporaryFolder folder;
  ASSERT_EQ(run_program(recording(folder / "once", segments)).code, 0);
  for (const auto& [policy, kind] :
       {std::pair{"neurosurgeon", "scripted_deliberating"}, std::pair{"mosaic", "scripted"}}) {
    Words again = recording(folder / "again", {"--set", segments[5], "--set", segments[7]});
    again.insert(again.end(), {"--set", script_of(folder / "once/requests.csv", policy, kind)});
    const ProgramResult result = run_program(again);
    ASSERT_EQ(result.code, 0) << result.err;
    const std::string recorded = ledger(folder / "once", policy);
    EXPECT_NE(recorded.find("]|"), std::string::npos) << policy << " cut nothing";
    EXPECT_EQ(ledger(folder / "again", "again"), recorded) << policy;
  }
}

TEST(Scripted, EachReplicationFindsItsOwnRows) {
  expect_replayed({"--replications", "3", "--jobs", "2"}, "autoscale", "scripted_deliberating",
                  120);
}

TEST(Scripted, EachFoldFindsItsOwnRows) {
  expect_replayed(
      {"--set", "holdout=leave_one_dnn_out", "--set", "dnns=[mobilenet_v1, inception_v1]"},
      "autoscale", "scripted_deliberating", 80);
}

TEST(Scripted, PhonesOfSeveralTypesThatShareAServer) {
  expect_replayed(
      {"--set", "devices=[{profile: mi8pro, count: 2}, {profile: moto_x_force, count: 2}]", "--set",
       "servers.cloud={workers: {cpu: 1, gpu: 1}}"},
      "cloud", "scripted", 160);
}

TEST(Scripted, FramesThatWereDropped) {
  const TemporaryFolder folder;
  const Words camera = {"--set", "use_case=streaming", "--set", "dnns=[resnet_50_v1]"};
  Words once = recording(folder / "once", camera), again = recording(folder / "again", camera);
  ASSERT_EQ(run_program(once).code, 0);
  again.insert(again.end(), {"--set", script_of(folder / "once/requests.csv", "edge_cpu_fp32")});
  ASSERT_EQ(run_program(again).code, 0);
  const std::string recorded = ledger(folder / "once", "edge_cpu_fp32");
  EXPECT_LT(std::count(recorded.begin(), recorded.end(), '\n'), 40);
  EXPECT_EQ(ledger(folder / "again", "again"), recorded);
}

TEST(Scripted, AFileIsRelativeToTheOneThatNamesIt) {
  const TemporaryFolder folder;
  ASSERT_EQ(run_program(recording(folder / "once")).code, 0);
  write_all(folder / "replay.yaml",
            "include: " AUTOSCALE_SOURCE_DIR
            "/scenarios/quickstart.yaml\n"
            "environment: D4\ntails: true\nrelative_metrics: false\n"
            "policies: [{scripted: {file: once/requests.csv, policy: cloud}}]\n"
            "phases:\n"
            "  - {name: train, conditions: grid, inferences: 2, learn: true, record: false}\n"
            "  - {name: test, inferences: 40}\n");
  const ProgramResult result =
      run_program({"run", folder / "replay.yaml", "--out", folder / "again", "--requests"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(ledger(folder / "again", "scripted"), ledger(folder / "once", "cloud"));
}

// ------------------------------------------------------------------------ scripts that do not fit

/// A script for the phone of quickstart under seed 1, with these rows.
constexpr const char* kHeader = "policy,seed,device,device_type,request,dnn,action,decision_ms\n";

void expect_refused(const std::string& content, const std::string& message, int code = 2,
                    const std::string& policy = "mine") {
  const TemporaryFolder folder;
  write_all(folder / "script.csv", content);
  const ProgramResult result = run_program(
      {"run", "scenarios/quickstart.yaml", "--set", "phases=[{name: test, inferences: 1}]", "--set",
       "relative_metrics=false", "--set", script_of(folder / "script.csv", policy)});
  EXPECT_EQ(result.code, code) << result.err;
  EXPECT_NE(result.err.find("script.csv" + message), std::string::npos) << result.err;
}

TEST(Scripted, AHandWrittenScriptRuns) {
  const TemporaryFolder folder;
  write_all(folder / "script.csv", std::string(kHeader) +
                                       "mine,1,0,mi8pro,0,mobilenet_v1,phone_gpu_fp16@6,0\n"
                                       "mine,1,0,mi8pro,9,another_dnn,phone_gpu_fp16@6,0\n"
                                       "other,1,0,mi8pro,0,mobilenet_v1,phone_dsp_int8@0,0\n"
                                       "mine,2,0,mi8pro,0,mobilenet_v1,phone_dsp_int8@0,0\n"
                                       "mine,1,0,galaxy_s10e,0,mobilenet_v1,no_such@0,0\n");
  const ProgramResult result = run_program(
      {"run", "scenarios/quickstart.yaml", "--set", "phases=[{name: test, inferences: 1}]", "--set",
       "relative_metrics=false", "--set", script_of(folder / "script.csv", "mine"), "--out",
       folder / "out", "--requests"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_NE(ledger(folder / "out", "again").find(",phone_gpu_fp16@6,"), std::string::npos);
}

TEST(Scripted, ARequestWithoutADecision) {
  const std::string other_request = "mine,1,0,mi8pro,7,mobilenet_v1,phone_dsp_int8@0,0\n";
  const std::string other_seed = "mine,2,0,mi8pro,0,mobilenet_v1,phone_dsp_int8@0,0\n";
  const std::string other_dnn = "mine,1,0,mi8pro,0,resnet_50_v1,phone_dsp_int8@0,0\n";
  for (const std::string& row : {other_request, other_seed, other_dnn}) {
    expect_refused(kHeader + row,
                   ": no decision of 'mine' for request 0 of device 0 (mobilenet_v1) under this "
                   "run's seed (at ",
                   3);
  }
}

TEST(Scripted, PiecesThatAreNone) {
  for (const std::string plan : {"phone_dsp_int8@0[", "phone_dsp_int8@0[0]", "phone_dsp_int8@0[0-5",
                                 "phone_dsp_int8@0[-1-5]", "phone_dsp_int8@0[0-5]|",
                                 "phone_npu_int8@0[0-5]", "[0-5]", "phone_dsp_int8@0[0-99999]"}) {
    expect_refused(kHeader + ("mine,1,0,mi8pro,0,mobilenet_v1," + plan + ",0\n"),
                   ":2:1: error: this phone has no action '" + plan + "'");
  }
}

TEST(Scripted, AnActionThatThePhoneLacks) {
  expect_refused(std::string(kHeader) + "mine,1,0,mi8pro,0,mobilenet_v1,phone_npu_int8@0,0\n",
                 ":2:1: error: this phone has no action 'phone_npu_int8@0'");
}

TEST(Scripted, ADecisionTimeThatWouldNotBeCharged) {
  const std::string row = "mine,1,0,mi8pro,0,mobilenet_v1,phone_dsp_int8@0,";
  expect_refused(kHeader + row + "0.0073\n",
                 ":2:1: error: this decision took time: replay it with 'scripted_deliberating'");
}

TEST(Scripted, TwoDecisionsForARequest) {
  const std::string row = "mine,1,0,mi8pro,0,mobilenet_v1,phone_dsp_int8@0,0\n";
  expect_refused(kHeader + row + row,
                 ":1:1: error: two decisions of 'mine' for request 0 of device 0 (mobilenet_v1)");
}

TEST(Scripted, FilesThatAreNoScript) {
  expect_refused("", ":1:1: error: no column 'policy'");
  expect_refused("policy,seed\nmine,1\n", ":1:1: error: no column 'device'");
  expect_refused(std::string(kHeader) + "mine,1,0\n",
                 ":2:1: error: 3 fields, but the header has 8");
  expect_refused(std::string(kHeader) + "mine,one,0,mi8pro,0,mobilenet_v1,phone_dsp_int8@0,0\n",
                 ":2:1: error: column 'seed': 'one' is not a number");
  expect_refused(std::string(kHeader) + "mine,1,-1,mi8pro,0,mobilenet_v1,phone_dsp_int8@0,0\n",
                 ":2:1: error: column 'device': '-1' is not a number");
  expect_refused(std::string(kHeader) + "mine,1,0,mi8pro,0,mobilenet_v1,phone_dsp_int8@0,0\n",
                 ":1:1: error: no row of policy 'mina' (did you mean 'mine'?)", 2, "mina");
}

TEST(Scripted, ParametersThatAreMissing) {
  const auto refused = [](const std::string& policies) {
    const ProgramResult result =
        run_program({"run", "scenarios/quickstart.yaml", "--set", "policies=" + policies});
    EXPECT_EQ(result.code, 2);
    return result.err;
  };
  EXPECT_NE(refused("[scripted]").find("needs its parameters 'file' and 'policy'"),
            std::string::npos);
  EXPECT_NE(refused("[{scripted: {file: /no/such.csv, policy: x}}]")
                .find("error: file: no file '/no/such.csv'"),
            std::string::npos);
  EXPECT_NE(refused("[{scripted: {}}]").find("missing"), std::string::npos);
}

}  // namespace
}  // namespace autoscale
