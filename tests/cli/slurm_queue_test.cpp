// A sweep that is handed to Slurm again while it is still queued there. Scripts stand in for the
// commands of Slurm; tests/cli/slurm_test.sh has the real ones.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/program_testing.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;

class SlurmQueueTest : public testing::Test {
 protected:
  SlurmQueueTest() {
    command("sbatch", "echo submitted >> '" + log() +
                          "'\ncase \"$*\" in *--dependency*) echo 42 ;; *) echo "
                          "41 ;; esac\n");
    command("scancel", "");
    ::setenv("PATH", (folder_.path().string() + ":" + path_).c_str(), 1);
  }
  ~SlurmQueueTest() override { ::setenv("PATH", path_.c_str(), 1); }

  void command(const std::string& name, const std::string& script) const {
    const fs::path file = folder_.write(name, "#!/bin/sh\n" + script);
    fs::permissions(file, fs::perms::owner_all);
  }

  std::string log() const { return folder_ / "log"; }
  std::size_t submissions() const {
    const std::string lines = read_all(log());
    return static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n'));
  }
  ProgramResult submit(bool resume) const {
    std::vector<std::string> words = {"sweep", "smoke", "--executor",
                                      "slurm", "--out", folder_ / "out"};
    if (resume) words.emplace_back("--resume");
    return run_program(words);
  }

  const TemporaryFolder folder_;
  const std::string path_ = std::getenv("PATH");
};

TEST_F(SlurmQueueTest, IsNotSubmittedTwice) {
  command("squeue", "case \"$*\" in *--jobs=41*) printf '41\\n41\\n' ;; *) echo 42 ;; esac\n");
  ASSERT_EQ(submit(false).code, 0);
  ASSERT_EQ(submissions(), 2U);
  for (const bool resume : {true, false}) {
    const ProgramResult again = submit(resume);
    EXPECT_EQ(again.code, 2);
    EXPECT_NE(again.err.find("still being worked on by Slurm, job 41 and 42; "), std::string::npos)
        << again.err;
    EXPECT_NE(again.err.find("`scancel 41 42`"), std::string::npos) << again.err;
  }
  EXPECT_EQ(submissions(), 2U);
}

TEST_F(SlurmQueueTest, TheMergingJobAloneCountsToo) {
  command("squeue", "case \"$*\" in *--jobs=42*) echo 42 ;; esac\n");
  ASSERT_EQ(submit(false).code, 0);
  EXPECT_NE(submit(true).err.find("by Slurm, job 42; "), std::string::npos);
}

TEST_F(SlurmQueueTest, IsSubmittedAnewWhenItIsGone) {
  ASSERT_EQ(submit(false).code, 0);
  for (const char* gone : {"echo 'slurm_load_jobs error: Invalid job id specified' >&2\nexit 1\n",
                           "true\n", "echo 411\n"}) {
    command("squeue", gone);
    const ProgramResult again = submit(true);
    EXPECT_EQ(again.code, 0) << again.err;
    EXPECT_EQ(again.err, "") << gone;
  }
  EXPECT_EQ(submissions(), 8U);
}

TEST_F(SlurmQueueTest, WhatSqueueCannotTellIsSaid) {
  ASSERT_EQ(submit(false).code, 0);
  command("squeue", "echo 'Unable to contact slurm controller' >&2\nexit 1\n");
  const ProgramResult again = submit(true);
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_NE(again.err.find("squeue cannot tell whether job 41 is still there: Unable to contact"),
            std::string::npos)
      << again.err;
}

TEST_F(SlurmQueueTest, WithoutSqueueItIsSubmitted) {
  ASSERT_EQ(submit(false).code, 0);
  command("squeue", "exit 127\n");
  const ProgramResult again = submit(true);
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.err, "");
}

}  // namespace
}  // namespace autoscale
