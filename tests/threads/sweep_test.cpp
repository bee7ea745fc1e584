// `autoscale sweep`, `merge` and `compare`, as a user runs them: the same bytes whatever the jobs,
// shards and interruptions; refusals; failing runs.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "sim/config/csv.h"
#include "sim/sweep/folder_lock.h"
#include "sim/sweep/journal.h"
#include "tests/support/program_testing.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

/// Files that are the same to the byte for the same sweep.
constexpr const char* kFiles[] = {"runs.csv", "summary.csv", "failures.csv", "manifest.json",
                                  "columns.csv"};

/// 3 x 2 points, 3 replications, 4 policies with the references: 18 trials of a few milliseconds.
std::string small_sweep(const std::string& more = "") {
  return "name: small\n"
         "scenarios: [" AUTOSCALE_SOURCE_DIR
         "/scenarios/quickstart.yaml]\n"
         "set:\n"
         "  phases: [{name: test, inferences: 20}]\n"
         "  policies: [edge_best, cloud]\n"
         "grid:\n"
         "  - {path: cloud_signal.constant.level, name: signal,"
         " range: {from: -90 dBm, to: -50 dBm, steps: 3}}\n"
         "  - {path: constraints.accuracy, values: [50, 70]}\n"
         "replications: 3\n"
         "baseline: {policy: cloud}\n" +
         more;
}

std::map<std::string, std::string> files_in(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const char* name : kFiles) files[name] = read_all(folder / name);
  return files;
}

class CliSweep : public testing::Test {
 protected:
  CliSweep() { write_all(file, small_sweep()); }

  ProgramResult sweep(const std::string& out, const Words& more = {}) const {
    Words words = {"sweep", file.string(), "--out", folder / out};
    words.insert(words.end(), more.begin(), more.end());
    return run_program(words);
  }

  std::map<std::string, std::string> results(const std::string& out) const {
    return files_in(folder / out);
  }

  const TemporaryFolder folder;
  const fs::path file = folder / "small.yaml";
};

TEST_F(CliSweep, GivesTheSameBytesWhateverTheJobsAndTheShards) {
  ASSERT_EQ(sweep("one").code, 0);
  ASSERT_EQ(sweep("eight", {"--jobs", "8"}).code, 0);
  EXPECT_EQ(results("one"), results("eight"));
  for (const std::string count : {"1", "2", "5"}) {
    Words merge = {"merge"};
    for (int i = 1; i <= std::stoi(count); ++i) {
      const std::string name = "shard" + std::to_string(i) + "of" + count;
      const ProgramResult shard =
          sweep(name, {"--jobs", "2", "--shard", std::to_string(i) + "/" + count});
      ASSERT_EQ(shard.code, 0) << shard.err;
      merge.push_back(folder / name);
    }
    merge.insert(merge.end(), {"--out", folder / ("merged" + count)});
    const ProgramResult merged = run_program(merge);
    ASSERT_EQ(merged.code, 0) << merged.err;
    EXPECT_EQ(results("one"), results("merged" + count));
  }
}

TEST_F(CliSweep, MergeRefusesWhatIsNotAllOfOneSweep) {
  write_all(folder / "other.yaml", small_sweep("seed: 9\n"));
  ASSERT_EQ(sweep("a", {"--shard", "1/2"}).code, 0);
  ASSERT_EQ(sweep("b", {"--shard", "2/2"}).code, 0);
  ASSERT_EQ(sweep("c", {"--shard", "2/3"}).code, 0);
  ASSERT_EQ(
      run_program({"sweep", folder / "other.yaml", "--out", folder / "d", "--shard", "2/2"}).code,
      0);
  const auto refused = [&](const Words& shards, const std::string& message) {
    Words words = {"merge"};
    for (const std::string& shard : shards) words.push_back(folder / shard);
    words.insert(words.end(), {"--out", folder / "out"});
    const ProgramResult result = run_program(words);
    EXPECT_EQ(result.code, 2) << result.err;
    EXPECT_NE(result.err.find(message), std::string::npos) << result.err;
    EXPECT_FALSE(fs::exists(folder.path() / "out"));
  };
  refused({"a"}, "shard 2/2 is missing");
  refused({"a", "a"}, "a: is given twice");
  refused({"a", "c"}, "is one of 3 shards");
  refused({"a", "d"}, "is of another sweep");
  refused({"nothing"}, "no shard of a sweep is there");
  fs::copy(folder.path() / "a", folder.path() / "copy");
  refused({"a", "copy"}, "shard 1/2 is given twice");
  const std::string journal = read_all(folder.path() / "b" / "journal");
  write_all(folder.path() / "b" / "journal", journal.substr(0, journal.size() - 1));
  refused({"a", "b"}, "shard 2/2 is not finished: 8 of 9 trials");
}

TEST_F(CliSweep, RefusesAFolderThatIsNotForIt) {
  fs::create_directory(folder.path() / "full");
  write_all(folder / "full/file", "mine");
  ProgramResult result = sweep("full");
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("is not empty, and no sweep"), std::string::npos) << result.err;
  ASSERT_EQ(sweep("done").code, 0);
  result = sweep("done");
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("--resume goes on"), std::string::npos) << result.err;
  write_all(file, small_sweep("seed: 5\n"));
  result = sweep("done", {"--resume"});
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("another sweep is there:\n  /definition/sweep/seed: 1 there, 5 here"),
            std::string::npos)
      << result.err;
}

TEST_F(CliSweep, ResumeShowsResultsAsTheFileNowSays) {
  ASSERT_EQ(sweep("first").code, 0);
  write_all(file, small_sweep("summary: other\nmetrics: [gap_to_opt]\n"));
  ASSERT_EQ(sweep("first", {"--resume"}).code, 0);
  ASSERT_EQ(sweep("second").code, 0);
  EXPECT_EQ(results("first"), results("second"));
}

TEST_F(CliSweep, ResumeOfNothingStartsAndOfAFinishedSweepChangesNothing) {
  ASSERT_EQ(sweep("plain").code, 0);
  ASSERT_EQ(sweep("resumed", {"--resume"}).code, 0);
  EXPECT_EQ(results("plain"), results("resumed"));
  ASSERT_EQ(sweep("resumed", {"--resume"}).code, 0);
  EXPECT_EQ(results("plain"), results("resumed"));
}

/// Starts the program and kills it after a while, if it still runs.
void kill_after(const Words& arguments, std::chrono::milliseconds delay) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::vector<char*> argv = {const_cast<char*>(AUTOSCALE_PROGRAM)};
    for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
    argv.push_back(nullptr);
    if (std::freopen("/dev/null", "w", stdout)) ::execv(argv[0], argv.data());
    std::_Exit(127);
  }
  std::this_thread::sleep_for(delay);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

/// `text` with the first `from` in it replaced.
std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST_F(CliSweep, KilledAtAnyTimeItResumesToTheSameBytes) {
  write_all(file, replaced(replaced(small_sweep(), "inferences: 20", "inferences: 500"),
                           "replications: 3", "replications: 12"));
  constexpr std::uint64_t kUnits = 72;
  const auto started = std::chrono::steady_clock::now();
  ASSERT_EQ(sweep("whole", {"--jobs", "2"}).code, 0);
  const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - started);
  std::mt19937 random(1);
  std::uniform_int_distribution<int> delay(0, static_cast<int>(whole.count()));
  int within = 0;  // kills that left a part of the work
  for (int round = 0; round < 4; ++round) {
    for (int kill = 0; kill < 3; ++kill) {
      kill_after({"sweep", file.string(), "--jobs", "2", "--resume", "--out", folder / "killed"},
                 std::chrono::milliseconds(delay(random)));
      if (!fs::exists(folder.path() / "killed/journal")) continue;
      const std::uint64_t done = Journal::open(folder.path() / "killed/journal", false).size();
      within += done > 0 && done < kUnits;
    }
    const ProgramResult resumed = sweep("killed", {"--jobs", "2", "--resume"});
    ASSERT_EQ(resumed.code, 0) << resumed.err;
    EXPECT_EQ(results("whole"), results("killed"));
    fs::remove_all(folder.path() / "killed");
  }
  EXPECT_GT(within, 0);
}

TEST_F(CliSweep, ResumesFromAnyPrefixOfTheJournal) {
  ASSERT_EQ(sweep("whole").code, 0);
  const std::string journal = read_all(folder.path() / "whole" / "journal");
  for (const double share : {0.0, 0.01, 0.3, 0.9, 0.999}) {
    fs::remove_all(folder.path() / "cut");
    fs::create_directory(folder.path() / "cut");
    write_all(
        folder / "cut/journal",
        journal.substr(0, static_cast<std::size_t>(share * static_cast<double>(journal.size()))));
    const ProgramResult resumed = sweep("cut", {"--resume"});
    ASSERT_EQ(resumed.code, 0) << resumed.err;
    EXPECT_EQ(results("whole"), results("cut")) << share;
  }
}

TEST_F(CliSweep, DamageIsReportedAndRunAgain) {
  ASSERT_EQ(sweep("whole").code, 0);
  const auto wanted = results("whole");
  const fs::path journal = folder.path() / "whole" / "journal";
  std::string bytes = read_all(journal);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_all(journal, bytes);
  const ProgramResult resumed = sweep("whole", {"--resume"});
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_NE(resumed.err.find("were damaged"), std::string::npos) << resumed.err;
  EXPECT_EQ(wanted, results("whole"));
}

TEST_F(CliSweep, AFullDiskEndsInAMessageAndLosesNothing) {
  ASSERT_EQ(sweep("whole").code, 0);
  const auto limit_file_size = [](rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);  // inherited by the program
    const rlimit limit{bytes, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  };
  limit_file_size(12'000);
  const ProgramResult full = sweep("full");
  limit_file_size(RLIM_INFINITY);
  EXPECT_EQ(full.code, 4);
  EXPECT_NE(full.err.find("journal: File too large"), std::string::npos) << full.err;
  EXPECT_FALSE(fs::exists(folder.path() / "full/runs.csv"));
  EXPECT_GT(Journal::open(folder.path() / "full/journal", false).size(), 0u);
  ASSERT_EQ(sweep("full", {"--resume"}).code, 0);
  EXPECT_EQ(results("whole"), results("full"));
}

TEST_F(CliSweep, ASecondProcessIsRefusedByName) {
  fs::create_directory(folder.path() / "held");
  const FolderLock held(folder / "held");
  const ProgramResult result = sweep("held");
  EXPECT_EQ(result.code, 4);
  EXPECT_NE(result.err.find("held: process " + std::to_string(::getpid()) + " on "),
            std::string::npos)
      << result.err;
}

TEST_F(CliSweep, AFailingRunIsRecordedAndTheOthersGoOn) {
  // Connected Edge has no legal action on a tablet with nothing but a DSP.
  write_all(folder / "tablet.yaml", kTabletWithoutCpu);
  write_all(file,
            small_sweep("zip: [{path: servers.tablet.profile, values: [galaxy_tab_s6, " +
                        (folder / "tablet.yaml") +
                        "], labels: [good, bad]}, {path: dnns, values: [[mobilebert], "
                        "[mobilebert]], name: nets}, {path: policies, values: "
                        "[[connected_edge, cloud], [connected_edge, cloud]], name: list}]\n"));
  const ProgramResult result = sweep("out", {"--jobs", "2"});
  EXPECT_EQ(result.code, 1) << result.err;
  EXPECT_NE(result.out.find("18 failed: see"), std::string::npos) << result.out;
  const std::string failures = read_all(folder.path() / "out/failures.csv");
  EXPECT_EQ(std::count(failures.begin(), failures.end(), '\n'), 1 + 18) << failures;
  EXPECT_NE(failures.find("connected_edge-r0,connected_edge: no legal action for mobilebert"),
            std::string::npos)
      << failures;
  const std::string runs = read_all(folder.path() / "out/runs.csv");
  EXPECT_EQ(std::count(runs.begin(), runs.end(), '\n'), 1 + 2 * 18 * 4 - 18);
}

TEST_F(CliSweep, AValueThatCannotBeIsReportedWhereItStands) {
  write_all(file, small_sweep("zip: [{path: constraints.latncy, values: [5 ms]}]\n"));
  ProgramResult result = sweep("out");
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("small.yaml:11:"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("did you mean 'latency'?"), std::string::npos) << result.err;
  write_all(file, small_sweep("zip: [{path: dnns, values: [[mobilenet_v1], [no_such]]}]\n"));
  result = sweep("out");
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("unknown DNN 'no_such'"), std::string::npos) << result.err;
  EXPECT_FALSE(fs::exists(folder.path() / "out"));
}

/// A CSV file by columns.
class Csv {
 public:
  explicit Csv(const fs::path& csv) {
    std::istringstream lines(read_all(csv));
    std::string line;
    std::getline(lines, line);
    config::split_csv_line(line, header_);
    while (std::getline(lines, line)) config::split_csv_line(line, rows_.emplace_back());
  }

  std::size_t rows() const { return rows_.size(); }
  const std::string& at(std::size_t row, const std::string& column) const {
    const auto found = std::find(header_.begin(), header_.end(), column);
    return rows_.at(row).at(static_cast<std::size_t>(found - header_.begin()));
  }
  double number(std::size_t row, const std::string& column) const {
    return std::stod(at(row, column));
  }
  /// A row without its first columns, as one text.
  std::string tail(std::size_t row, std::size_t from) const {
    return config::csv_line(
        {rows_.at(row).begin() + static_cast<std::ptrdiff_t>(from), rows_.at(row).end()});
  }

 private:
  Words header_;
  std::vector<Words> rows_;
};

TEST_F(CliSweep, RowsAreThoseOfTheSameRuns) {
  ASSERT_EQ(sweep("swept").code, 0);
  ASSERT_EQ(
      run_program({"run", "scenarios/quickstart.yaml", "--set",
                   "phases=[{name: test, inferences: 20}]", "--set", "policies=[edge_best, cloud]",
                   "--set", "cloud_signal.constant.level=-70 dBm", "--set",
                   "constraints.accuracy=70", "--replications", "3", "--out", folder / "run"})
          .code,
      0);
  const Csv alone(folder / "run/runs.csv"), swept(folder / "swept/runs.csv");
  std::size_t matched = 0;
  for (std::size_t row = 0; row < swept.rows(); ++row) {
    if (swept.at(row, "signal") != "-70" || swept.at(row, "accuracy") != "70") continue;
    EXPECT_EQ(swept.tail(row, 3), alone.tail(matched++, 1));
  }
  EXPECT_EQ(matched, alone.rows());
  EXPECT_EQ(matched, 12u);
}

TEST_F(CliSweep, PointsMeetTheSameWorldsAndRunsHaveNamesOfTheirOwn) {
  ASSERT_EQ(sweep("swept").code, 0);
  const Csv runs(folder / "swept/runs.csv");
  std::map<std::string, std::set<std::string>> energies;  // of what does not depend on the point
  std::set<std::string> names;
  for (std::size_t row = 0; row < runs.rows(); ++row) {
    names.insert(runs.at(row, "run_id"));
    EXPECT_EQ(runs.number(row, "seed"), 1 + runs.number(row, "replication"));
    if (runs.at(row, "policy") != "edge_cpu_fp32") continue;
    energies[runs.at(row, "replication")].insert(runs.at(row, "energy_mean_mj"));
  }
  EXPECT_EQ(names.size(), runs.rows());
  ASSERT_EQ(energies.size(), 3u);
  for (const auto& [replication, values] : energies) EXPECT_EQ(values.size(), 1u);
  EXPECT_NE(energies["0"], energies["1"]);
}

TEST_F(CliSweep, SweepsDataPoliciesScenariosAndFolds) {
  write_all(folder / "folds.yaml", "include: " AUTOSCALE_SOURCE_DIR
                                   "/scenarios/quickstart.yaml\n"
                                   "name: folds\n"
                                   "dnns: [mobilenet_v1, inception_v1]\n"
                                   "holdout: leave_one_dnn_out\n");
  write_all(file,
            "name: wide\n"
            "scenarios: [" AUTOSCALE_SOURCE_DIR
            "/scenarios/quickstart.yaml, folds.yaml]\n"
            "set:\n"
            "  policies: [{autoscale: {}}, edge_best]\n"
            "  phases:\n"
            "    - {name: train, inferences: 50, learn: true, explore: true, record: false}\n"
            "    - {name: test, inferences: 20}\n"
            "grid:\n"
            "  - path: policies[0].autoscale.epsilon\n"
            "    values: [0.1, 0.5]\n"
            "  - path: overrides.device_profiles/mi8pro.baseline_power.value\n"
            "    name: baseline_power\n"
            "    values: [0.4 W, 1.2 W]\n"
            "baseline: {epsilon: 0.1}\n");
  const ProgramResult result = sweep("wide");
  ASSERT_EQ(result.code, 0) << result.err;
  const Csv runs(folder / "wide/runs.csv"), summary(folder / "wide/summary.csv");
  EXPECT_EQ(runs.rows(), 4u * 4 + 4u * 2 * 4);  // points x folds x policies with the references
  ASSERT_EQ(run_program({"run", "scenarios/quickstart.yaml", "--set",
                         "phases=[{name: train, inferences: 50, learn: true, record: false}, "
                         "{name: test, inferences: 20}]",
                         "--policy", "edge_best", "--set",
                         "overrides={device_profiles/mi8pro: {baseline_power.value: 0.4 W}}",
                         "--out", folder / "run"})
                .code,
            0);
  const Csv alone(folder / "run/runs.csv");
  EXPECT_EQ(runs.at(1, "policy"), "edge_best");
  EXPECT_EQ(runs.at(1, "baseline_power"), "0.4");
  EXPECT_EQ(runs.at(1, "energy_mean_mj"), alone.at(0, "energy_mean_mj"));
  // edge_best knows no epsilon: compared with the other epsilon, nothing changes, fold by fold.
  std::set<std::string> nets;
  for (std::size_t row = 0; row < summary.rows(); ++row) {
    if (summary.at(row, "policy") != "edge_best") continue;
    nets.insert(summary.at(row, "scenario") + summary.at(row, "dnn"));
    EXPECT_EQ(summary.number(row, "difference_mean"), 0);
  }
  EXPECT_EQ(nets.size(), 3u);
}

TEST_F(CliSweep, DryRunShowsWhatWouldHappenAndWritesNothing) {
  const ProgramResult result = sweep("dry", {"--dry-run"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.out.find("small: 6 points x 3 replications = 18 trials, 72 runs"),
            std::string::npos)
      << result.out;
  EXPECT_FALSE(fs::exists(folder.path() / "dry"));
}

TEST_F(CliSweep, SummaryIsWhatTheRowsGive) {
  ASSERT_EQ(sweep("swept").code, 0);
  const Csv runs(folder / "swept/runs.csv"), summary(folder / "swept/summary.csv");
  std::map<Words, std::vector<double>> energies;  // by replication
  for (std::size_t row = 0; row < runs.rows(); ++row) {
    energies[{runs.at(row, "signal"), runs.at(row, "accuracy"), runs.at(row, "policy")}].push_back(
        runs.number(row, "energy_mean_mj"));
  }
  int checked = 0;
  for (std::size_t row = 0; row < summary.rows(); ++row) {
    if (summary.at(row, "metric") != "energy_mean_mj") continue;
    const std::string &signal = summary.at(row, "signal"), &accuracy = summary.at(row, "accuracy");
    const std::vector<double> x = energies[{signal, accuracy, summary.at(row, "policy")}];
    const std::vector<double> y = energies[{signal, accuracy, "cloud"}];
    ASSERT_EQ(x.size(), 3u);
    const double mean = (x[0] + x[1] + x[2]) / 3;
    const double sd = std::sqrt(
        (std::pow(x[0] - mean, 2) + std::pow(x[1] - mean, 2) + std::pow(x[2] - mean, 2)) / 2);
    EXPECT_NEAR(summary.number(row, "mean"), mean, 1e-9 * mean);
    EXPECT_NEAR(summary.number(row, "sd"), sd, 1e-9 * mean);
    EXPECT_NEAR(summary.number(row, "ci95_high") - mean, 4.302653 * sd / std::sqrt(3.0),
                1e-6 * mean);
    EXPECT_NEAR(summary.number(row, "difference_mean"),
                (x[0] - y[0] + x[1] - y[1] + x[2] - y[2]) / 3, 1e-9 * mean);
    EXPECT_NEAR(summary.number(row, "ratio_mean"), (x[0] / y[0] + x[1] / y[1] + x[2] / y[2]) / 3,
                1e-9);
    ++checked;
  }
  EXPECT_EQ(checked, 24);
}

TEST_F(CliSweep, CompareReadsSweepsAndRuns) {
  ASSERT_EQ(sweep("swept").code, 0);
  const ProgramResult swept =
      run_program({"compare", folder / "swept", "--metric", "energy_mean_mj", "--csv"});
  EXPECT_EQ(swept.code, 0) << swept.err;
  EXPECT_TRUE(swept.out.starts_with("signal,accuracy,policy,metric,pairs,")) << swept.out;
  EXPECT_EQ(std::count(swept.out.begin(), swept.out.end(), '\n'), 1 + 6 * 3);
  const ProgramResult along =
      run_program({"compare", folder / "swept", "--baseline", "signal=-50"});
  EXPECT_EQ(along.code, 0) << along.err;
  EXPECT_NE(along.out.find("against signal -50, in pairs of equal seed"), std::string::npos);
  ASSERT_EQ(run_program({"run", "scenarios/quickstart.yaml", "--set", "phases[0].inferences=1",
                         "--replications", "3", "--out", folder / "run"})
                .code,
            0);
  const ProgramResult run = run_program({"compare", folder / "run", "--baseline", "cloud"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.out.find("edge_best"), std::string::npos);
  const ProgramResult wrong = run_program({"compare", folder / "run", "--baseline", "clod"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_NE(wrong.err.find("baseline: no policy 'clod' here (did you mean 'cloud'?); --baseline"),
            std::string::npos)
      << wrong.err;
}

}  // namespace
}  // namespace autoscale
