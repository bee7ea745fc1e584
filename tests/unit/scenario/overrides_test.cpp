// A scenario's overrides do what a change of the data file would do, for every kind of file and
// wherever it is named; the catalog they are put over stays as it is.
#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>
#include <tuple>

#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;

/// A copy of the shipped data with `old_text` of one file replaced.
class ChangedData {
 public:
  ChangedData(const std::string& file, std::string_view old_text, std::string_view new_text) {
    for (const auto folder : {"device_profiles", "workloads", "scenarios/environments"}) {
      fs::create_directories((directory_.path() / folder).parent_path());
      fs::copy(source_root() / folder, directory_.path() / folder, fs::copy_options::recursive);
    }
    std::string text = read_all(source_root() / file);
    const std::size_t at = text.find(old_text);
    if (at == std::string::npos)
      throw std::invalid_argument(file + " has no " + std::string(old_text));
    directory_.write(file, text.replace(at, old_text.size(), new_text));
    catalog_ = std::make_unique<Catalog>(directory_.path());
  }

  const Catalog& catalog() const { return *catalog_; }

 private:
  TemporaryFolder directory_;
  std::unique_ptr<Catalog> catalog_;
};

std::string scenario_text(const std::string& overrides, const std::string& device = "mi8pro") {
  return fmt::format(
      "name: overridden\nenvironment: S3\ndevices: [{{profile: '{}'}}]\n"
      "dnns: [mobilenet_v1, resnet_50_v1]\npolicies: [autoscale]\n"
      "phases: [{{name: test, inferences: 70, learn: true, explore: true}}]\n"
      "overrides: {}\n",
      device, overrides);
}

/// When every request came, how long it took, and its energy.
std::vector<std::tuple<Time, double, double>> costs(const Scenario& scenario) {
  std::vector<std::tuple<Time, double, double>> all;
  for (const KeptRequest& r : simulate(scenario, every_action_in_turn()).requests) {
    all.emplace_back(r.arrival, r.latency_s(), r.ledger.energy_j);
  }
  return all;
}

struct Change {
  std::string name, file, old_text, new_text, overrides;
};

class OverrideTest : public testing::TestWithParam<Change> {};

TEST_P(OverrideTest, IsAsGoodAsAChangeOfTheFile) {
  const Change& change = GetParam();
  const ChangedData data(change.file, change.old_text, change.new_text);
  const auto expected = costs(scenario_of(scenario_text("{}"), data.catalog()));
  EXPECT_TRUE(costs(scenario_of(scenario_text(change.overrides))) == expected);
  EXPECT_FALSE(costs(scenario_of(scenario_text("{}"))) == expected);
}

INSTANTIATE_TEST_SUITE_P(
    EveryKindOfFile, OverrideTest,
    testing::Values(
        Change{"baseline_power", "device_profiles/mi8pro.yaml", "value: 0.9 W", "value: 0.4 W",
               "{device_profiles/mi8pro: {baseline_power.value: 0.4 W}}"},
        Change{
            "overhead", "device_profiles/mi8pro.yaml",
            "overhead: {value: 0.5 ms, assumed: \"range 0.2 to 3 ms\"}",
            "overhead: {value: 2 ms, assumed: test}",
            "{device_profiles/mi8pro: {\"processors[0].overhead\": {value: 2 ms, assumed: test}}}"},
        Change{"link_rates", "device_profiles/links/wifi.yaml", "83.9, 108.79, 108.79]",
               "83.9, 90, 90]",
               "{device_profiles/links/wifi: {\"uplink.rate.values[7]\": 90, "
               "\"uplink.rate.values[8]\": 90}}"},
        Change{"ridge", "workloads/roofline.yaml", "fp32: {ridge: {value: 12,",
               "fp32: {ridge: {value: 6,", "{workloads/roofline: {cpu.fp32.ridge.value: 6}}"},
        Change{"input_size", "workloads/dnns/mobilenet_v1.yaml", "value: 150528 B",
               "value: 300000 B", "{workloads/dnns/mobilenet_v1: {input.raw.value: 300000 B}}"},
        Change{"arrivals", "workloads/use_cases/non_streaming.yaml", "mean: 10 s", "mean: 1 ms",
               "{workloads/use_cases/non_streaming: "
               "{arrivals.renewal.interval: {exponential: {mean: 1 ms}}}}"},
        Change{"co_runner", "scenarios/environments/S3.yaml", "memory: 0.90", "memory: 0.80",
               "{scenarios/environments/S3: {co_runner.steady.memory: 0.80}}"}),
    [](const auto& test) { return test.param.name; });

TEST(OverridesTest, HoldForAFileThatIsNamedByItsPath) {
  const std::string path =
      (source_root() / "device_profiles/../device_profiles/mi8pro.yaml").string();
  const std::string saving = "{device_profiles/mi8pro: {baseline_power.value: 0.4 W}}";
  const Scenario scenario = scenario_of(scenario_text(saving, path));
  EXPECT_EQ(scenario.system().types[0].profile.baseline_w, 0.4);
}

TEST(OverridesTest, LeaveTheCatalogAlone) {
  const Catalog catalog(source_root());
  const std::string changes =
      "{device_profiles/mi8pro: {baseline_power.value: 0.4 W}, "
      "workloads/dnns/mobilenet_v1: {macs.value: 1 GMAC}}";
  const Scenario changed = scenario_of(scenario_text(changes), catalog);
  EXPECT_EQ(changed.system().types[0].profile.baseline_w, 0.4);
  EXPECT_EQ(changed.system().dnns[0].macs, 1e9);
  const Scenario plain = scenario_of(scenario_text("{}"), catalog);
  EXPECT_EQ(plain.system().types[0].profile.baseline_w, 0.9);
  EXPECT_EQ(plain.system().dnns[0].macs, 568.741376e6);
}

/// An included file's overrides and the including file's come together.
TEST(OverridesTest, AreMergedWithThoseOfAnIncludedFile) {
  const TemporaryFolder directory;
  directory.write("base.yaml",
                  scenario_text("{device_profiles/mi8pro: {baseline_power.value: 0.4 W}}"));
  const fs::path file = directory.write(
      "top.yaml",
      "include: base.yaml\n"
      "overrides: {device_profiles/mi8pro: {\"processors[0].overhead.value\": 1 ms}}\n");
  const Scenario scenario = Scenario::load(shipped_catalog(), file);
  const DeviceProfile& phone = scenario.system().types[0].profile;
  EXPECT_EQ(phone.baseline_w, 0.4);
  EXPECT_EQ(phone.processors[0].overhead_s, 0.001);
}

TEST(OverridesTest, ALatencyFactorOfOneProcessorLeavesTheOthers) {
  const std::string twice =
      "{device_profiles/mi8pro: {\"processors[1].latency_factor\": {value: 2, assumed: test}}}";
  const Scenario plain = scenario_of(scenario_text("{}")),
                 changed = scenario_of(scenario_text(twice));
  const DeviceProfile &phone = plain.system().types[0].profile,
                      &slower = changed.system().types[0].profile;
  for (const Dnn& dnn : plain.system().dnns) {
    for (std::size_t p = 0; p < phone.processors.size(); ++p) {
      const Processor& processor = phone.processors[p];
      for (const auto& [precision, text] : config::EnumNames<Precision>::value) {
        const auto before = shipped_catalog().work(phone, processor, precision, dnn);
        const auto after = shipped_catalog().work(slower, slower.processors[p], precision, dnn);
        ASSERT_EQ(before.has_value(), after.has_value());
        // A derived precision has its row twice as slow as well, but scales only the compute part.
        if (!before || processor.support(precision).latency_from != precision) continue;
        const double factor = processor.kind == ProcessorKind::kGpu ? 2 : 1;
        EXPECT_NEAR(after->total(), factor * before->total(), 1e-12) << dnn.id << " " << text;
        EXPECT_EQ(after->overhead_s, before->overhead_s);
      }
    }
  }
}

// ----------------------------------------------------------------------------------------- labels

constexpr std::string_view kLabels = R"(
name: labels
environment: D3
devices: [{profile: mi8pro}]
policies:
  - autoscale
  - {autoscale: {}, label: twin}
  - {label: slow.0-1, autoscale: {learning_rate: 0.1}}
  - {opt: {form: clairvoyant}, label: all_knowing}
phases: [{name: test, inferences: 60, learn: true, explore: true}]
)";

std::vector<ActionId> actions(const Keeper& kept) {
  std::vector<ActionId> all;
  for (const KeptRequest& r : kept.requests) all.push_back(r.action);
  return all;
}

TEST(LabelsTest, AreTheNamesOfPolicies) {
  const Scenario scenario = scenario_of(kLabels);
  std::vector<std::string> names;
  for (const ComparedPolicy& use : scenario.policies()) {
    names.push_back(
        fmt::format("{} is {}{}", use.name, use.entry->name, use.reference ? ", a reference" : ""));
  }
  EXPECT_EQ(names, (std::vector<std::string>{"autoscale is autoscale", "twin is autoscale",
                                             "slow.0-1 is autoscale", "all_knowing is opt",
                                             "edge_cpu_fp32 is edge_cpu_fp32, a reference",
                                             "opt is opt, a reference"}));
}

/// Same table to begin with, same draws, same world: only what is varied differs.
TEST(LabelsTest, OfOnePolicyArePaired) {
  const Scenario scenario = scenario_of(kLabels);
  const Keeper one = simulate(scenario, setup_of(scenario, "autoscale")),
               twin = simulate(scenario, setup_of(scenario, "twin")),
               slow = simulate(scenario, setup_of(scenario, "slow.0-1"));
  EXPECT_EQ(actions(one), actions(twin));
  EXPECT_NE(actions(one), actions(slow));
  EXPECT_EQ(one.requests[0].action, slow.requests[0].action);
  for (std::size_t i = 0; i < one.requests.size(); ++i) {
    EXPECT_EQ(one.requests[i].ledger.energy_j, twin.requests[i].ledger.energy_j);
    EXPECT_EQ(one.requests[i].observation.dnn, slow.requests[i].observation.dnn);
  }
}

TEST(LabelsTest, AreKeptByTheResolvedScenario) {
  const auto resolved = scenario_of(kLabels).resolved();
  EXPECT_FALSE(resolved["policies"][0].contains("label"));
  EXPECT_EQ(resolved["policies"][1]["label"], "twin");
  EXPECT_EQ(resolved["policies"][2]["autoscale"]["learning_rate"], 0.1);
  EXPECT_EQ(scenario_of(resolved.dump()).resolved(), resolved);
}

}  // namespace
}  // namespace autoscale
