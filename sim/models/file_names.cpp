#include "sim/models/file_names.h"

#include <algorithm>

namespace autoscale {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEnding = ".yaml";

/// Without symbolic links and dots in the folders; a relative path begins where the program does.
fs::path folder_of(const fs::path& file) {
  std::error_code problem;  // what cannot be looked at stays as it is written
  const fs::path folder = fs::absolute(file, problem).parent_path();
  const fs::path canonical = fs::weakly_canonical(folder, problem);
  return problem ? folder : canonical;
}

bool is_data(const fs::path& file, const SearchPath& search, const fs::path& folder) {
  const std::vector<fs::path> found = search.all(folder / file.filename());
  return std::any_of(found.begin(), found.end(),
                     [&](const fs::path& data) { return folder_of(data) == folder_of(file); });
}

/// The whole path that a reader knows a file by, without ".yaml".
fs::path known_path(const fs::path& file, const SearchPath& search, const fs::path& folder,
                    const fs::path& base) {
  fs::path name = file.extension() == kEnding ? file.stem() : file.filename();
  if (is_data(file, search, folder)) return name;
  const fs::path relative = folder_of(file).lexically_relative(folder_of(base / name));
  return (*relative.begin() == ".." || relative == "." ? relative : "." / relative) / name;
}

/// The last `parts` of a path, or all of it.
fs::path end_of(const fs::path& path, std::ptrdiff_t parts) {
  const std::ptrdiff_t skipped =
      std::max<std::ptrdiff_t>(0, std::distance(path.begin(), path.end()) - parts);
  fs::path end;
  for (auto part = std::next(path.begin(), skipped); part != path.end(); ++part) end /= *part;
  return end;
}

fs::path telling_end(const fs::path& path, const std::vector<fs::path>& paths) {
  for (std::ptrdiff_t parts = 1;; ++parts) {
    fs::path end = end_of(path, parts);
    const bool tells = std::none_of(paths.begin(), paths.end(), [&](const fs::path& other) {
      return other != path && end_of(other, parts) == end;
    });
    if (tells || end == path) return end;
  }
}

}  // namespace

fs::path own_latencies(const fs::path& profile) {
  return fs::path(profile).replace_extension(kLatencyEnding);
}

bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code missing;
  return fs::equivalent(a, b, missing);
}

bool is_same_device(const fs::path& a, const fs::path& b) {
  const fs::path own = own_latencies(a), other = own_latencies(b);
  std::error_code missing;
  const bool same_latencies =
      same_file(own, other) || (!fs::exists(own, missing) && !fs::exists(other, missing));
  return a.stem() == b.stem() && same_file(a, b) && same_latencies;
}

std::vector<std::string> telling_names(const std::vector<fs::path>& files, const SearchPath& search,
                                       const fs::path& folder, const fs::path& base) {
  std::vector<std::string> names;
  for (const fs::path& file : files) {
    std::vector<fs::path> known;
    for (const fs::path& other : files) {
      if (other.stem() == file.stem()) known.push_back(known_path(other, search, folder, base));
    }
    const fs::path own = known_path(file, search, folder, base);
    const bool alone = std::all_of(known.begin(), known.end(),
                                   [&](const fs::path& other) { return other == own; });
    names.push_back(alone ? file.stem().string() : telling_end(own, known).string());
  }
  return names;
}

}  // namespace autoscale
