#include "sim/sweep/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include "sim/config/json.h"
#include "sim/config/reader.h"
#include "sim/core/output_file.h"
#include "sim/models/file_names.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;
using config::Diagnostics;
using config::Node;

constexpr std::string_view kOverrides = "overrides.";

/// The first 16 hexadecimal digits of the name-based UUID (RFC 4122, version 5: SHA-1) of a text,
/// in the name space of URLs.
std::string short_hash(const std::string& text) {
  const boost::uuids::name_generator_sha1 generate(boost::uuids::ns::url());
  std::string hex = boost::uuids::to_string(generate(text));
  hex.erase(std::remove(hex.begin(), hex.end(), '-'), hex.end());
  return hex.substr(0, 16);
}

/// The entry `key` of a map, made if it is not there.
Node& child(Node& map, const std::string& key, const config::Mark& mark) {
  if (Node* found = map.find(key)) return *found;
  map.kind = Node::Kind::kMap;
  map.entries.push_back({key, mark, {}});
  map.entries.back().value.mark = mark;
  return map.entries.back().value;
}

/// Changes a value of a scenario. "overrides.FILE.PATH" changes one of a data file, whose PATH is a
/// single key there.
void set_parameter(Node& root, const std::string& path, const Node& value,
                   Diagnostics& diagnostics) {
  const std::size_t dot = path.find('.', kOverrides.size());
  if (!path.starts_with(kOverrides) || dot == std::string::npos) {
    config::set_value(root, path, value, diagnostics);
    return;
  }
  const std::string file = path.substr(kOverrides.size(), dot - kOverrides.size());
  Node& changes = child(child(root, "overrides", value.mark), file, value.mark);
  child(changes, path.substr(dot + 1), value.mark) = value;
}

std::string content_of(const fs::path& file) {
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(stream), {}};
  if (!stream.is_open() || stream.bad()) {
    throw IoError(fmt::format("{}: {}", file.string(), std::generic_category().message(errno)));
  }
  return content;
}

/// Adds the files that values of `node` name by path, with hashes of what is in them and in the
/// tables of latencies beside them. One text may lead to several files, as a path starts from the
/// file that says it: its hash is that of all of them.
void add_named_files(const Node& node, nlohmann::ordered_json& hashes) {
  for (const Node::Entry& entry : node.entries) add_named_files(entry.value, hashes);
  for (const Node& item : node.items) add_named_files(item, hashes);
  const fs::path file = config::path_at(node.mark, node.text);
  std::error_code ignored;  // what cannot be looked at, such as too long a text, is no file
  if (node.text.find_first_of("./") == std::string::npos || !fs::is_regular_file(file, ignored)) {
    return;
  }
  const std::string before = hashes.value(node.text, "");
  const fs::path own = own_latencies(file);
  const std::string latencies = fs::exists(own, ignored) ? content_of(own) : "";
  hashes[node.text] = short_hash(before + content_of(file) + latencies);
}

std::vector<const ParameterConfig*> all_parameters(const SweepConfig& config) {
  std::vector<const ParameterConfig*> all;
  const auto add = [&all](const std::vector<ParameterConfig>& parameters) {
    for (const ParameterConfig& p : parameters) all.push_back(&p);
  };
  add(config.grid);
  add(config.zip);
  if (config.random) add(config.random->parameters);
  if (config.latin_hypercube) add(config.latin_hypercube->parameters);
  return all;
}

/// The data files that scenarios name below one folder: paths relative to it, and hashes.
std::vector<std::pair<fs::path, std::string>> file_hashes(const fs::path& root) {
  std::vector<std::pair<fs::path, std::string>> hashes;
  for (const char* folder : {"device_profiles", "workloads", "scenarios/environments"}) {
    if (!fs::exists(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const fs::path extension = entry.path().extension();
      if (extension != ".yaml" && extension != ".csv") continue;
      hashes.emplace_back(entry.path().lexically_relative(root),
                          short_hash(content_of(entry.path())));
    }
  }
  return hashes;
}

/// Hash of all data, so that results of different data do not mix. It does not tell in which folder
/// a file stands.
std::string data_hash(const SearchPath& search) {
  std::vector<std::pair<fs::path, std::string>> files;
  for (const fs::path& folder : search.folders()) {
    const auto more = file_hashes(folder);
    files.insert(files.end(), more.begin(), more.end());
  }
  std::sort(files.begin(), files.end());
  std::string hashes;
  for (const auto& [file, hash] : files) hashes += file.string() + ' ' + hash + '\n';
  return short_hash(hashes);
}

}  // namespace

Sweep Sweep::load(const Catalog& catalog, const fs::path& file) {
  Diagnostics diagnostics;
  SweepConfig config = config::read<SweepConfig>(catalog.search().load_yaml(file), diagnostics);
  diagnostics.throw_if_any();
  Sweep sweep(catalog, std::move(config), diagnostics);
  sweep.load_scenarios(diagnostics);
  diagnostics.throw_if_any();
  sweep.check_points(diagnostics);
  diagnostics.throw_if_any();
  return sweep;
}

Sweep::Sweep(const Catalog& catalog, SweepConfig config, Diagnostics& diagnostics)
    : catalog_(&catalog), config_(std::move(config)), space_(config_, diagnostics) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
  const std::string& name = config_.name.value;
  if (name.empty() || name.find_first_not_of(kAllowed) != std::string::npos) {
    diagnostics.error(config_.name.mark,
                      fmt::format("name: expected letters, digits, '_', '-' and '.', got '{}'",
                                  config::printable(name)));
  }
}

void Sweep::load_scenarios(Diagnostics& diagnostics) {
  const SearchPath& search = catalog_->search();
  for (const Located<std::string>& name : config_.scenarios) {
    const auto path = search.find(kScenarioFiles, name.value, name.mark, diagnostics);
    if (!path) {
      const fs::path here = config::path_at(name.mark, name.value);
      std::error_code ignored;
      diagnostics.error(
          name.mark,
          fmt::format(
              "scenarios: cannot read '{}': {}{}", config::printable_path(here.string()),
              fs::is_directory(here, ignored) ? "it is a directory" : "No such file or directory",
              search.searched()));
      continue;
    }
    try {
      ScenarioFile file{*path, search.load_yaml(*path)};
      for (const auto& [key, value] : config_.set) {
        set_parameter(file.root, key, value, diagnostics);
      }
      check_name(file, name.mark, diagnostics);
      scenarios_.push_back(std::move(file));
    } catch (const config::ConfigError& error) {
      diagnostics.add(error.diagnostics());
    }
  }
}

void Sweep::check_name(const ScenarioFile& file, const config::Mark& where,
                       Diagnostics& diagnostics) const {
  const Node* name = file.root.find("name");
  for (const ScenarioFile& other : scenarios_) {
    const Node* theirs = other.root.find("name");
    if (!name || !theirs || name->text != theirs->text) continue;
    diagnostics.error(
        where, fmt::format("scenarios: '{}' and '{}' are both called '{}', the name "
                           "that results tell them apart by",
                           other.path.string(), file.path.string(), config::printable(name->text)));
  }
}

void Sweep::check_points(Diagnostics& diagnostics) const {
  std::vector<std::string> policies;
  for (const std::size_t point : space_.sample()) {
    try {
      const Scenario at_point = scenario(point);
      for (const ComparedPolicy& policy : at_point.policies()) policies.push_back(policy.name);
    } catch (const config::ConfigError& error) {
      diagnostics.add(error.diagnostics());
      return;
    }
  }
  std::vector<std::string> columns;
  for (const RunColumn& c : run_columns()) columns.push_back(c.name);
  for (const Located<std::string>& metric : config_.metrics) {
    if (std::find(columns.begin(), columns.end(), metric.value) != columns.end()) continue;
    diagnostics.error(metric.mark, fmt::format("metrics: runs.csv has no column '{}'{}",
                                               config::printable(metric.value),
                                               config::suggest(metric.value, columns)));
  }
  const auto baseline = config_.baseline.find("policy");
  if (baseline == config_.baseline.end()) return;
  if (std::find(policies.begin(), policies.end(), baseline->second.value) == policies.end()) {
    diagnostics.error(
        baseline->second.mark,
        fmt::format("baseline: no policy '{}' here{}", config::printable(baseline->second.value),
                    config::suggest(baseline->second.value, policies)));
  }
}

Scenario Sweep::scenario(std::size_t point) const {
  const SweepPoint at = space_.point(point);
  const ScenarioFile& file = scenarios_[at.scenario];
  Node root = file.root;
  Diagnostics diagnostics;
  for (std::size_t i = 0; i < at.values.size(); ++i) {
    set_parameter(root, space_.parameters()[i].path, at.values[i].node, diagnostics);
  }
  diagnostics.throw_if_any();
  ScenarioOverrides overrides;
  overrides.seed = config_.seed;
  overrides.replications = config_.replications;
  return Scenario::load(*catalog_, file.path, std::move(root), overrides);
}

nlohmann::ordered_json Sweep::named_files() const {
  nlohmann::ordered_json swept = nlohmann::ordered_json::object();
  for (const ParameterConfig* parameter : all_parameters(config_)) {
    for (const Node& value : parameter->values) add_named_files(value, swept);
  }
  nlohmann::ordered_json files;
  for (std::size_t s = 0; s < scenarios_.size(); ++s) {
    nlohmann::ordered_json hashes = swept;
    add_named_files(scenarios_[s].root, hashes);
    if (!hashes.empty()) files[config_.scenarios[s].value] = std::move(hashes);
  }
  return files;
}

nlohmann::ordered_json Sweep::definition(const BuildInfo& build) const {
  nlohmann::ordered_json definition = build_manifest(build);
  definition["data"] = data_hash(catalog_->search());
  auto& sweep = definition["sweep"] = config::to_json(config_);
  sweep["parameters"] = nlohmann::ordered_json::array();
  for (const SweptParameter& p : space_.parameters()) {
    sweep["parameters"].push_back({{"column", p.column}, {"path", p.path}, {"unit", p.unit}});
  }
  sweep["points"] = points();
  auto& scenarios = definition["scenarios"] = nlohmann::ordered_json::array();
  for (const ScenarioFile& file : scenarios_) scenarios.push_back(config::to_json(file.root));
  nlohmann::ordered_json files = named_files();
  if (!files.empty()) definition["files"] = std::move(files);
  return definition;
}

RunNames::RunNames(const Scenario& scenario) : scenario_(scenario) {
  nlohmann::ordered_json world = scenario.resolved();
  for (const char* key : {"summary", "policies", "seed", "replications"}) world.erase(key);
  world_ = world.dump();
}

std::string RunNames::name(const RunSpec& spec) const {
  const ComparedPolicy& policy = scenario_.policies()[spec.policy];
  const nlohmann::ordered_json run = {{"policy", policy.entry->name},
                                      {"label", policy.name},
                                      {"parameters", policy.settings->to_json()},
                                      {"held_out", scenario_.held_out(spec.fold)},
                                      {"seed", spec.seed}};
  return short_hash(world_ + run.dump());
}

}  // namespace autoscale
