#include "sim/models/catalog.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/config/csv.h"
#include "sim/models/file_names.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;

/// The folders of the YAML files that can be overridden.
constexpr const char* kDataFolders[] = {"device_profiles",     "device_profiles/links",
                                        "workloads",           "workloads/dnns",
                                        "workloads/use_cases", "scenarios/environments"};

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
  config::CsvReader csv(file, diagnostics, config::unknown_csv_shape());
  const auto name = csv.require("block"), block_class = csv.require("class"),
             macs = csv.require("macs"), params = csv.require("params"),
             in = csv.require("in_elements"), out = csv.require("out_elements");
  std::vector<Block> blocks;
  if (!name || !block_class || !macs || !params || !in || !out) return blocks;
  while (csv.next()) {
    const auto kind = config::value_named<BlockClass>(csv.text(*block_class));
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

double bits_or_0(const std::optional<Sourced<Bits>>& size) {
  return size ? size->value.value() : 0;
}

Dnn make_dnn(std::string id, const DnnConfig& c, const fs::path& block_file,
             config::Diagnostics& diagnostics) {
  Dnn dnn;
  dnn.id = std::move(id);
  dnn.name = c.name;
  dnn.task = c.task;
  dnn.layers = {c.layers.paper.conv, c.layers.paper.fc, c.layers.paper.recurrent};
  dnn.macs = c.macs.value.value();
  dnn.input_bits = {c.input.raw.value.value(), c.input.jpeg.value.value(),
                    bits_or_0(c.input.tensor_fp16), bits_or_0(c.input.tensor_fp32)};
  dnn.output_bits = c.output.value.value();
  dnn.anchors_bits = bits_or_0(c.anchors);
  dnn.blocks = load_blocks(block_file, c.block_scale.value, diagnostics);
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

Catalog::Catalog(SearchPath search, const DataOverrides& overrides)
    : Catalog(std::move(search), overrides, std::make_shared<Cache>()) {}

Catalog::Catalog(const Catalog& base, const DataOverrides& overrides)
    : Catalog(base.search_, overrides, base.cache_) {}

Catalog::Catalog(SearchPath search, const DataOverrides& overrides, std::shared_ptr<Cache> cache)
    : search_(std::move(search)), cache_(std::move(cache)) {
  config::Diagnostics diagnostics;
  patch(overrides, diagnostics);
  load_dnns(diagnostics);
  load_latencies(diagnostics);
  load_roofline(diagnostics);
  diagnostics.throw_if_any();
}

void Catalog::patch(const DataOverrides& overrides, config::Diagnostics& diagnostics) {
  std::vector<std::string> known;
  for (const char* folder : kDataFolders) {
    for (const std::string& name : names(folder))
      known.push_back(fmt::format("{}/{}", folder, name));
  }
  for (const auto& [name, changes] : overrides) {
    std::optional<fs::path> file;
    if (std::find(known.begin(), known.end(), name) != known.end()) {
      file = search_.one(name + ".yaml", changes.mark, diagnostics);
    }
    if (!file) {
      diagnostics.error(
          changes.mark,
          fmt::format("overrides: the data has no file '{}.yaml'{}{}", config::printable_path(name),
                      config::suggest(name, known), search_.searched()));
      continue;
    }
    if (const auto original = tree(*file, diagnostics)) {
      auto changed = std::make_shared<config::Node>(*original);
      for (const auto& [path, value] : changes.value) {
        config::set_value(*changed, path, value, diagnostics);
      }
      patches_.push_back({*file, changes.mark, std::move(changed)});
    }
  }
}

const Catalog::Patch* Catalog::patch_of(const fs::path& file) const {
  const auto found = std::find_if(patches_.begin(), patches_.end(),
                                  [&](const Patch& p) { return same_file(p.file, file); });
  return found == patches_.end() ? nullptr : &*found;
}

std::shared_ptr<const config::Node> Catalog::tree(const fs::path& file,
                                                  config::Diagnostics& diagnostics) const {
  if (const Patch* patch = patch_of(file)) return patch->tree;
  const std::lock_guard lock(cache_->mutex);
  auto& cached = cache_->trees[file];
  if (cached) return cached;
  try {
    return cached = std::make_shared<const config::Node>(search_.load_yaml(file));
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
void Catalog::check_ridges(const fs::path& roofline, config::Diagnostics& diagnostics) const {
  std::map<std::pair<ProcessorKind, Precision>, std::string> missing;  // and which file uses it
  for (const auto& [key, row] : latencies_.rows()) {
    const double ridge = roofline_.ridge[key.processor][key.precision];
    if (ridge <= 0) missing.emplace(std::pair(key.processor, key.precision), row.file);
  }
  for (const auto& [ridge, file] : missing) {
    diagnostics.error(mark_of(roofline),
                      fmt::format("{}: no ridge for {}, which {} uses", name_of(ridge.first),
                                  name_of(ridge.second), file));
  }
}

void Catalog::load_roofline(config::Diagnostics& diagnostics) {
  constexpr const char* kName = "workloads/roofline.yaml";
  const fs::path shipped = search_.folders().back() / kName;
  const fs::path file =
      search_.one(kName, config::file_mark(shipped), diagnostics).value_or(shipped);
  if (const auto c = load<RooflineConfig>(file, diagnostics)) {
    roofline_ = make_roofline(*c);
    check_ridges(file, diagnostics);
  }
}

void Catalog::load_dnns(config::Diagnostics& diagnostics) {
  for (const std::string& id : names("workloads/dnns")) {
    const std::vector<fs::path> files = search_.all(fs::path("workloads/dnns") / (id + ".yaml"));
    if (files.size() != 1) continue;  // reported where the name is used
    const fs::path& file = files.front();
    const auto c = load<DnnConfig>(file, diagnostics);
    if (!c) continue;
    const fs::path own = file.parent_path().parent_path() / "blocks" / c->blocks.value;
    const auto blocks =
        search_.one("workloads/blocks/" + c->blocks.value, mark_of(file), diagnostics);
    dnns_.push_back(make_dnn(id, *c, blocks.value_or(own), diagnostics));
  }
  if (dnns_.empty() && diagnostics.empty()) {
    diagnostics.error(config::file_mark(search_.folders().back() / "workloads/dnns"),
                      "no DNN files here");
  }
}

std::map<fs::path, std::string> Catalog::latency_files() const {
  std::vector<std::string> tables = {"workloads/latency.csv"};
  for (const std::string& device : search_.names("device_profiles", kLatencyEnding)) {
    tables.push_back("device_profiles/" + device + kLatencyEnding);
  }
  std::map<fs::path, std::string> files;
  for (const std::string& name : tables) {
    for (const fs::path& file : search_.all(name)) files.emplace(file, name);
  }
  return files;
}

void Catalog::load_latencies(config::Diagnostics& diagnostics) {
  const std::vector<std::string> dnns = names("workloads/dnns");
  const std::map<fs::path, std::string> files = latency_files();
  for (const auto& [file, name] : files) {
    latencies_.read(file, name, dnns, nullptr, diagnostics);
  }
  if (files.empty()) {
    const fs::path shipped = search_.folders().back() / "workloads/latency.csv";
    diagnostics.error(config::file_mark(shipped), "cannot be opened");
  }
}

std::shared_ptr<const LatencyTable> Catalog::more_latencies(
    const fs::path& file, config::Diagnostics& diagnostics) const {
  std::error_code missing;
  if (!fs::exists(file, missing)) return nullptr;
  for (const auto& [known, name] : latency_files()) {
    if (same_file(known, file)) return nullptr;
  }
  auto table = std::make_shared<LatencyTable>();
  table->read(file, file.filename().string(), names("workloads/dnns"), &latencies_, diagnostics);
  return table;
}

std::optional<fs::path> Catalog::find(const DataKind& kind, const std::string& name_or_path,
                                      const config::Mark& where,
                                      config::Diagnostics& diagnostics) const {
  auto file = search_.find(kind, name_or_path, where, diagnostics);
  if (file) return file;
  const std::vector<std::string> known = names(kind.folders.front());
  const bool below_folder = name_or_path.find('/') != std::string::npos;
  if (!below_folder && !name_or_path.ends_with(kind.ending)) {
    report_unknown(kind.what, name_or_path, known, where, diagnostics);
    return std::nullopt;
  }
  const fs::path here = config::path_at(where, name_or_path);
  std::error_code ignored;  // what cannot be looked at, such as too long a name, is not there
  diagnostics.error(where,
                    fmt::format("no file '{}'{}{}", config::printable_path(here.string()),
                                fs::is_directory(here, ignored) ? ": it is a directory" : "",
                                below_folder ? "" : config::suggest(here.stem().string(), known)));
  return std::nullopt;
}

DeviceProfile Catalog::device(const std::string& name_or_path, std::optional<PowerLevel> level,
                              const config::Mark& where, config::Diagnostics& diagnostics) const {
  const auto file = find(kDeviceFiles, name_or_path, where, diagnostics);
  return file ? load_device(*file, level, diagnostics) : DeviceProfile{};
}

DeviceProfile Catalog::load_device(const fs::path& file, std::optional<PowerLevel> level,
                                   config::Diagnostics& diagnostics) const {
  const auto c = load<DeviceConfig>(file, diagnostics);
  if (!c) return {};
  DeviceProfile profile =
      make_device_profile(file.stem().string(), *c, level, mark_of(file), diagnostics);
  profile.latencies = more_latencies(own_latencies(file), diagnostics);
  const config::Mark mark = c->latency_from ? c->latency_from->device.mark : mark_of(file);
  check_latencies(profile, mark, diagnostics);
  return profile;
}

void Catalog::check_latencies(const DeviceProfile& profile, const config::Mark& where,
                              config::Diagnostics& diagnostics) const {
  bool found = false;
  for (const LatencyTable* table : {&latencies_, profile.latencies.get()}) {
    if (!table) continue;
    for (const auto& [key, row] : table->rows()) {
      if (key.device != profile.latency_device) continue;
      found = true;
      const Processor* processor = profile.processor(key.processor);
      if (!processor) continue;
      const double latency_s = row.seconds * profile.latency_factor * processor->latency_factor;
      if (latency_s > processor->overhead_s) continue;
      diagnostics.error(
          where, fmt::format("processor {}: the overhead is not below the latency of {} in {} "
                             "({:g} ms) in {}",
                             name_of(key.processor), key.dnn, name_of(key.precision),
                             1e3 * latency_s, row.file));
    }
  }
  if (found) return;
  diagnostics.error(
      where, fmt::format("no latencies of a device '{}'{}: give them in '{}{}' beside its profile, "
                         "or latency_from borrows another's",
                         config::printable(profile.latency_device),
                         config::suggest(profile.latency_device, latencies_.devices()),
                         config::printable(profile.id), kLatencyEnding));
}

LinkTechnology Catalog::link(const std::string& name_or_path, const config::Mark& where,
                             config::Diagnostics& diagnostics) const {
  const auto file = find(kLinkFiles, name_or_path, where, diagnostics);
  return file ? load_link(*file, diagnostics) : LinkTechnology{};
}

LinkTechnology Catalog::load_link(const fs::path& file, config::Diagnostics& diagnostics) const {
  const auto c = load<LinkConfig>(file, diagnostics);
  if (!c) return {};
  return make_link_technology(file.stem().string(), *c, mark_of(file), diagnostics);
}

UseCaseConfig Catalog::use_case(const std::string& name_or_path, const config::Mark& where,
                                config::Diagnostics& diagnostics) const {
  const auto file = find(kUseCaseFiles, name_or_path, where, diagnostics);
  if (!file) return {};
  return load<UseCaseConfig>(*file, diagnostics).value_or(UseCaseConfig{});
}

std::optional<TraceFormat> Catalog::trace_format(const std::string& name_or_path,
                                                 const config::Mark& where,
                                                 config::Diagnostics& diagnostics) const {
  const auto file = find(kTraceFormatFiles, name_or_path, where, diagnostics);
  return file ? load_trace_format(*file, diagnostics) : std::nullopt;
}

std::optional<TraceFormat> Catalog::load_trace_format(const fs::path& file,
                                                      config::Diagnostics& diagnostics) const {
  auto format = load<TraceFormat>(file, diagnostics);
  if (format) check_trace_format(*format, mark_of(file), diagnostics);
  return format;
}

const Dnn* Catalog::find_dnn(const std::string& id) const {
  for (const Dnn& dnn : dnns_) {
    if (dnn.id == id) return &dnn;
  }
  return nullptr;
}

const Dnn* Catalog::dnn(const std::string& id, const config::Mark& where,
                        config::Diagnostics& diagnostics) const {
  if (const Dnn* found = find_dnn(id)) return found;
  const std::vector<std::string> legal = names("workloads/dnns");
  if (std::find(legal.begin(), legal.end(), id) == legal.end()) {
    report_unknown("DNN", id, legal, where, diagnostics);
  } else {  // not loaded, because two folders have it
    search_.one(fs::path("workloads/dnns") / (id + ".yaml"), where, diagnostics);
  }
  return nullptr;
}

void Catalog::report_unknown(const char* what, const std::string& name,
                             const std::vector<std::string>& legal, const config::Mark& where,
                             config::Diagnostics& diagnostics) const {
  diagnostics.error(where, fmt::format("unknown {} '{}'{}{}", what, config::printable_path(name),
                                       config::suggest(name, legal), search_.searched()));
}

const LatencyRow* Catalog::latency(const DeviceProfile& device, const LatencyKey& key) const {
  const LatencyRow* own = device.latencies ? device.latencies->find(key) : nullptr;
  return own ? own : latencies_.find(key);
}

std::optional<WorkSplit> Catalog::work(const DeviceProfile& device, const Processor& processor,
                                       Precision precision, const Dnn& dnn) const {
  const PrecisionSupport& support = processor.support(precision);
  if (!support.supported || !dnn.runs_on(processor.kind, device.kind)) return std::nullopt;
  const LatencyRow* row =
      latency(device, {device.latency_device, dnn.id, processor.kind, support.latency_from});
  if (!row) return std::nullopt;
  const double latency_s = row->seconds * device.latency_factor * processor.latency_factor;
  if (latency_s <= processor.overhead_s) return std::nullopt;
  WorkSplit split = split_latency(roofline_, dnn, processor.kind, support.latency_from, latency_s,
                                  processor.overhead_s, processor.ridge_factor);
  split.compute_s *= support.compute_factor;
  return split;
}

}  // namespace autoscale
