// The journal: what was added is read again, whatever happened to the file's end.
#include "sim/sweep/journal.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "sim/core/output_file.h"
#include "tests/support/temporary_folder.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;

JournalRecord record_of(std::uint64_t trial) {
  const std::string number = std::to_string(trial);
  JournalRecord record;
  record.trial = trial;
  record.rows = {"row " + number, "", std::string(trial % 50, 'x')};
  record.timing = {"timing " + number};
  record.breakdown = {"cell " + number, "another"};
  record.failures = {{"run", "error of\n" + number}};
  return record;
}

void expect_record(const Journal& journal, std::uint64_t trial) {
  ASSERT_TRUE(journal.has(trial)) << trial;
  const JournalRecord read = journal.read(trial), wanted = record_of(trial);
  EXPECT_EQ(read.rows, wanted.rows);
  EXPECT_EQ(read.timing, wanted.timing);
  EXPECT_EQ(read.breakdown, wanted.breakdown);
  ASSERT_EQ(read.failures.size(), 1u);
  EXPECT_EQ(read.failures[0].error, wanted.failures[0].error);
}

class JournalTest : public testing::Test {
 protected:
  /// A journal of the trials 0 to n - 1, as bytes.
  std::string bytes_of(std::uint64_t n) {
    const fs::path path = folder / "made";
    {
      Journal journal = Journal::create(path, "the head");
      for (std::uint64_t i = 0; i < n; ++i) journal.add(record_of(i));
    }
    std::string bytes = read_all(path);
    fs::remove(path);
    return bytes;
  }

  const TemporaryFolder folder;
  const fs::path file = folder / "journal";
};

TEST_F(JournalTest, GivesBackWhatWasAddedInAnyOrder) {
  {
    Journal journal = Journal::create(file, "the head");
    for (const std::uint64_t trial : {7, 0, 3}) journal.add(record_of(trial));
    expect_record(journal, 3);
  }
  const Journal journal = Journal::open(file, false);
  EXPECT_EQ(journal.head(), "the head");
  EXPECT_EQ(journal.size(), 3u);
  EXPECT_EQ(journal.damaged(), 0u);
  EXPECT_FALSE(journal.has(1));
  EXPECT_FALSE(journal.has(8));
  for (const std::uint64_t trial : {7, 0, 3}) expect_record(journal, trial);
}

TEST_F(JournalTest, CutAtAnyByteKeepsEveryWholeRecordAndGoesOn) {
  const std::string whole = bytes_of(3);
  std::uint64_t most = 0;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    write_all(file, whole.substr(0, length));
    {
      Journal journal = Journal::open(file, true);
      if (journal.head().empty()) {
        EXPECT_EQ(most, 0u) << length;
        continue;
      }
      EXPECT_GE(journal.size(), most) << length;
      most = journal.size();
      for (std::uint64_t trial = 0; trial < 3; ++trial) {
        if (!journal.has(trial)) journal.add(record_of(trial));
      }
    }
    ASSERT_EQ(read_all(file), whole) << length;
  }
  EXPECT_EQ(most, 2u);
}

TEST_F(JournalTest, AnyDamagedByteCostsOneRecordAtMost) {
  const std::string whole = bytes_of(3);
  const std::size_t head = std::string(bytes_of(0)).size();
  for (std::size_t at = head; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x20);
    write_all(file, bytes);
    Journal journal = Journal::open(file, true);
    EXPECT_EQ(journal.size(), 2u) << at;
    EXPECT_GT(journal.damaged(), 0u) << at;
    for (std::uint64_t trial = 0; trial < 3; ++trial) {
      if (!journal.has(trial)) journal.add(record_of(trial));
      expect_record(journal, trial);
    }
  }
}

TEST_F(JournalTest, RefusesAJournalWhoseHeadIsDamaged) {
  std::string bytes = bytes_of(2);
  bytes[13] = static_cast<char>(bytes[13] ^ 1);
  write_all(file, bytes);
  EXPECT_THROW(Journal::open(file, true), IoError);
}

TEST_F(JournalTest, WhatDoesNotFitOnTheDiskLeavesTheRestWhole) {
  const pid_t child = ::fork();
  if (child == 0) {
    // A limit on the file's size stands for a full disk: writing stops in the middle of a record.
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    Journal journal = Journal::create(file, "the head");
    try {
      for (std::uint64_t trial = 0;; ++trial) journal.add(record_of(trial));
    } catch (const IoError&) {
      std::_Exit(7);
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 7);
  const Journal journal = Journal::open(file, false);
  EXPECT_EQ(journal.damaged(), 0u);
  EXPECT_GT(journal.size(), 3u);
  for (std::uint64_t trial = 0; trial < journal.size(); ++trial) expect_record(journal, trial);
}

/// What happens where a lock does not hold, as between two machines on some file systems.
TEST_F(JournalTest, NoticesThatAnotherProcessAddsToo) {
  Journal journal = Journal::create(file, "the head");
  journal.add(record_of(0));
  Journal other = Journal::open(file, true);
  other.add(record_of(1));
  EXPECT_THROW(journal.add(record_of(2)), IoError);
  expect_record(journal, 0);
  other.add(record_of(2));
  const Journal after = Journal::open(file, false);
  EXPECT_EQ(after.damaged(), 0u);
  EXPECT_EQ(after.size(), 3u);
}

TEST_F(JournalTest, NeverGivesTheRecordOfAnotherTrial) {
  Journal journal = Journal::create(file, "the head");
  journal.add(record_of(1));
  write_all(file, "");
  Journal other = Journal::create(folder / "other", "the head");
  other.add(record_of(2));
  write_all(file, read_all(folder / "other"));  // a record of the same length at the same place
  EXPECT_THROW(journal.read(1), IoError);
}

TEST_F(JournalTest, NoticesThatItWasRemoved) {
  Journal journal = Journal::create(file, "the head");
  fs::remove(file);
  EXPECT_THROW(journal.add(record_of(0)), IoError);
}

/// Whatever a record says, it takes no more memory than the record.
TEST_F(JournalTest, TrialsMayHaveAnyNumber) {
  const std::vector<std::uint64_t> trials = {5, std::uint64_t{1} << 40, UINT64_MAX, UINT64_MAX - 1};
  {
    Journal journal = Journal::create(file, "the head");
    for (const std::uint64_t trial : trials) journal.add(record_of(trial));
  }
  const Journal journal = Journal::open(file, true);
  EXPECT_EQ(journal.size(), trials.size());
  for (const std::uint64_t trial : trials) expect_record(journal, trial);
  EXPECT_FALSE(journal.has(0));
  EXPECT_THROW(journal.read(0), IoError);
  EXPECT_THROW(journal.read(6), IoError);
}

}  // namespace
}  // namespace autoscale
