// Targets: what the program writes and reads again: journals, shards of a sweep, result folders.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/results/compare.h"
#include "sim/sweep/folder.h"
#include "sim/sweep/sweep.h"
#include "tests/fuzz/target.h"

namespace autoscale::fuzz {
namespace {

namespace fs = std::filesystem;

/// Parts of an input are parted by a line.
constexpr std::string_view kPart = "\n===\n";

std::vector<std::string_view> split(std::string_view text, std::string_view at) {
  std::vector<std::string_view> parts;
  for (std::size_t end = text.find(at); end != text.npos; end = text.find(at)) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + at.size());
  }
  parts.push_back(text);
  return parts;
}

/// A folder below that of the process, gone at the end.
struct NewFolder {
  explicit NewFolder(const std::string& name) : path(folder().path() / name) {
    fs::create_directory(path);
  }
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;
  ~NewFolder() { fs::remove_all(path); }
  fs::path path;
};

JournalRecord last_record(const Journal& journal, std::uint64_t trial) {
  return journal.has(trial) ? journal.read(trial) : JournalRecord{};
}

/// Opened, repaired, gone on with, opened again.
void journal(std::string_view bytes) {
  const auto file = folder().write("journal", bytes);
  accepts([&] {
    std::uint64_t size = 0;
    {
      Journal journal = Journal::open(file, true);
      if (journal.head().empty()) return;
      for (std::uint64_t trial = 0; trial < 20; ++trial) last_record(journal, trial);
      size = journal.size() + !journal.has(1);
      journal.add({1, {"row"}, {}, {}, {}});
    }
    const Journal again = Journal::open(file, false);
    require(again.size() == size, "nothing of a journal is lost");
    require(again.read(1).rows == std::vector<std::string>{"row"}, "what was added is read");
  });
}

std::vector<std::string> journal_seeds() {
  const fs::path file = folder().path() / "journal";
  Journal journal = Journal::create(file, R"({"format": 1})");
  journal.add({0, {"a,b", ""}, {"t"}, {"x", "y"}, {{"run", "why"}}});
  journal.add({3, {"c,d"}, {}, {}, {}});
  const std::string whole = read_all(file);
  return {whole, whole.substr(0, whole.size() - 3), "damaged" + whole};
}

// ----------------------------------------------------------------------------- shards of a sweep

/// Small, but with everything that a definition can hold.
const Sweep& small_sweep() {
  static const Sweep sweep = [] {
    folder().write("scenario.yaml",
                   "name: s\ndevices: [{profile: mi8pro}]\ndnns: [mobilenet_v1]\n"
                   "policies: [cloud, edge_cpu_fp32]\nphases: [{name: test, inferences: 2}]\n");
    return Sweep::load(shipped_catalog(),
                       folder().write("sweep.yaml",
                                      "name: fuzz\nscenarios: [scenario.yaml]\nreplications: 2\n"
                                      "grid: [{path: tails, values: [false, true]}]\n"
                                      "baseline: {policy: cloud}\nbreakdown: true\n"
                                      "metrics: [energy_mean_mj]\n"));
  }();
  return sweep;
}

/// A record as text: its trial, then lines of which the first letter says where they belong.
JournalRecord record_of(std::string_view text) {
  JournalRecord record;
  const std::vector<std::string_view> lines = split(text, "\n");
  record.trial = std::strtoull(std::string(lines.front()).c_str(), nullptr, 10);
  for (const std::string_view line : lines) {
    const std::string rest(line.substr(std::min<std::size_t>(1, line.size())));
    if (line.starts_with('r')) record.rows.push_back(rest);
    if (line.starts_with('t')) record.timing.push_back(rest);
    if (line.starts_with('b')) record.breakdown.push_back(rest);
    if (line.starts_with('f')) record.failures.push_back({rest, rest});
  }
  return record;
}

std::string text_of(const JournalRecord& record) {
  std::string text = std::to_string(record.trial);
  for (const std::string& row : record.rows) text += "\nr" + row;
  for (const std::string& row : record.timing) text += "\nt" + row;
  for (const std::string& row : record.breakdown) text += "\nb" + row;
  for (const JournalRecord::Failure& failure : record.failures) text += "\nf" + failure.run;
  return text;
}

/// A journal whose frames are sound: its head, then its records.
void shards(std::string_view bytes) {
  const NewFolder shard("shard"), out("out");
  const std::vector<std::string_view> parts = split(bytes, kPart);
  accepts([&] {
    Journal journal = Journal::create(shard.path / Journal::kFile, std::string(parts.front()));
    for (std::size_t i = 1; i < parts.size(); ++i) journal.add(record_of(parts[i]));
  });
  accepts([&] { merge_shards({shard.path}, out.path); });
  accepts([&] { SweepFolder::open(shard.path, small_sweep().definition({}), {}, true); });
}

std::vector<std::string> shard_seeds() {
  const NewFolder folder("begun");
  SweepFolder::open(folder.path, small_sweep().definition({}), {}, false);
  std::string seed = Journal::open(folder.path / Journal::kFile, false).head();
  for (std::uint64_t t = 0; t < small_sweep().trials(); ++t) {
    seed += std::string(kPart) + text_of(run_trial(small_sweep(), t));
  }
  return {seed};
}

// -------------------------------------------------------------------------------- result folders

/// A manifest and runs.csv.
void compare(std::string_view bytes) {
  const NewFolder results("results");
  const std::vector<std::string_view> parts = split(bytes, kPart);
  write_all(results.path / "manifest.json", parts.front());
  write_all(results.path / "runs.csv", parts.back());
  accepts([&] { compare_runs({results.path, {}, {"energy_mean_mj"}}); });
  accepts([&] { compare_runs({results.path, {{"policy", "cloud"}}, {"latency_mean_ms"}}); });
}

std::vector<std::string> compare_seeds() {
  const NewFolder results("results");
  write_sweep_results(results.path, small_sweep().definition({}),
                      [](std::uint64_t trial) { return run_trial(small_sweep(), trial); });
  return {fmt::format("{}{}{}", read_all(results.path / "manifest.json"), kPart,
                      read_all(results.path / "runs.csv"))};
}

}  // namespace

std::vector<Target> result_targets() {
  return {{"journal", journal, journal_seeds},
          {"shards", shards, shard_seeds},
          {"compare", compare, compare_seeds}};
}

}  // namespace autoscale::fuzz
