// libFuzzer's entry points. Beside libFuzzer's own arguments:
//   --list           prints the names of the targets and ends
//   --target=NAME    which one is run
//   --seeds=FOLDER   writes the target's seeds into an existing folder and ends
#include <fmt/format.h>

#include <cstdlib>

#include "tests/fuzz/target.h"

namespace autoscale::fuzz {
namespace {

std::vector<Target> all_targets() {
  std::vector<Target> all;
  for (const auto& family : {yaml_targets(), table_targets(), result_targets(), world_targets()}) {
    all.insert(all.end(), family.begin(), family.end());
  }
  return all;
}

const Target* chosen = nullptr;

[[noreturn]] void list(const std::vector<Target>& targets) {
  for (const Target& target : targets) fmt::print("{}\n", target.name);
  std::exit(0);
}

[[noreturn]] void write_seeds(const std::filesystem::path& into) {
  std::size_t number = 0;
  for (const std::string& seed : chosen->seeds()) {
    write_all(into / fmt::format("seed_{}", number++), seed);
  }
  std::exit(0);
}

void choose(int count, char** arguments) {
  static const std::vector<Target> targets = all_targets();
  std::string seeds;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--list") list(targets);
    if (argument.starts_with("--seeds=")) seeds = argument.substr(8);
    for (const Target& target : targets) {
      if (argument == fmt::format("--target={}", target.name)) chosen = &target;
    }
  }
  if (!chosen) {
    fmt::print(stderr, "--target=NAME names one of --list\n");
    std::exit(2);
  }
  if (!seeds.empty()) write_seeds(seeds);
}

}  // namespace

void require(bool holds, std::string_view what) {
  if (holds) return;
  fmt::print(stderr, "broken: {}\n", what);
  std::abort();
}

const TemporaryFolder& folder() {
  static const TemporaryFolder folder;
  return folder;
}

std::vector<std::string> shipped(const std::string& below, std::string_view ending,
                                 std::size_t limit) {
  std::vector<std::string> contents;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(source_root() / below)) {
    if (!entry.is_regular_file() || !entry.path().string().ends_with(ending)) continue;
    contents.push_back(read_all(entry.path()).substr(0, limit));
  }
  return contents;
}

}  // namespace autoscale::fuzz

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
  autoscale::fuzz::choose(*count, *arguments);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  autoscale::fuzz::chosen->run({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
