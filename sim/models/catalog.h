// The data folders as one thing: devices, link technologies, DNNs, latency table, roofline, use
// cases. Loaded once, immutable, shared by all runs. Values of its YAML files can be overridden, to
// see how far a result hangs on them.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/reader.h"
#include "sim/models/device_profile.h"
#include "sim/models/dnn.h"
#include "sim/models/link.h"
#include "sim/models/roofline.h"

namespace autoscale {

/// Other values for data files: a file's path below the root without ".yaml" -> a path in it
/// (set_value in node.h) -> the value.
using DataOverrides = std::map<std::string, Located<std::map<std::string, config::Node>>>;

class Catalog {
 public:
  /// Loads all DNNs, the latency table and the roofline below `root` (the folder that holds
  /// device_profiles/ and workloads/). Throws ConfigError with every mistake found.
  explicit Catalog(std::filesystem::path root, const DataOverrides& overrides = {});
  /// The data of `base` with overrides; files that `base` has read are not read again.
  Catalog(const Catalog& base, const DataOverrides& overrides);

  const std::filesystem::path& root() const { return root_; }

  /// A YAML file by its stem in `folder` below the root, or by a path (with a '/' or ending in
  /// .yaml, relative to `base`). Reports an unknown `what` at `where`.
  std::optional<std::filesystem::path> find(const std::filesystem::path& folder,
                                            const std::string& name_or_path,
                                            const std::filesystem::path& base, const char* what,
                                            const config::Mark& where,
                                            config::Diagnostics& diagnostics) const;

  /// Reads a YAML file, with the overrides if it is a data file; its mistakes go to `diagnostics`.
  template <class T>
  std::optional<T> load(const std::filesystem::path& file, config::Diagnostics& diagnostics) const {
    const std::shared_ptr<const config::Node> root = tree(file, diagnostics);
    if (!root) return std::nullopt;
    config::Diagnostics own;
    T value = config::read<T>(*root, own);
    diagnostics.add(own.list());
    return own.empty() ? std::optional(std::move(value)) : std::nullopt;
  }

  /// A profile by the stem of its file in device_profiles/, or by a path, as find() says. Problems
  /// go to `diagnostics`, at `where` when nothing is found.
  DeviceProfile device(const std::string& name_or_path, std::optional<PowerLevel> level,
                       const std::filesystem::path& base, const config::Mark& where,
                       config::Diagnostics& diagnostics) const;

  /// The same for a link technology in device_profiles/links/.
  LinkTechnology link(const std::string& name_or_path, const std::filesystem::path& base,
                      const config::Mark& where, config::Diagnostics& diagnostics) const;

  /// The same for a use case in workloads/use_cases/.
  UseCaseConfig use_case(const std::string& name_or_path, const std::filesystem::path& base,
                         const config::Mark& where, config::Diagnostics& diagnostics) const;

  const std::vector<Dnn>& dnns() const { return dnns_; }
  const Dnn* find_dnn(const std::string& id) const;

  /// The DNN called `id`; reports an unknown one at `where` with the legal names.
  const Dnn* dnn(const std::string& id, const config::Mark& where,
                 config::Diagnostics& diagnostics) const;

  /// How a DNN's latency on a processor of a device splits up at the top operating point; nothing
  /// if the processor cannot run it at that precision or the latency table has no figure.
  std::optional<WorkSplit> work(const DeviceProfile& device, const Processor& processor,
                                Precision precision, const Dnn& dnn) const;

  const Roofline& roofline() const { return roofline_; }

  /// Stems of the YAML files in a folder below the root, sorted.
  std::vector<std::string> names(const std::filesystem::path& folder) const;

 private:
  struct LatencyKey {
    std::string device, dnn;
    ProcessorKind processor{};
    Precision precision{};
    auto operator<=>(const LatencyKey&) const = default;
  };

  /// A data file as its overrides make it.
  struct Patch {
    std::filesystem::path file;
    config::Mark where;  // of its overrides
    std::shared_ptr<const config::Node> tree;
  };

  /// The YAML files read so far, as they stand on disk; shared by threads and by catalogs with
  /// different overrides.
  struct Cache {
    std::mutex mutex;
    std::map<std::filesystem::path, std::shared_ptr<const config::Node>> trees;
  };

  Catalog(std::filesystem::path root, const DataOverrides& overrides, std::shared_ptr<Cache> cache);

  void patch(const DataOverrides& overrides, config::Diagnostics& diagnostics);
  const Patch* patch_of(const std::filesystem::path& file) const;
  std::shared_ptr<const config::Node> tree(const std::filesystem::path& file,
                                           config::Diagnostics& diagnostics) const;
  /// Where mistakes of a file as a whole are reported: at its overrides, if it has any.
  config::Mark mark_of(const std::filesystem::path& file) const;

  void load_dnns(config::Diagnostics& diagnostics);
  void load_latency(config::Diagnostics& diagnostics);
  void check_ridges(config::Diagnostics& diagnostics) const;
  /// Reports a device without rows in the latency table, and rows that leave no time to compute.
  void check_latencies(const DeviceProfile& profile, const config::Mark& where,
                       config::Diagnostics& diagnostics) const;
  std::optional<double> latency_s(const DeviceProfile& device, const Dnn& dnn,
                                  ProcessorKind processor, Precision precision) const;

  std::filesystem::path root_;
  std::shared_ptr<Cache> cache_;
  std::vector<Patch> patches_;
  std::vector<Dnn> dnns_;
  std::map<LatencyKey, double> latency_s_;
  Roofline roofline_;
};

}  // namespace autoscale
