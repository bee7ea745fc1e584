#include "sim/models/catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/config/csv.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;

/// The folders of the YAML files that can be overridden.
constexpr const char* kDataFolders[] = {"device_profiles",     "device_profiles/links",
                                        "workloads",           "workloads/dnns",
                                        "workloads/use_cases", "scenarios/environments"};

template <class E>
std::optional<E> parse_name(std::string_view text) {
  for (const auto& [value, name] : config::EnumNames<E>::value) {
    if (name == text) return value;
  }
  return std::nullopt;
}

Accuracy make_accuracy(const AccuracyConfig& c) {
  return {c.fp32.value, c.fp16.value, c.int8.value, c.dsp.value};
}

/// Field `i`, which must be a number and not negative.
double amount(config::CsvReader& csv, std::size_t i) {
  const auto value = csv.number(i);
  if (csv.text(i).empty() || (value && *value < 0)) {
    csv.error(fmt::format("column '{}': must be a number that is not negative", csv.header()[i]));
  }
  return value.value_or(0);
}

/// `scale` brings a table for one input size to the size in use: MACs and activations follow it,
/// parameters do not.
std::vector<Block> load_blocks(const fs::path& file, double scale,
                               config::Diagnostics& diagnostics) {
  config::CsvReader csv(file, diagnostics);
  const auto name = csv.require("block"), block_class = csv.require("class"),
             macs = csv.require("macs"), params = csv.require("params"),
             in = csv.require("in_elements"), out = csv.require("out_elements");
  std::vector<Block> blocks;
  if (!name || !block_class || !macs || !params || !in || !out) return blocks;
  while (csv.next()) {
    const auto kind = parse_name<BlockClass>(csv.text(*block_class));
    if (!kind) {
      csv.error(fmt::format("unknown block class '{}'", config::printable(csv.text(*block_class))));
    }
    blocks.push_back({csv.text(*name), kind.value_or(BlockClass::kConv), amount(csv, *macs) * scale,
                      amount(csv, *params), amount(csv, *in) * scale, amount(csv, *out) * scale});
  }
  const bool works =
      std::any_of(blocks.begin(), blocks.end(), [](const Block& b) { return b.macs > 0; });
  if (!works) csv.error("no block has MACs");
  return blocks;
}

Dnn make_dnn(std::string id, const DnnConfig& c, const fs::path& block_folder,
             config::Diagnostics& diagnostics) {
  Dnn dnn;
  dnn.id = std::move(id);
  dnn.name = c.name;
  dnn.task = c.task;
  dnn.layers = {c.layers.paper.conv, c.layers.paper.fc, c.layers.paper.recurrent};
  dnn.macs = c.macs.value.value();
  dnn.raw_input_bits = c.input.raw.value.value();
  dnn.jpeg_input_bits = c.input.jpeg.value.value();
  dnn.output_bits = c.output.value.value();
  dnn.blocks = load_blocks(block_folder / c.blocks.value, c.block_scale.value, diagnostics);
  dnn.quantisation_aware = make_accuracy(c.accuracy.quantisation_aware);
  dnn.post_training = make_accuracy(c.accuracy.post_training);
  for (const UnsupportedConfig& u : c.unsupported) {
    for (const DeviceKind on : u.on) {
      dnn.unsupported[u.processor][on] = true;
    }
  }
  return dnn;
}

}  // namespace

Catalog::Catalog(fs::path root, const DataOverrides& overrides)
    : Catalog(std::move(root), overrides, std::make_shared<Cache>()) {}

Catalog::Catalog(const Catalog& base, const DataOverrides& overrides)
    : Catalog(base.root_, overrides, base.cache_) {}

Catalog::Catalog(fs::path root, const DataOverrides& overrides, std::shared_ptr<Cache> cache)
    : root_(std::move(root)), cache_(std::move(cache)) {
  config::Diagnostics diagnostics;
  patch(overrides, diagnostics);
  load_dnns(diagnostics);
  load_latency(diagnostics);
  if (const auto c = load<RooflineConfig>(root_ / "workloads/roofline.yaml", diagnostics)) {
    roofline_ = make_roofline(*c);
    check_ridges(diagnostics);
  }
  diagnostics.throw_if_any();
}

void Catalog::patch(const DataOverrides& overrides, config::Diagnostics& diagnostics) {
  std::vector<std::string> known;
  for (const char* folder : kDataFolders) {
    for (const std::string& name : names(folder))
      known.push_back(fmt::format("{}/{}", folder, name));
  }
  for (const auto& [name, changes] : overrides) {
    const fs::path file = root_ / (name + ".yaml");
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      diagnostics.error(changes.mark,
                        fmt::format("overrides: the data has no file '{}.yaml'{}",
                                    config::printable(name), config::suggest(name, known)));
    } else if (const auto original = tree(file, diagnostics)) {
      auto changed = std::make_shared<config::Node>(*original);
      for (const auto& [path, value] : changes.value) {
        config::set_value(*changed, path, value, diagnostics);
      }
      patches_.push_back({file, changes.mark, std::move(changed)});
    }
  }
}

const Catalog::Patch* Catalog::patch_of(const fs::path& file) const {
  const auto found = std::find_if(patches_.begin(), patches_.end(), [&](const Patch& p) {
    std::error_code missing;  // a file that does not exist is reported when it is read
    return fs::equivalent(p.file, file, missing);
  });
  return found == patches_.end() ? nullptr : &*found;
}

std::shared_ptr<const config::Node> Catalog::tree(const fs::path& file,
                                                  config::Diagnostics& diagnostics) const {
  if (const Patch* patch = patch_of(file)) return patch->tree;
  const std::lock_guard lock(cache_->mutex);
  auto& cached = cache_->trees[file];
  if (cached) return cached;
  try {
    return cached = std::make_shared<const config::Node>(config::load_yaml(file));
  } catch (const config::ConfigError& error) {
    diagnostics.add(error.diagnostics());
    return nullptr;
  }
}

config::Mark Catalog::mark_of(const fs::path& file) const {
  const Patch* patch = patch_of(file);
  return patch ? patch->where : config::file_mark(file);
}

/// Without a ridge the memory part of a latency would silently be zero.
void Catalog::check_ridges(config::Diagnostics& diagnostics) const {
  std::set<std::pair<ProcessorKind, Precision>> missing;
  for (const auto& [key, latency] : latency_s_) {
    const double ridge = roofline_.ridge[key.processor][key.precision];
    if (ridge <= 0) missing.emplace(key.processor, key.precision);
  }
  for (const auto& [processor, precision] : missing) {
    diagnostics.error(mark_of(root_ / "workloads/roofline.yaml"),
                      fmt::format("{}: no ridge for {}, which workloads/latency.csv uses",
                                  name_of(processor), name_of(precision)));
  }
}

void Catalog::load_dnns(config::Diagnostics& diagnostics) {
  for (const std::string& id : names("workloads/dnns")) {
    const fs::path file = root_ / "workloads/dnns" / (id + ".yaml");
    if (const auto c = load<DnnConfig>(file, diagnostics)) {
      dnns_.push_back(make_dnn(id, *c, root_ / "workloads/blocks", diagnostics));
    }
  }
  if (dnns_.empty() && diagnostics.empty()) {
    diagnostics.error(config::file_mark(root_ / "workloads/dnns"), "no DNN files here");
  }
}

void Catalog::load_latency(config::Diagnostics& diagnostics) {
  const std::vector<std::string> dnns = names("workloads/dnns");
  config::CsvReader csv(root_ / "workloads/latency.csv", diagnostics);
  const auto device = csv.require("device"), dnn = csv.require("dnn"),
             processor = csv.require("processor"), precision = csv.require("precision"),
             latency = csv.require("latency_ms");
  if (!device || !dnn || !processor || !precision || !latency) return;
  while (csv.next()) {
    const auto kind = parse_name<ProcessorKind>(csv.text(*processor));
    const auto bits = parse_name<Precision>(csv.text(*precision));
    const auto ms = csv.number(*latency);
    const auto unknown = [&](const char* what, std::size_t field) {
      csv.error(fmt::format("unknown {} '{}'", what, config::printable(csv.text(field))));
    };
    if (!kind) unknown("processor", *processor);
    if (!bits) unknown("precision", *precision);
    if (std::find(dnns.begin(), dnns.end(), csv.text(*dnn)) == dnns.end()) unknown("DNN", *dnn);
    if (!ms || *ms <= 0) csv.error("a latency must be positive");
    if (!kind || !bits || !ms) continue;
    const bool fresh =
        latency_s_.emplace(LatencyKey{csv.text(*device), csv.text(*dnn), *kind, *bits}, *ms / 1e3)
            .second;
    if (!fresh) csv.error("this device, DNN, processor and precision stand twice");
  }
}

std::vector<std::string> Catalog::names(const fs::path& folder) const {
  std::vector<std::string> found;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(root_ / folder, problem)) {
    if (entry.path().extension() == ".yaml") found.push_back(entry.path().stem().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::optional<fs::path> Catalog::find(const fs::path& folder, const std::string& name_or_path,
                                      const fs::path& base, const char* what,
                                      const config::Mark& where,
                                      config::Diagnostics& diagnostics) const {
  const bool path = name_or_path.find('/') != std::string::npos || name_or_path.ends_with(".yaml");
  const fs::path file = path ? base / name_or_path : root_ / folder / (name_or_path + ".yaml");
  std::error_code ignored;  // what cannot be looked at, such as too long a name, is not there
  if (fs::exists(file, ignored)) return file;
  diagnostics.error(where,
                    path ? fmt::format("no file '{}'", config::printable(file.string()))
                         : fmt::format("unknown {} '{}'{}", what, config::printable(name_or_path),
                                       config::suggest(name_or_path, names(folder))));
  return std::nullopt;
}

DeviceProfile Catalog::device(const std::string& name_or_path, std::optional<PowerLevel> level,
                              const fs::path& base, const config::Mark& where,
                              config::Diagnostics& diagnostics) const {
  const auto file = find("device_profiles", name_or_path, base, "device", where, diagnostics);
  if (!file) return {};
  const auto c = load<DeviceConfig>(*file, diagnostics);
  if (!c) return {};
  DeviceProfile profile =
      make_device_profile(file->stem().string(), *c, level, mark_of(*file), diagnostics);
  const config::Mark mark = c->latency_from ? c->latency_from->device.mark : mark_of(*file);
  check_latencies(profile, mark, diagnostics);
  return profile;
}

void Catalog::check_latencies(const DeviceProfile& profile, const config::Mark& where,
                              config::Diagnostics& diagnostics) const {
  bool rows = false;
  for (const auto& [key, table_s] : latency_s_) {
    if (key.device != profile.latency_device) continue;
    rows = true;
    const Processor* processor = profile.processor(key.processor);
    if (processor && table_s * profile.latency_factor <= processor->overhead_s) {
      diagnostics.error(
          where, fmt::format("processor {}: the overhead is not below the latency of {} in {} "
                             "({:g} ms) in workloads/latency.csv",
                             name_of(key.processor), key.dnn, name_of(key.precision),
                             1e3 * table_s * profile.latency_factor));
    }
  }
  if (rows) return;
  std::set<std::string> devices;
  for (const auto& [key, table_s] : latency_s_) devices.insert(key.device);
  const std::vector<std::string> legal(devices.begin(), devices.end());
  diagnostics.error(where, fmt::format("workloads/latency.csv has no rows of a device '{}'{}; "
                                       "latency_from borrows another's",
                                       config::printable(profile.latency_device),
                                       config::suggest(profile.latency_device, legal)));
}

LinkTechnology Catalog::link(const std::string& name_or_path, const fs::path& base,
                             const config::Mark& where, config::Diagnostics& diagnostics) const {
  const auto file =
      find("device_profiles/links", name_or_path, base, "link technology", where, diagnostics);
  if (!file) return {};
  const auto c = load<LinkConfig>(*file, diagnostics);
  if (!c) return {};
  return make_link_technology(file->stem().string(), *c, mark_of(*file), diagnostics);
}

UseCaseConfig Catalog::use_case(const std::string& name_or_path, const fs::path& base,
                                const config::Mark& where, config::Diagnostics& diagnostics) const {
  const auto file = find("workloads/use_cases", name_or_path, base, "use case", where, diagnostics);
  if (!file) return {};
  return load<UseCaseConfig>(*file, diagnostics).value_or(UseCaseConfig{});
}

const Dnn* Catalog::find_dnn(const std::string& id) const {
  for (const Dnn& dnn : dnns_) {
    if (dnn.id == id) return &dnn;
  }
  return nullptr;
}

const Dnn* Catalog::dnn(const std::string& id, const config::Mark& where,
                        config::Diagnostics& diagnostics) const {
  const Dnn* found = find_dnn(id);
  if (!found) {
    std::vector<std::string> legal;
    for (const Dnn& dnn : dnns_) legal.push_back(dnn.id);
    diagnostics.error(where, fmt::format("unknown DNN '{}'{}", config::printable(id),
                                         config::suggest(id, legal)));
  }
  return found;
}

std::optional<double> Catalog::latency_s(const DeviceProfile& device, const Dnn& dnn,
                                         ProcessorKind processor, Precision precision) const {
  const auto row = latency_s_.find({device.latency_device, dnn.id, processor, precision});
  if (row == latency_s_.end()) return std::nullopt;
  return row->second * device.latency_factor;
}

std::optional<WorkSplit> Catalog::work(const DeviceProfile& device, const Processor& processor,
                                       Precision precision, const Dnn& dnn) const {
  const PrecisionSupport& support = processor.support(precision);
  if (!support.supported || !dnn.runs_on(processor.kind, device.kind)) return std::nullopt;
  const auto latency = latency_s(device, dnn, processor.kind, support.latency_from);
  if (!latency || *latency <= processor.overhead_s) return std::nullopt;
  WorkSplit split = split_latency(roofline_, dnn, processor.kind, support.latency_from, *latency,
                                  processor.overhead_s);
  split.compute_s *= support.compute_factor;
  return split;
}

}  // namespace autoscale
