#include "sim/sweep/folder.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "sim/core/output_file.h"
#include "sim/results/results.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;  // of the journal

std::string make_head(const Json& definition, const Shard& shard) {
  return Json{{"format", kFormat},
              {"shard", {{"index", shard.index}, {"count", shard.count}}},
              {"definition", definition}}
      .dump();
}

/// What the head of a journal says.
struct Head {
  Json json;
  Shard shard;
  std::uint64_t trials = 0;  // of all shards

  const Json& definition() const { return json["definition"]; }
};

/// Fills the rest from the JSON; false if that is not what make_head() gives.
bool read_shard(Head& head) {
  const auto number = [&head](const char* path, std::uint64_t& value) {
    const Json::json_pointer at(path);
    if (!head.json.contains(at) || !head.json[at].is_number_unsigned()) return false;
    value = head.json[at].get<std::uint64_t>();
    return true;
  };
  std::uint64_t points = 0, replications = 0;
  if (!number("/shard/index", head.shard.index) || !number("/shard/count", head.shard.count) ||
      !number("/definition/sweep/points", points) ||
      !number("/definition/sweep/replications", replications)) {
    return false;
  }
  head.trials = points * replications;
  return head.shard.index < head.shard.count;
}

Head read_head(const Journal& journal, const fs::path& folder) {
  Head head;
  head.json = Json::parse(journal.head(), nullptr, false);
  if (!head.json.is_object() || !head.json.contains("format") || head.json["format"] != kFormat ||
      !read_shard(head)) {
    throw std::invalid_argument(
        fmt::format("{}: its journal is of another version of the program", folder.string()));
  }
  return head;
}

/// The part of a head that decides what is run; the rest only says how results are shown.
Json what_is_run(Json head) {
  for (const char* key : {"summary", "baseline", "metrics"}) {
    head["definition"]["sweep"].erase(key);
  }
  return head;
}

/// Up to three places where two heads differ, for a message.
std::string differences(const Json& there, const Json& here) {
  std::string text;
  std::size_t shown = 0;
  const Json patch = Json::diff(there, here);
  for (const Json& change : patch) {
    if (shown++ == 3) return text + fmt::format("\n  and {} more", patch.size() - 3);
    const auto at = Json::json_pointer(change["path"].get<std::string>());
    const auto value = [&at](const Json& json) {
      return json.contains(at) ? config::printable(json[at].dump()) : "nothing";
    };
    text += fmt::format("\n  {}: {} there, {} here", change["path"].get<std::string>(),
                        value(there), value(here));
  }
  return text;
}

bool has_nothing_else(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    const fs::path name = entry.path().filename();
    if (name != FolderLock::kFile && name != std::string(Journal::kFile) + ".partial") return false;
  }
  return true;
}

}  // namespace

SweepFolder SweepFolder::open(const fs::path& folder, const Json& definition, const Shard& shard,
                              bool resume) {
  prepare_folder(folder);
  FolderLock lock(folder);
  const fs::path path = folder / Journal::kFile;
  const std::string head = make_head(definition, shard);
  const bool there = fs::exists(path);
  if (there && !resume) {
    throw std::invalid_argument(
        fmt::format("{}: a sweep is there already; --resume goes on with it", folder.string()));
  }
  if (!there && !has_nothing_else(folder)) {
    throw std::invalid_argument(fmt::format("{}: is not empty, and no sweep", folder.string()));
  }
  if (!there) return {std::move(lock), Journal::create(path, head)};
  Journal journal = Journal::open(path, true);
  if (journal.head().empty()) return {std::move(lock), Journal::create(path, head)};
  const Json other = what_is_run(read_head(journal, folder).json);
  const Json own = what_is_run(Json::parse(head));
  if (other != own) {
    throw std::invalid_argument(
        fmt::format("{}: another sweep is there:{}", folder.string(), differences(other, own)));
  }
  return {std::move(lock), std::move(journal)};
}

SweepOutcome merge_shards(const std::vector<fs::path>& shards, const fs::path& out) {
  struct Part {
    FolderLock lock;
    Journal journal;
  };
  std::map<std::uint64_t, Part> parts;  // by index
  std::optional<Head> first;
  std::set<fs::path> seen;
  for (const fs::path& folder : shards) {
    if (!fs::exists(folder / Journal::kFile)) {
      throw std::invalid_argument(folder.string() + ": no shard of a sweep is there");
    }
    if (!seen.insert(fs::canonical(folder)).second) {
      throw std::invalid_argument(folder.string() + ": is given twice");
    }
    FolderLock lock(folder);
    Journal journal = Journal::open(folder / Journal::kFile, false);
    const Head head = read_head(journal, folder);
    const Shard& shard = head.shard;
    if (!first) first = head;
    const auto fail = [&folder](const std::string& why) {
      throw std::invalid_argument(folder.string() + ": " + why);
    };
    if (head.definition() != first->definition()) {
      fail("is of another sweep than " + shards.front().string() + ":" +
           differences(first->definition(), head.definition()));
    }
    if (shard.count != first->shard.count) {
      fail(fmt::format("is one of {} shards, {} one of {}", shard.count, shards.front().string(),
                       first->shard.count));
    }
    const std::string name = fmt::format("shard {}/{}", shard.index + 1, shard.count);
    if (parts.contains(shard.index)) fail(name + " is given twice");
    if (journal.size() != shard.size(head.trials)) {
      fail(fmt::format("{} is not finished: {} of {} trials", name, journal.size(),
                       shard.size(head.trials)));
    }
    parts.emplace(shard.index, Part{std::move(lock), std::move(journal)});
  }
  if (!first) throw std::invalid_argument("no shard is given");
  for (std::uint64_t i = 0; i < first->shard.count; ++i) {
    if (!parts.contains(i)) {
      throw std::invalid_argument(fmt::format("shard {}/{} is missing", i + 1, first->shard.count));
    }
  }
  prepare_folder(out);
  const FolderLock lock(out);
  if (fs::exists(out / Journal::kFile)) {
    throw std::invalid_argument(out.string() + ": a sweep is there already");
  }
  return write_sweep_results(out, first->definition(), [&parts](std::uint64_t trial) {
    return parts.at(trial % parts.size()).journal.read(trial);
  });
}

}  // namespace autoscale
