// The data folders as one thing: devices, link technologies, DNNs, latencies, roofline, use cases.
// Loaded once, immutable, shared by all runs. Values of its YAML files can be overridden, to see how
// far a result hangs on them.
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
#include "sim/models/generation_table.h"
#include "sim/models/latency_table.h"
#include "sim/models/link.h"
#include "sim/models/roofline.h"
#include "sim/models/search_path.h"
#include "sim/models/trace_format.h"

namespace autoscale {

/// Other values for data files: a file's path below its data folder without ".yaml" -> a path in it
/// (set_value in node.h) -> the value.
using DataOverrides = std::map<std::string, Located<std::map<std::string, config::Node>>>;

class Catalog {
 public:
  /// Loads all DNNs, the latencies and the roofline of the data folders. The latencies are those of
  /// workloads/latency.csv and, beside each profile, of device_profiles/NAME.latency.csv. Throws
  /// ConfigError with every mistake found.
  explicit Catalog(SearchPath search, const DataOverrides& overrides = {});
  /// The same for one folder that holds everything.
  explicit Catalog(std::filesystem::path root, const DataOverrides& overrides = {})
      : Catalog(SearchPath(std::move(root)), overrides) {}
  /// The data of `base` with overrides; files that `base` has read are not read again.
  Catalog(const Catalog& base, const DataOverrides& overrides);

  const SearchPath& search() const { return search_; }

  /// SearchPath::find(), which reports at `where` that there is no such file.
  std::optional<std::filesystem::path> find(const DataKind& kind, const std::string& name_or_path,
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

  /// A profile by the stem of its file in device_profiles/, or by a path, as find() says; one that
  /// is given by path may bring its latencies too. Problems go to `diagnostics`, at `where` when
  /// nothing is found.
  DeviceProfile device(const std::string& name_or_path, std::optional<PowerLevel> level,
                       const config::Mark& where, config::Diagnostics& diagnostics) const;

  /// The profile in a file.
  DeviceProfile load_device(const std::filesystem::path& file, std::optional<PowerLevel> level,
                            config::Diagnostics& diagnostics) const;

  /// The same for a link technology in device_profiles/links/.
  LinkTechnology link(const std::string& name_or_path, const config::Mark& where,
                      config::Diagnostics& diagnostics) const;
  LinkTechnology load_link(const std::filesystem::path& file,
                           config::Diagnostics& diagnostics) const;

  /// The same for a use case in workloads/use_cases/.
  UseCaseConfig use_case(const std::string& name_or_path, const config::Mark& where,
                         config::Diagnostics& diagnostics) const;

  /// The same for a format of traces in device_profiles/trace_formats/; nothing if it is wrong.
  std::optional<TraceFormat> trace_format(const std::string& name_or_path,
                                          const config::Mark& where,
                                          config::Diagnostics& diagnostics) const;
  std::optional<TraceFormat> load_trace_format(const std::filesystem::path& file,
                                               config::Diagnostics& diagnostics) const;

  const std::vector<Dnn>& dnns() const { return dnns_; }
  const Dnn* find_dnn(const std::string& id) const;

  /// The DNN called `id`; reports an unknown one at `where` with the legal names.
  const Dnn* dnn(const std::string& id, const config::Mark& where,
                 config::Diagnostics& diagnostics) const;

  /// How a DNN's latency on a processor of a device splits up at the top operating point; nothing
  /// if the processor cannot run it at that precision or the latency table has no figure.
  std::optional<WorkSplit> work(const DeviceProfile& device, const Processor& processor,
                                Precision precision, const Dnn& dnn) const;

  /// The two phases of a generative network on a processor of a device; nothing if the processor
  /// cannot run it at that precision or no rates are known.
  std::optional<GenerationWork> generation(const DeviceProfile& device, const Processor& processor,
                                           Precision precision, const Dnn& dnn) const;

  const Roofline& roofline() const { return roofline_; }

  /// What all DNNs are called, sorted: those of workloads/dnns and workloads/generative.
  std::vector<std::string> dnn_names() const;

  /// Stems of the YAML files in a folder of the data folders, sorted, each once.
  std::vector<std::string> names(const std::filesystem::path& folder) const {
    return search_.names(folder, ".yaml");
  }

  /// The latencies in a file outside of the data folders, which do not repeat what the catalog
  /// knows; null if the file is not there or within.
  std::shared_ptr<const LatencyTable> more_latencies(const std::filesystem::path& file,
                                                     config::Diagnostics& diagnostics) const;

 private:
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

  Catalog(SearchPath search, const DataOverrides& overrides, std::shared_ptr<Cache> cache);

  void patch(const DataOverrides& overrides, config::Diagnostics& diagnostics);
  const Patch* patch_of(const std::filesystem::path& file) const;
  std::shared_ptr<const config::Node> tree(const std::filesystem::path& file,
                                           config::Diagnostics& diagnostics) const;
  /// Where mistakes of a file as a whole are reported: at its overrides, if it has any.
  config::Mark mark_of(const std::filesystem::path& file) const;

  void load_dnns(config::Diagnostics& diagnostics);
  void load_generative(config::Diagnostics& diagnostics);
  void load_latencies(config::Diagnostics& diagnostics);
  void load_roofline(config::Diagnostics& diagnostics);
  void check_ridges(const std::filesystem::path& roofline, config::Diagnostics& diagnostics) const;
  /// The tables of latencies in the data folders, and what messages call them.
  std::map<std::filesystem::path, std::string> latency_files() const;
  void report_unknown(const char* what, const std::string& name,
                      const std::vector<std::string>& legal, const config::Mark& where,
                      config::Diagnostics& diagnostics) const;
  /// Reports a device without latencies, and those that leave no time to compute.
  void check_latencies(const DeviceProfile& profile, const config::Mark& where,
                       config::Diagnostics& diagnostics) const;
  /// Reports rates of a device that no split into compute and memory time explains.
  void check_rates(const DeviceProfile& profile, config::Diagnostics& diagnostics) const;
  const LatencyRow* latency(const DeviceProfile& device, const LatencyKey& key) const;

  SearchPath search_;
  std::shared_ptr<Cache> cache_;
  std::vector<Patch> patches_;
  std::vector<Dnn> dnns_;
  LatencyTable latencies_;
  GenerationTable rates_;
  Roofline roofline_;
};

}  // namespace autoscale
