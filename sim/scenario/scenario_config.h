// The shape of a scenario file (scenarios/*.yaml).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/fields.h"
#include "sim/config/node.h"
#include "sim/models/catalog.h"
#include "sim/models/co_runner.h"
#include "sim/models/signal.h"
#include "sim/models/workload_config.h"
#include "sim/scenario/environment_config.h"
#include "sim/scenario/equipment_config.h"
#include "sim/system/reward.h"
#include "sim/system/system_model.h"
#include "sim/world/phase.h"

namespace autoscale {

/// Whether phones of a type learn together or each for itself.
enum class LearnerSharing : std::uint8_t { kPerType, kPerDevice };
/// Which folds a scenario expands into.
enum class Holdout : std::uint8_t { kNone, kLeaveOneDnnOut };

template <>
struct config::EnumNames<LearnerSharing> {
  static constexpr std::array<std::pair<LearnerSharing, std::string_view>, 2> value{
      {{LearnerSharing::kPerType, "per_type"}, {LearnerSharing::kPerDevice, "per_device"}}};
};
template <>
struct config::EnumNames<Holdout> {
  static constexpr std::array<std::pair<Holdout, std::string_view>, 2> value{
      {{Holdout::kNone, "none"}, {Holdout::kLeaveOneDnnOut, "leave_one_dnn_out"}}};
};

struct ConstraintsConfig {
  std::optional<Duration> latency;
  std::optional<Duration> token_latency;
  double accuracy = 50;
  AccuracySet accuracy_set = AccuracySet::kPostTraining;

  template <class V>
  void fields(V& v) {
    v.optional("latency", latency, "QoS constraint, instead of the use case's", config::positive);
    v.optional("token_latency", token_latency,
               "QoS constraint of the mean time per output token, instead of the use case's",
               config::positive);
    v.optional("accuracy", accuracy,
               "target in percent: top-1 for classification, share of fp32 for the rest",
               config::range(0.0, 100.0));
    v.optional("accuracy_set", accuracy_set, "which accuracy figures hold");
  }
};

struct PhaseConfig {
  std::string name;
  PhaseConditions conditions = PhaseConditions::kScenario;
  WithinBin within_bin = WithinBin::kCentre;
  std::optional<Located<std::string>> environment;
  std::uint32_t inferences = 100;
  std::optional<DnnOrder> order;
  Duration pause{};
  bool learn = false;
  bool explore = false;
  bool record = true;

  template <class V>
  void fields(V& v) {
    v.required("name", name, "name", config::non_empty);
    v.optional("conditions", conditions,
               "the scenario's own, or the grid of variance states of the paper's training");
    v.optional("within_bin", within_bin, "which value of a state bin the grid takes");
    v.optional("environment", environment,
               "environment of this phase: a name or a file; instead of the scenario's with its "
               "co_runner and signals");
    v.required("inferences", inferences, "per phone and DNN (and variance state, on the grid)",
               config::range(1.0, 1e9));
    v.optional("order", order,
               "in which order a phone goes through the DNNs: blocks (on the grid also all visits "
               "of a state in a row), round_robin (default on the grid) or random");
    v.optional("pause", pause, "between the blocks of two DNNs", config::non_negative);
    v.optional("learn", learn, "outcomes are told to the policy");
    v.optional("explore", explore, "the policy may try things out");
    v.optional("record", record, "metrics count this phase");
  }
};

/// The cost model that policies plan with, which oracles do not use.
struct PlannerModelConfig {
  ModelError error;

  template <class V>
  void fields(V& v) {
    v.required("error", error,
               "standard deviations of the logarithms of the factors by which it is wrong");
  }
};

/// Whose joules count in rewards, rankings and comparisons.
struct PhoneObjective {
  static constexpr std::string_view kName = "phone";
  template <class V>
  void fields(V&) {}
};
struct SystemObjective {
  static constexpr std::string_view kName = "system";
  double phone_carbon = 1;
  double server_carbon = 1;
  template <class V>
  void fields(V& v) {
    v.optional("phone_carbon", phone_carbon, "grams of CO2 per kWh that charge the phone",
               config::positive);
    v.optional("server_carbon", server_carbon, "the same of tablets and servers",
               config::non_negative);
  }
};
using ObjectiveConfig = std::variant<PhoneObjective, SystemObjective>;

struct ScenarioConfig {
  std::string name;
  std::string summary;
  Located<std::string> environment{"S1", {}};
  Located<std::string> use_case{"non_streaming", {}};
  std::vector<DeviceGroupConfig> devices;
  LinksConfig links;
  ServersConfig servers;
  std::vector<Located<std::string>> dnns;
  std::optional<ArrivalConfig> arrivals;
  std::optional<TokensConfig> tokens;
  std::optional<CoRunnerConfig> co_runner;
  std::optional<SignalConfig> cloud_signal;
  std::optional<SignalConfig> tablet_signal;
  ConstraintsConfig constraints;
  AccountingMode accounting = AccountingMode::kWholePhone;
  std::optional<PowerLevel> power_level;
  Upload upload = Upload::kRaw;
  Detections detections = Detections::kBoxes;
  bool slow_start = true;
  bool tails = false;
  bool noise = true;
  bool thermal = true;
  Duration decision_time = std::chrono::nanoseconds(7300);
  RewardConfig reward;
  ObjectiveConfig objective;
  LearnerSharing learners = LearnerSharing::kPerType;
  std::optional<PlannerModelConfig> planner_model;
  std::vector<config::Node> policies;
  std::vector<PhaseConfig> phases;
  Holdout holdout = Holdout::kNone;
  bool compare_with_opt = true;
  bool compare_with_oracles = false;
  bool relative_metrics = true;
  bool save_tables = false;
  std::map<std::string, Located<std::string>> load_tables;
  std::map<std::string, Located<std::string>> transfer_tables;
  DataOverrides overrides;
  std::uint64_t seed = 1;
  std::uint32_t replications = 1;

  template <class V>
  void fields(V& v) {
    v.required("name", name, "name; stands in every row", config::non_empty);
    v.optional("summary", summary, "one line on what it is for");
    v.optional("environment", environment, "environment: a name or a file");
    v.optional("use_case", use_case, "use case: a name or a file");
    v.required("devices", devices, "the phones", config::non_empty);
    v.optional("links", links, "radio links");
    v.optional("servers", servers, "cloud and tablets");
    v.optional("dnns", dnns, "DNNs, instead of the use case's");
    v.optional("arrivals", arrivals, "arrivals, instead of the use case's");
    v.optional("tokens", tokens, "lengths of generative requests, instead of the use case's");
    v.optional("co_runner", co_runner, "instead of the environment's");
    v.optional("cloud_signal", cloud_signal, "instead of the environment's");
    v.optional("tablet_signal", tablet_signal, "instead of the environment's");
    v.optional("constraints", constraints, "what an inference must meet");
    v.optional("accounting", accounting, "what the baseline power is charged to");
    v.optional("power_level", power_level, "height of the power tables, instead of the profiles'");
    v.optional("upload", upload, "form in which inputs are sent");
    v.optional("detections", detections, "form in which servers send back detections");
    v.optional("slow_start", slow_start, "idle connections start slowly, where the link says so");
    v.optional("tails", tails, "radio promotion and tail energy");
    v.optional("noise", noise, "random execution and network times");
    v.optional("thermal", thermal, "heat caps operating points");
    v.optional("decision_time", decision_time, "time of a deliberating policy's decision",
               config::non_negative);
    v.optional("reward", reward, "what learners are told");
    v.optional("objective", objective,
               "whose energy counts: the phone's, or that of the system, also by its carbon");
    v.optional("learners", learners, "who shares a policy");
    v.optional("planner_model", planner_model,
               "what planners take the costs for; without it: the truth");
    v.required("policies", policies,
               "policies to compare: names, or {name: {parameter: value}}; beside the name, label: "
               "what the results call it",
               config::non_empty);
    v.required("phases", phases, "what happens, in order", config::non_empty);
    v.optional("holdout", holdout, "folds: train on all DNNs but one, record that one");
    v.optional("compare_with_opt", compare_with_opt,
               "agreement with Opt for every recorded request");
    v.optional("compare_with_oracles", compare_with_oracles,
               "also with the oracles expected_reward and chance_constrained (slow)");
    v.optional("relative_metrics", relative_metrics,
               "efficiency relative to edge_cpu_fp32 and gap to opt; adds them as references");
    v.optional("save_tables", save_tables, "write what was learned beside the results");
    v.optional("load_tables", load_tables, "device profile -> saved table to start from");
    v.optional("transfer_tables", transfer_tables,
               "device profile -> saved table of another device to start from");
    v.optional("overrides", overrides,
               "other values for the data files: file such as device_profiles/mi8pro -> path in it "
               "such as processors[0].overhead.value -> value");
    v.optional("seed", seed, "seed of the first replication");
    v.optional("replications", replications, "independent repetitions", config::range(1.0, 1e6));
  }
};

}  // namespace autoscale
