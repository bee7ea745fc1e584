// Every shipped data file: it loads, survives being written and read again, and the files agree
// with one another.
#include <fmt/format.h>

#include <set>

#include "sim/config/csv.h"
#include "sim/config/json.h"
#include "sim/config/reader.h"
#include "sim/models/catalog.h"
#include "sim/models/token_trace.h"
#include "sim/sweep/sweep.h"
#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;

/// YAML files of a folder, sorted; with those of its subfolders if `deep`.
std::vector<fs::path> yaml_files(const fs::path& folder, bool deep = false) {
  std::set<fs::path> files;
  for (auto entry = fs::recursive_directory_iterator(source_root() / folder);
       entry != fs::recursive_directory_iterator(); ++entry) {
    if (!deep && entry.depth() > 0) continue;
    if (entry->path().extension() == ".yaml") files.insert(entry->path());
  }
  EXPECT_FALSE(files.empty()) << folder;
  return {files.begin(), files.end()};
}

/// Writing what was read and reading that gives the same text again.
template <class T>
void expect_round_trip(const fs::path& folder) {
  for (const fs::path& file : yaml_files(folder)) {
    SCOPED_TRACE(file.string());
    T once = config::load<T>(file);
    const auto json = config::to_json(once);
    config::Diagnostics diagnostics;
    T twice = config::read<T>(config::parse_yaml(json.dump(), "again"), diagnostics);
    diagnostics.throw_if_any();
    EXPECT_EQ(config::to_json(twice), json);
  }
}

TEST(DataTest, DeviceProfilesRoundTrip) { expect_round_trip<DeviceConfig>("device_profiles"); }
TEST(DataTest, LinksRoundTrip) { expect_round_trip<LinkConfig>("device_profiles/links"); }
TEST(DataTest, TraceFormatsRoundTrip) { expect_round_trip<TraceFormat>(kTraceFormatFolder); }
TEST(DataTest, TokenFormatsRoundTrip) { expect_round_trip<TokenFormat>(kTokenFormatFolder); }
TEST(DataTest, DnnsRoundTrip) { expect_round_trip<DnnConfig>("workloads/dnns"); }
TEST(DataTest, GenerativeNetworksRoundTrip) {
  expect_round_trip<GenerativeConfig>("workloads/generative");
}
TEST(DataTest, UseCasesRoundTrip) { expect_round_trip<UseCaseConfig>("workloads/use_cases"); }
TEST(DataTest, EnvironmentsRoundTrip) {
  expect_round_trip<EnvironmentConfig>("scenarios/environments");
}
TEST(DataTest, RooflineRoundTrips) {
  RooflineConfig once = config::load<RooflineConfig>(source_root() / "workloads/roofline.yaml");
  const auto json = config::to_json(once);
  config::Diagnostics diagnostics;
  RooflineConfig twice =
      config::read<RooflineConfig>(config::parse_yaml(json.dump(), "again"), diagnostics);
  diagnostics.throw_if_any();
  EXPECT_EQ(config::to_json(twice), json);
}

TEST(DataTest, DeviceProfilesAndLinksAreSound) {
  config::Diagnostics diagnostics;
  for (const std::string& name : shipped_catalog().names("device_profiles")) {
    for (const auto level : {PowerLevel::kMeasured, PowerLevel::kPaper}) {
      EXPECT_EQ(shipped_catalog().device(name, level, {}, diagnostics).id, name);
    }
  }
  for (const std::string& name : shipped_catalog().names("device_profiles/links")) {
    EXPECT_EQ(shipped_catalog().link(name, {}, diagnostics).id, name);
  }
  diagnostics.throw_if_any();
}

TEST(DataTest, ActionSpacesHaveThePapersSizes) {
  const Scenario scenario = scenario_of(
      "name: sizes\ndevices: [{profile: mi8pro}, {profile: galaxy_s10e}, {profile: moto_x_force}]\n"
      "policies: [random]\nphases: [{name: test, inferences: 1}]\n");
  const auto& types = scenario.system().types;
  EXPECT_EQ(types[0].actions.size(), 66U);
  EXPECT_EQ(types[1].actions.size(), 65U);
  EXPECT_EQ(types[2].actions.size(), 47U);
}

TEST(DataTest, MacsAndParametersAreTheSumsOfTheBlocks) {
  for (const std::string& id : shipped_catalog().names("workloads/dnns")) {
    SCOPED_TRACE(id);
    const DnnConfig c = config::load<DnnConfig>(source_root() / "workloads/dnns" / (id + ".yaml"));
    double macs = 0, parameters = 0;
    for (const Block& block : shipped_catalog().find_dnn(id)->blocks) {
      macs += block.macs;
      parameters += block.parameters;
    }
    EXPECT_NEAR(macs, c.macs.value.value(), 1e-9 * macs);
    EXPECT_NEAR(parameters, c.parameters.value, 0.5);
  }
}

TEST(DataTest, EveryDnnRunsWhereItIsNotBarred) {
  config::Diagnostics diagnostics;
  std::size_t runs = 0;
  for (const std::string& name : shipped_catalog().names("device_profiles")) {
    const DeviceProfile device = shipped_catalog().device(name, std::nullopt, {}, diagnostics);
    for (const Processor& processor : device.processors) {
      for (const auto& [precision, text] : config::EnumNames<Precision>::value) {
        if (!processor.support(precision).supported) continue;
        for (const Dnn& dnn : shipped_catalog().dnns()) {
          if (dnn.generation) continue;
          const bool works = shipped_catalog().work(device, processor, precision, dnn).has_value();
          const bool meant = precision != Precision::kInt4;  // of generative networks alone
          EXPECT_EQ(works, meant && dnn.runs_on(processor.kind, device.kind))
              << name << " " << name_of(processor.kind) << " " << text << " " << dnn.id;
          runs += works;
        }
      }
    }
  }
  EXPECT_GT(runs, 150U);
}

TEST(DataTest, EveryGenerationRowIsOfADeviceThatRunsIt) {
  config::Diagnostics diagnostics;
  std::size_t rows = 0, runs = 0;
  config::CsvReader csv(source_root() / "workloads/generation.csv", diagnostics);
  while (csv.next()) ++rows;
  for (const std::string& name : shipped_catalog().names("device_profiles")) {
    const DeviceProfile device = shipped_catalog().device(name, std::nullopt, {}, diagnostics);
    for (const Dnn& dnn : shipped_catalog().dnns()) {
      if (!dnn.generation) continue;
      bool anywhere = false, on_cpu = false;
      for (const Processor& processor : device.processors) {
        for (const auto& [precision, text] : config::EnumNames<Precision>::value) {
          if (!shipped_catalog().generation(device, processor, precision, dnn)) continue;
          ++runs;
          anywhere = true;
          on_cpu |= processor.kind == ProcessorKind::kCpu;
        }
      }
      if (device.kind != DeviceKind::kPhone) continue;
      EXPECT_EQ(anywhere, on_cpu) << name << " " << dnn.id;
    }
  }
  diagnostics.throw_if_any();
  EXPECT_EQ(runs, rows);
}

/// Whether a file is a scenario of its own. Not so environments, fragments that others include
/// (they have no name) and what the report compares with.
bool is_scenario(const fs::path& file) {
  const std::string name = file.filename().string();
  if (file.parent_path().filename() == "environments" || name == "claims.yaml" ||
      name == "laboratories.yaml") {
    return false;
  }
  const config::Node root = config::load_yaml(file);
  return root.find("name") && root.find("phases");
}

TEST(DataTest, EveryScenarioResolvesAndReadsBack) {
  // Relative paths in a resolved scenario start where the scenario lies.
  const TemporaryFolder copy;
  fs::copy(source_root() / "scenarios", copy.path(), fs::copy_options::recursive);
  std::size_t scenarios = 0;
  for (const fs::path& file : yaml_files("scenarios", true)) {
    if (!is_scenario(file)) continue;
    SCOPED_TRACE(file.string());
    const auto resolved = Scenario::load(shipped_catalog(), file).resolved();
    const fs::path again = copy.path() / fs::relative(file, source_root() / "scenarios");
    std::ofstream(again) << resolved.dump();
    EXPECT_EQ(Scenario::load(shipped_catalog(), again).resolved(), resolved);
    ++scenarios;
  }
  EXPECT_GE(scenarios, 28U);
}

TEST(DataTest, EverySweepLoadsWithAllItsPoints) {
  for (const fs::path& file : yaml_files("scenarios/sweeps")) {
    SCOPED_TRACE(file.string());
    const Sweep sweep = Sweep::load(shipped_catalog(), file);
    for (std::size_t point = 0; point < sweep.points(); ++point) {
      EXPECT_NO_THROW(sweep.scenario(point)) << point;
    }
  }
}

}  // namespace
}  // namespace autoscale
