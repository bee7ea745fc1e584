// What the name of a file stands for: a path, or a name in the data, which is the user's own
// folders and then the shipped one. find() is the rule, docs/scenarios.md tells it to users.
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

/// A kind of files that are called by name.
struct DataKind {
  const char* what;                  // for messages
  std::vector<const char*> folders;  // below a data folder, where a name without '/' is looked for
  const char* ending;                // which a name need not have
  bool any_file = false;  // a file on disk may have any name, not only one with an ending
};

inline const DataKind kDeviceFiles{"device", {"device_profiles"}, ".yaml"};
inline const DataKind kLinkFiles{"link technology", {"device_profiles/links"}, ".yaml"};
inline const DataKind kUseCaseFiles{"use case", {"workloads/use_cases"}, ".yaml"};
inline const DataKind kEnvironmentFiles{"environment", {"scenarios/environments"}, ".yaml"};
inline const DataKind kTraceFormatFiles{"trace format", {"device_profiles/trace_formats"}, ".yaml"};
inline const DataKind kTokenFormatFiles{"token format", {"workloads/token_formats"}, ".yaml"};
/// Scenarios and sweeps.
inline const DataKind kScenarioFiles{
    "scenario", {"", "scenarios", "scenarios/sweeps"}, ".yaml", true};
inline const DataKind kTraceFiles{"trace", {}, ".csv", true};

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

  /// The file that `name` stands for where it is said; nothing if there is none.
  /// 1. A path, with a '/' or a dot in it: the file there, as config::path_at() says.
  /// 2. What that does not find, unless it is absolute or has '.' or '..' as a part: a path below a
  ///    data folder, with or without ending, or, without '/' and ending, the name of a file of this
  ///    kind. Reports at `where` that two folders have it.
  std::optional<std::filesystem::path> find(const DataKind& kind, const std::string& name,
                                            const config::Mark& where,
                                            config::Diagnostics& diagnostics) const;

  /// The scenario or sweep that a person names on the command line or in Python. Throws ConfigError
  /// if two folders have it.
  std::optional<std::filesystem::path> find(const std::string& name) const;

  /// Stems of the files in `folder`, such as "device_profiles", that end in `ending`, such as
  /// ".yaml", of all folders; sorted, each once.
  std::vector<std::string> names(const std::filesystem::path& folder,
                                 const std::string& ending) const;

  /// Reads a YAML file with what it includes, found as scenarios are. Throws ConfigError.
  config::Node load_yaml(const std::filesystem::path& file) const;

  /// The folders, for a message: "'/home/me/data' and '/usr/share/autoscale'".
  std::string text() const;
  /// What to add to the message that a name is unknown: the folders, if there are several.
  std::string searched() const;

 private:
  std::optional<std::filesystem::path> named(const DataKind& kind, const std::string& name,
                                             const config::Mark& where,
                                             config::Diagnostics& diagnostics) const;
  void add(const std::string& folder, const std::string& origin);
  bool is_whole() const;

  std::vector<std::filesystem::path> folders_;
};

}  // namespace autoscale
