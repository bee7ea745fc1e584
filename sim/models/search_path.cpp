#include "sim/models/search_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "sim/core/output_file.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;
using config::Diagnostics;
using config::Mark;

// What cannot be looked at, such as too long a name, is not there.
bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

bool is_path(const std::string& name) { return name.find_first_of("/.") != std::string::npos; }

/// Not absolute, and without '.' and '..', which mean the disk and not the data.
bool may_be_name(const fs::path& name) {
  return name.is_relative() && std::none_of(name.begin(), name.end(), [](const fs::path& part) {
           return part == "." || part == "..";
         });
}

/// Where below a data folder a file of this kind and name may stand. A file name alone, such as
/// "mi8pro.yaml", is no name, or a file that a user misses would quietly be the shipped one; for
/// scenarios it always was one.
std::vector<fs::path> places_of(const DataKind& kind, const std::string& name) {
  const bool whole_path = name.find('/') != std::string::npos;
  std::vector<fs::path> places;
  if (whole_path) places = {name, name + kind.ending};
  for (const char* folder : kind.folders) {
    if (whole_path || kind.any_file) places.push_back(fs::path(folder) / name);
    places.push_back(fs::path(folder) / (name + kind.ending));
  }
  return places;
}

/// Adds a file or folder, unless it is there already, perhaps by another path.
void add_new(std::vector<fs::path>& paths, const fs::path& path) {
  const bool there = std::any_of(paths.begin(), paths.end(), [&](const fs::path& other) {
    std::error_code ignored;
    return fs::equivalent(path, other, ignored);
  });
  if (!there) paths.push_back(path);
}

/// The first of the files found; reports that there are two.
std::optional<fs::path> first_of(const std::vector<fs::path>& found, const Mark& where,
                                 Diagnostics& diagnostics) {
  if (found.empty()) return std::nullopt;
  if (found.size() > 1) {
    diagnostics.error(where, fmt::format("two data folders have this name: '{}' and '{}'",
                                         found[0].string(), found[1].string()));
  }
  return found.front();
}

}  // namespace

SearchPath::SearchPath(const std::vector<std::string>& data, const std::string& variable,
                       const std::function<fs::path()>& shipped) {
  for (const std::string& folder : data) add(folder, "data folder " + folder);
  std::istringstream entries(variable);
  for (std::string folder; std::getline(entries, folder, ':');) {
    if (!folder.empty()) add(folder, fmt::format("{}={}", kDataVariable, folder));
  }
  if (!is_whole()) add_new(folders_, shipped());
}

void SearchPath::add(const std::string& folder, const std::string& origin) {
  const fs::path path = folder;
  const bool holds_data = is_folder(path / "device_profiles") || is_folder(path / "workloads") ||
                          is_folder(path / "scenarios");
  if (!holds_data) {
    throw IoError(fmt::format("{}: no device_profiles/, workloads/ or scenarios/ there", origin));
  }
  add_new(folders_, path);
}

bool SearchPath::is_whole() const {
  return std::any_of(folders_.begin(), folders_.end(), [](const fs::path& folder) {
    return is_there(folder / "workloads/roofline.yaml");
  });
}

std::vector<fs::path> SearchPath::all(const fs::path& name) const {
  std::vector<fs::path> found;
  for (const fs::path& folder : folders_) {
    if (is_there(folder / name)) add_new(found, folder / name);
  }
  return found;
}

std::optional<fs::path> SearchPath::one(const fs::path& name, const Mark& where,
                                        Diagnostics& diagnostics) const {
  return first_of(all(name), where, diagnostics);
}

std::optional<fs::path> SearchPath::find(const DataKind& kind, const std::string& name,
                                         const Mark& where, Diagnostics& diagnostics) const {
  const fs::path here = config::path_at(where, name);
  if ((kind.any_file || is_path(name)) && is_file(here)) return here;
  return may_be_name(name) ? named(kind, name, where, diagnostics) : std::nullopt;
}

std::optional<fs::path> SearchPath::named(const DataKind& kind, const std::string& name,
                                          const Mark& where, Diagnostics& diagnostics) const {
  const std::vector<fs::path> places = places_of(kind, name);
  std::vector<fs::path> found;
  for (const fs::path& folder : folders_) {
    const auto place = std::find_if(places.begin(), places.end(),
                                    [&](const fs::path& below) { return is_file(folder / below); });
    if (place != places.end()) add_new(found, folder / *place);
  }
  return first_of(found, where, diagnostics);
}

std::optional<fs::path> SearchPath::find(const std::string& name) const {
  Diagnostics diagnostics;
  auto found =
      find(kScenarioFiles, name, {std::make_shared<const std::string>(name), 0, 0}, diagnostics);
  diagnostics.throw_if_any();
  return found;
}

std::vector<std::string> SearchPath::names(const fs::path& folder,
                                           const std::string& ending) const {
  std::set<std::string> found;
  for (const fs::path& root : folders_) {
    if (!fs::exists(root / folder)) continue;
    for (const auto& entry : fs::directory_iterator(root / folder)) {
      const std::string name = entry.path().filename().string();
      if (name.ends_with(ending)) found.insert(name.substr(0, name.size() - ending.size()));
    }
  }
  return {found.begin(), found.end()};
}

config::Node SearchPath::load_yaml(const fs::path& file) const {
  return config::load_yaml(
      file, [this](const std::string& name, const Mark& where, Diagnostics& diagnostics) {
        return find(kScenarioFiles, name, where, diagnostics);
      });
}

std::string SearchPath::text() const {
  std::string text;
  for (std::size_t i = 0; i < folders_.size(); ++i) {
    const char* between = i == 0 ? "" : i + 1 == folders_.size() ? " and " : ", ";
    text += fmt::format("{}'{}'", between, folders_[i].string());
  }
  return text;
}

std::string SearchPath::searched() const {
  return folders_.size() == 1 ? "" : "; searched " + text();
}

}  // namespace autoscale
