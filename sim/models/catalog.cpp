#include "sim/models/catalog.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/models/dnn_files.h"
#include "sim/models/file_names.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;

/// The folders of the YAML files that can be overridden.
constexpr const char* kDataFolders[] = {
    "device_profiles",       "device_profiles/links", "workloads",
    "workloads/dnns",        "workloads/generative",  "workloads/use_cases",
    "scenarios/environments"};

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
  load_generative(diagnostics);
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

void Catalog::load_generative(config::Diagnostics& diagnostics) {
  const std::vector<std::string> networks = names("workloads/generative");
  for (const std::string& id : networks) {
    const std::vector<fs::path> files =
        search_.all(fs::path("workloads/generative") / (id + ".yaml"));
    if (files.size() != 1) continue;  // reported where the name is used
    if (find_dnn(id)) {
      diagnostics.error(mark_of(files.front()),
                        fmt::format("workloads/dnns has a DNN '{}' too", config::printable(id)));
    } else if (const auto c = load<GenerativeConfig>(files.front(), diagnostics)) {
      dnns_.push_back(make_generative(id, *c, mark_of(files.front()), diagnostics));
    }
  }
  for (const fs::path& file : search_.all("workloads/generation.csv")) {
    rates_.read(file, networks, diagnostics);
  }
}

std::vector<std::string> Catalog::dnn_names() const {
  std::vector<std::string> all = names("workloads/dnns");
  for (std::string& name : names("workloads/generative")) all.push_back(std::move(name));
  std::sort(all.begin(), all.end());
  return all;
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
  check_rates(profile, diagnostics);
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

void Catalog::check_rates(const DeviceProfile& profile, config::Diagnostics& diagnostics) const {
  const auto check = [&](const Located<std::string>& id) {
    const Dnn* dnn = find_dnn(id.value);
    if (dnn && dnn->generation) return true;
    report_unknown("generative network", id.value, names("workloads/generative"), id.mark,
                   diagnostics);
    return false;
  };
  for (const Batching& b : profile.batching) {
    if (check(b.dnn) && find_dnn(b.dnn.value)->generation->accuracy[b.precision] <= 0) {
      diagnostics.error(b.dnn.mark,
                        fmt::format("{} has no accuracy in {}", b.dnn.value, name_of(b.precision)));
    }
    for (const auto& other : b.answers) check(other);
  }
  for (const auto& [key, row] : rates_.rows()) {
    if (key.device != profile.latency_device) continue;
    const Processor* processor = profile.processor(key.processor);
    const Dnn* dnn = find_dnn(key.dnn);
    if (!processor || !dnn || !processor->support(key.precision).supported) continue;
    if (dnn->generation->weight_bits[key.precision] <= 0) {
      diagnostics.error(row.where, fmt::format("workloads/generative/{}.yaml has no weights in {}",
                                               key.dnn, name_of(key.precision)));
    } else if (!generation(profile, *processor, key.precision, *dnn)) {
      diagnostics.error(row.where,
                        "the rates do not fit together: a prompt cannot be read in less time than "
                        "its weights, nor a token be made in less than its share of the prompt");
    }
  }
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
  const std::vector<std::string> legal = dnn_names();
  if (std::find(legal.begin(), legal.end(), id) == legal.end()) {
    report_unknown("DNN", id, legal, where, diagnostics);
  } else {  // not loaded, because two folders have it
    for (const char* folder : {"workloads/dnns", "workloads/generative"}) {
      search_.one(fs::path(folder) / (id + ".yaml"), where, diagnostics);
    }
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

std::optional<GenerationWork> Catalog::generation(const DeviceProfile& device,
                                                  const Processor& processor, Precision precision,
                                                  const Dnn& dnn) const {
  if (!processor.support(precision).supported) return std::nullopt;
  const GenerationRow* row =
      rates_.find({device.latency_device, dnn.id, processor.kind, precision});
  if (!row || dnn.generation->weight_bits[precision] <= 0) return std::nullopt;
  const double factor = device.latency_factor * processor.latency_factor;
  GenerationRates rates = row->rates;
  rates.prefill_per_s /= factor;
  rates.decode_per_s /= factor;
  auto work = generation_work(*dnn.generation, precision, rates, processor.overhead_s);
  if (!work) return std::nullopt;
  work->prefill_power = processor.prefill_power;
  work->decode_power = processor.decode_power;
  work->memory_clock = processor.memory_clock;
  return work;
}

}  // namespace autoscale
