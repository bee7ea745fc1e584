// Shards whose journals are sound to the checksum, but say what no sweep of this program says:
// merging and resuming refuse them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/config/diagnostics.h"
#include "sim/core/output_file.h"
#include "sim/results/columns.h"
#include "sim/sweep/folder.h"
#include "tests/support/temporary_folder.h"

namespace autoscale {
namespace {

using Json = nlohmann::ordered_json;

/// The head of a whole sweep of one point and one replication.
Json sound_head() {
  return Json::parse(R"({"format": 1, "shard": {"index": 0, "count": 1}, "definition": {"sweep": {
    "name": "s", "scenarios": ["s.yaml"], "points": 1, "replications": 1}}})");
}

std::string sound_row() {
  std::string row = "run";
  for (std::size_t i = 1; i < run_columns().size(); ++i) row += ",1";
  return row;
}

/// Merges one shard; how it ended.
std::string merged(const std::string& head, const JournalRecord& record) {
  const TemporaryFolder shard, out;
  {
    Journal journal = Journal::create(shard / Journal::kFile, head);
    journal.add(record);
  }
  try {
    merge_shards({shard.path()}, out.path());
  } catch (const std::invalid_argument&) {
    return "invalid";
  } catch (const config::ConfigError&) {
    return "invalid";
  } catch (const IoError&) {
    return "io";
  }
  return "merged";
}

std::string merged(const Json& head) { return merged(head.dump(), {0, {sound_row()}, {}, {}, {}}); }

TEST(MergeTest, ASoundShardIsMerged) { EXPECT_EQ(merged(sound_head()), "merged"); }

TEST(MergeTest, HeadsOfAnotherShapeAreRefused) {
  for (const char* path :
       {"/format", "/shard", "/shard/index", "/shard/count", "/definition", "/definition/sweep",
        "/definition/sweep/points", "/definition/sweep/replications"}) {
    for (const char* value : {"null", "-1", "0.5", "\"1\"", "[]", "{}", "9223372036854775807"}) {
      Json head = sound_head();
      head[Json::json_pointer(path)] = Json::parse(value);
      EXPECT_EQ(merged(head), "invalid") << path << ": " << value;
    }
  }
  EXPECT_EQ(merged("no JSON", {}), "invalid");
  EXPECT_EQ(merged("[]", {}), "invalid");
}

TEST(MergeTest, AShardIsOneOfThoseThatThereAre) {
  Json head = sound_head();
  head["shard"] = {{"index", 1}, {"count", 1}};
  EXPECT_EQ(merged(head), "invalid");
  head["shard"] = {{"index", 0}, {"count", 0}};
  EXPECT_EQ(merged(head), "invalid");
}

TEST(MergeTest, UnknownMetricsAndParametersAreRefused) {
  Json head = sound_head();
  head["definition"]["sweep"]["metrics"] = {"joy"};
  EXPECT_EQ(merged(head), "invalid");
  head = sound_head();
  head["definition"]["sweep"]["baseline"] = {{"no_such_column", "1"}};
  EXPECT_EQ(merged(head), "invalid");
}

TEST(MergeTest, RecordsOfOtherTrialsAndShapesAreRefused) {
  const std::string head = sound_head().dump();
  EXPECT_EQ(merged(head, {1, {sound_row()}, {}, {}, {}}), "io");
  EXPECT_EQ(merged(head, {0, {"too,short"}, {}, {}, {}}), "io");
  EXPECT_EQ(merged(head, {0, {""}, {}, {}, {}}), "io");
  EXPECT_EQ(merged(head, {0, {sound_row()}, {}, {"a,b"}, {}}), "merged");  // not asked for
}

TEST(MergeTest, ResumingRefusesAHeadOfAnotherShape) {
  const TemporaryFolder folder;
  Json head = sound_head();
  const Json definition = head["definition"];
  head["definition"] = Json::array();
  Journal::create(folder / Journal::kFile, head.dump());
  EXPECT_THROW(SweepFolder::open(folder.path(), definition, {}, true), std::invalid_argument);
}

}  // namespace
}  // namespace autoscale
