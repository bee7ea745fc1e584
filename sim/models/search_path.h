// Where data files are looked for by name: the user's own folders, then the shipped data.
//
// A folder of data may have device_profiles/, workloads/ and scenarios/, each with a part of the
// files or none. The folders together are one data set: a name that two of them have is a mistake
// where it is used, because one file would hide the other.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/node.h"

namespace autoscale {

/// The environment variable with folders of the user's own, separated by colons.
inline constexpr const char* kDataVariable = "AUTOSCALE_DATA";

class SearchPath {
 public:
  /// One folder that holds everything.
  explicit SearchPath(std::filesystem::path root) : folders_{std::move(root)} {}

  /// The folders `data`, then those of `variable` (the value of AUTOSCALE_DATA; empty entries are
  /// skipped), then shipped(), each once. A folder of the user's that holds a whole data set
  /// (workloads/roofline.yaml tells) stands in for the shipped one. Throws IoError for a folder that
  /// is not there or holds no data.
  SearchPath(const std::vector<std::string>& data, const std::string& variable,
             const std::function<std::filesystem::path()>& shipped);

  const std::vector<std::filesystem::path>& folders() const { return folders_; }

  /// Every file called `name`, such as "workloads/latency.csv", in the order of the folders.
  std::vector<std::filesystem::path> all(const std::filesystem::path& name) const;

  /// The file called `name`; nothing if there is none. Reports at `where` that two folders have it.
  std::optional<std::filesystem::path> one(const std::filesystem::path& name,
                                           const config::Mark& where,
                                           config::Diagnostics& diagnostics) const;

  /// The same for a scenario or sweep: below a folder, its scenarios/ or its scenarios/sweeps/, with
  /// or without ".yaml".
  std::optional<std::filesystem::path> scenario(const std::string& name, const config::Mark& where,
                                                config::Diagnostics& diagnostics) const;

  /// What a user names: a file as given, else scenario(). Throws ConfigError if two folders have it.
  std::optional<std::filesystem::path> find(const std::string& name) const;

  /// Stems of the files in `folder`, such as "device_profiles", that end in `ending`, such as
  /// ".yaml", of all folders; sorted, each once.
  std::vector<std::string> names(const std::filesystem::path& folder,
                                 const std::string& ending) const;

  /// Reads a YAML file. An include that is not there beside its includer is looked for by its name
  /// below the folders, as scenario() does. Throws ConfigError.
  config::Node load_yaml(const std::filesystem::path& file) const;

  /// The folders, for a message: "'/home/me/data' and '/usr/share/autoscale'".
  std::string text() const;
  /// What to add to the message that a name is unknown: the folders, if there are several.
  std::string searched() const;

 private:
  void add(const std::string& folder, const std::string& origin);
  bool is_whole() const;

  std::vector<std::filesystem::path> folders_;
};

}  // namespace autoscale
