// autoscale import, calibrate and report: whose Python they start, with which arguments, and what
// comes back. What that Python does, tests/python proves. And explain --requests, which it asks.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "tests/support/program_testing.h"

namespace autoscale {
namespace {

class ImportTest : public testing::Test {
 protected:
  ~ImportTest() override { ::unsetenv("AUTOSCALE_PYTHON"); }

  /// A program in place of Python.
  ProgramResult run_with(const std::string& script, const std::vector<std::string>& arguments) {
    const std::string python = folder_ / "python";
    {
      std::ofstream out(python);
      out << "#!/bin/sh\n" << script << '\n';
    }
    std::filesystem::permissions(python, std::filesystem::perms::owner_all);
    ::setenv("AUTOSCALE_PYTHON", python.c_str(), 1);
    return run_program(arguments);
  }

  TemporaryFolder folder_;
};

TEST_F(ImportTest, HandsAllArgumentsToPython) {
  const std::string script = "printf '<%s>' \"$@\"";
  EXPECT_EQ(run_with(script, {"import", "power", "a b.csv", "--into", "x.yaml", "--help"}).out,
            "<-m><autoscale_sim.importers><power><a b.csv><--into><x.yaml><--help>");
  EXPECT_EQ(run_with(script, {"import", "--help"}).out, "<-m><autoscale_sim.importers><--help>");
  EXPECT_EQ(run_with(script, {"calibrate", "r.csv", "--dry-run"}).out,
            "<-m><autoscale_sim.importers><calibrate><r.csv><--dry-run>");
  EXPECT_EQ(run_with(script, {"report", "a b", "--out", "x.html", "--help"}).out,
            "<-m><autoscale_sim.explore><a b><--out><x.html><--help>");
}

TEST_F(ImportTest, ItsOutputAndExitCodeAreThePrograms) {
  for (const int code : {0, 2, 4}) {
    const ProgramResult result =
        run_with("echo out; echo err >&2; exit " + std::to_string(code), {"import", "latency"});
    EXPECT_EQ(result.code, code);
    EXPECT_EQ(result.out, "out\n");
    EXPECT_EQ(result.err, "err\n");
  }
}

TEST_F(ImportTest, PythonFindsThePackageAndTheProgram) {
  const ProgramResult result =
      run_with("echo \"${PYTHONPATH%%:*}\"; echo \"$AUTOSCALE_PROGRAM\"", {"calibrate"});
  std::istringstream lines(result.out);
  std::string package, program;
  std::getline(lines, package);
  std::getline(lines, program);
  EXPECT_TRUE(std::filesystem::equivalent(package, std::string(AUTOSCALE_SOURCE_DIR) + "/python"));
  EXPECT_TRUE(std::filesystem::equivalent(program, AUTOSCALE_PROGRAM));
}

TEST_F(ImportTest, WithoutPythonItSaysWhatToDo) {
  ::setenv("AUTOSCALE_PYTHON", "/no/such/python", 1);
  const ProgramResult result = run_program({"import", "latency", "x"});
  EXPECT_EQ(result.code, 4);
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(contains(result.err, "cannot start '/no/such/python'")) << result.err;
  EXPECT_TRUE(contains(result.err, "AUTOSCALE_PYTHON")) << result.err;
}

class ExplainRequestsTest : public testing::Test {
 protected:
  ProgramResult explain(const std::string& table, std::vector<std::string> more = {}) {
    const std::string file = folder_ / "requests.csv";
    {
      std::ofstream out(file);
      out << table;
    }
    more.insert(more.begin(), {"explain", "--device", "mi8pro", "--dnn", "mobilenet_v1"});
    more.insert(more.end(), {"--requests", file});
    return run_program(more);
  }

  TemporaryFolder folder_;
};

TEST_F(ExplainRequestsTest, SaysOfEveryRowWhatExplainSaysOfItAlone) {
  const ProgramResult both = explain(
      "device,dnn,cloud_dbm,tablet_dbm,co_cpu,co_mem,warm\n,,-80,-70,0.5,,1\n"
      "moto_x_force,resnet_50_v1,,,,0.9,0\n");
  ASSERT_EQ(both.code, 0) << both.err;
  const std::string first = run_program({"explain", "--device", "mi8pro", "--dnn", "mobilenet_v1",
                                         "--link", "wifi=-80dBm", "--link", "wifi_direct=-70dBm",
                                         "--co-cpu", "0.5", "--warm", "--csv"})
                                .out;
  const std::string second = run_program({"explain", "--device", "moto_x_force", "--dnn",
                                          "resnet_50_v1", "--co-mem", "0.9", "--csv"})
                                 .out;
  std::string expected;
  const std::string tables[] = {first, second};
  for (const std::string number : {"1", "2"}) {
    std::istringstream lines(tables[number == "2"]);
    for (std::string line; std::getline(lines, line);) {
      const bool header = line.starts_with("action,");
      if (header && number == "2") continue;
      expected += (header ? "request" : number) + "," + line + "\n";
    }
  }
  EXPECT_EQ(both.out, expected);
}

TEST_F(ExplainRequestsTest, MistakesHaveTheirPlace) {
  const auto mistake = [this](const std::string& table) {
    const ProgramResult result = explain(table);
    EXPECT_EQ(result.code, 2) << table;
    EXPECT_EQ(result.out, "") << table;
    return result.err;
  };
  EXPECT_TRUE(contains(mistake("co_cpu\n0.5\n1.5\n"), "requests.csv:3:1: error: co_cpu: must be"));
  EXPECT_TRUE(contains(mistake("cloud_dbm\n5\n"), "requests.csv:2:1: error: cloud_dbm: must be"));
  EXPECT_TRUE(contains(mistake("load\n5\n"), "requests.csv:1:1: error: unknown column 'load'"));
  EXPECT_TRUE(contains(mistake("co_cpu\nx\n"), "requests.csv:2:1: error:"));
  EXPECT_TRUE(contains(mistake("dnn\nno_net\n"), "unknown DNN 'no_net'"));
  EXPECT_EQ(explain("co_cpu\n").out, "");
}

}  // namespace
}  // namespace autoscale
