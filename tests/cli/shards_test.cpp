// `autoscale run --shards`: what it says where phones meet.
#include <gtest/gtest.h>

#include "tests/support/program_testing.h"

namespace autoscale {
namespace {

TEST(RunShards, RefusesPhonesThatMeetAndWritesNothing) {
  const TemporaryFolder folder;
  const std::string out = (folder.path() / "out").string();
  const ProgramResult result =
      run_program({"run", "scenarios/fleet_1000.yaml", "--shards", "2", "--out", out});
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find("fleet_1000: run autoscale-r0 cannot be split into shards, because its "
                            "phones meet: links.cloud.phones_per_access_point: 20 phones share the "
                            "air"),
            std::string::npos)
      << result.err;
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "out" / "runs.csv"));
}

TEST(RunShards, RefusesWhatIsNoNumberOfThreads) {
  for (const char* count : {"0", "-1", "2.5", "1025"}) {
    const ProgramResult result =
        run_program({"run", "scenarios/quickstart.yaml", "--shards", count});
    EXPECT_EQ(result.code, 2) << count;
    EXPECT_NE(result.err.find("--shards"), std::string::npos) << result.err;
  }
}

}  // namespace
}  // namespace autoscale
