// Targets: what people write in YAML. What is accepted is also used, in runs of few requests.
#include <memory>
#include <nlohmann/json.hpp>

#include "sim/config/reader.h"
#include "sim/models/dnn_files.h"
#include "sim/models/token_trace.h"
#include "sim/run/run_specs.h"
#include "sim/run/runner.h"
#include "sim/sweep/sweep.h"
#include "tests/fuzz/target.h"

namespace autoscale::fuzz {
namespace {

namespace fs = std::filesystem;

/// The shipped data. A catalog keeps every file that it has read, so it is made anew now and then.
const Catalog& catalog() {
  static std::unique_ptr<Catalog> made;
  static int uses = 0;
  if (!made || ++uses % 2000 == 0) made = std::make_unique<Catalog>(source_root());
  return *made;
}

/// The input as a file that no catalog has read before.
class NewFile {
 public:
  NewFile(std::string_view name, std::string_view bytes) {
    static int number = 0;
    below_ = folder().path() / std::to_string(number++);
    fs::create_directory(below_);
    path_ = below_ / name;
    write_all(path_, bytes);
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() { fs::remove_all(below_); }
  const fs::path& path() const { return path_; }

 private:
  fs::path below_, path_;
};

constexpr const char* kShort = "phases=[{name: test, inferences: 2, learn: true, explore: true}]";

bool is_small(const Scenario& scenario) {
  constexpr std::uint64_t kPhones = 6, kRequests = 300;
  if (scenario.system().devices() > kPhones || scenario.runs() > kRequests) return false;
  std::uint64_t requests = 0;
  for (const RunSpec& spec : run_specs(scenario)) requests += requests_of(scenario, spec);
  return requests <= kRequests;
}

/// A scenario file with short phases: loads, says the same when its resolved form is read, runs.
void use(const fs::path& file, const std::vector<std::string>& assignments = {kShort}) {
  const Scenario scenario = Scenario::load(catalog(), file, {.assignments = assignments});
  const std::string resolved = scenario.resolved().dump();
  const Scenario again =
      Scenario::load(catalog(), file, config::parse_yaml(resolved, file.string()), {});
  require(again.resolved().dump() == resolved, "a resolved scenario resolves to itself");
  if (is_small(scenario)) run_all(scenario, {});
}

void scenario(std::string_view bytes) {
  const NewFile file("scenario.yaml", bytes);
  accepts([&] { Scenario::load(catalog(), file.path()); });
  accepts([&] { use(file.path()); });
}

/// A scenario with these keys, in which '@' stands for a file.
void used_in_scenario(std::string keys, const NewFile& named) {
  keys.replace(keys.find('@'), 1, named.path().string());
  const NewFile file("scenario.yaml",
                     "name: fuzz\npolicies: [random, opt]\n"
                     "phases: [{name: test, inferences: 3}]\n" +
                         keys + "\n");
  accepts([&] { use(file.path(), {}); });
}

const std::string kPhone = "devices: [{profile: mi8pro}]\ndnns: [mobilenet_v1]\n";

/// Its latencies are those of the shipped profile that has this name.
void device(std::string_view bytes) {
  const NewFile phone("mi8pro.yaml", bytes), server("cloud_server.yaml", bytes);
  used_in_scenario("devices: [{profile: @}]\ndnns: [mobilenet_v1]", phone);
  used_in_scenario(kPhone + "servers: {cloud: {profile: @}}", server);
}

void link(std::string_view bytes) {
  const NewFile file("wifi.yaml", bytes);
  used_in_scenario(kPhone + "links: {cloud: {technology: @}}\ntails: true", file);
}

void environment(std::string_view bytes) {
  const NewFile file("S1.yaml", bytes);
  used_in_scenario(kPhone + "environment: @", file);
}

void use_case(std::string_view bytes) {
  const NewFile file("chat.yaml", bytes);
  used_in_scenario("devices: [{profile: mi8pro}]\nuse_case: @", file);
  used_in_scenario(
      "devices: [{profile: galaxy_s25}]\nuse_case: @\n"
      "servers: {cloud: {profile: h100}, tablet: {profile: laptop_rtx4050}}",
      file);
}

/// Reads a T; nothing if it is wrong.
template <class T>
std::optional<T> read_as(std::string_view bytes) {
  config::Diagnostics diagnostics;
  std::optional<T> value;
  accepts([&] { value = config::read<T>(config::parse_yaml(bytes, "f.yaml"), diagnostics); });
  return diagnostics.empty() ? value : std::nullopt;
}

void dnn(std::string_view bytes) {
  config::Diagnostics diagnostics;
  if (const auto config = read_as<DnnConfig>(bytes)) {
    make_dnn("fuzz", *config, source_root() / "workloads/blocks/mobilenet_v1.csv", diagnostics);
  }
  if (const auto config = read_as<GenerativeConfig>(bytes)) {
    make_generative("fuzz", *config, {}, diagnostics);
  }
  read_as<RooflineConfig>(bytes);
}

std::vector<std::string> dnn_seeds() {
  std::vector<std::string> seeds = shipped("workloads/dnns", ".yaml");
  for (std::string& seed : shipped("workloads/generative", ".yaml")) seeds.push_back(seed);
  return seeds;
}

/// A format, and a recording read by it.
void format(std::string_view bytes) {
  const NewFile file("format.yaml", bytes);
  config::Diagnostics diagnostics;
  const auto own = catalog().load_trace_format(file.path(), diagnostics);
  TraceColumns columns;
  if (own && !own->signals.empty()) columns.signal = own->signals[0].column;
  if (own && !own->rates.empty()) columns.rate = own->rates[0].column;
  if (!columns.signal.empty() || !columns.rate.empty()) {
    for (const char* trace : {"lte_drive.csv", "wifi_capacity.mahi"}) {
      config::Diagnostics of_trace;
      load_trace(source_root() / "scenarios/signals" / trace, *own, columns, of_trace);
    }
  }
  if (const auto tokens = read_as<TokenFormat>(bytes)) {
    config::Diagnostics of_trace;
    load_token_trace(source_root() / "workloads/latency.csv", *tokens, of_trace);
  }
}

std::vector<std::string> format_seeds() {
  std::vector<std::string> seeds = shipped("device_profiles/trace_formats", ".yaml");
  for (std::string& seed : shipped("workloads/token_formats", ".yaml")) seeds.push_back(seed);
  return seeds;
}

void sweep(std::string_view bytes) {
  const NewFile file("sweep.yaml", bytes);
  accepts([&] {
    const Sweep sweep = Sweep::load(catalog(), file.path());
    for (const std::size_t point : sweep.space().sample()) {
      accepts([&] { sweep.scenario(point); });
    }
    sweep.definition({});
  });
}

}  // namespace

std::vector<Target> yaml_targets() {
  return {
      {"scenario", scenario, [] { return shipped("scenarios", ".yaml"); }},
      {"device", device, [] { return shipped("device_profiles", ".yaml"); }},
      {"link", link, [] { return shipped("device_profiles/links", ".yaml"); }},
      {"environment", environment, [] { return shipped("scenarios/environments", ".yaml"); }},
      {"use_case", use_case, [] { return shipped("workloads/use_cases", ".yaml"); }},
      {"dnn", dnn, dnn_seeds},
      {"format", format, format_seeds},
      {"sweep", sweep, [] { return shipped("scenarios/sweeps", ".yaml"); }},
  };
}

}  // namespace autoscale::fuzz
