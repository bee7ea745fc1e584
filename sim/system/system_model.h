// Everything about a simulated system that does not change while it runs: device types with their
// action spaces and cost coefficients, links, servers, arrival process, constraints. Built once per
// scenario, shared by all its runs.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sim/models/catalog.h"
#include "sim/models/co_runner.h"
#include "sim/models/signal.h"
#include "sim/models/token_lengths.h"
#include "sim/system/dnn_on_type.h"
#include "sim/system/model_error.h"
#include "sim/system/reward.h"
#include "sim/system/segment.h"

namespace autoscale {

/// Which set of accuracy figures holds.
enum class AccuracySet : std::uint8_t { kQuantisationAware, kPostTraining };

template <>
struct config::EnumNames<AccuracySet> {
  static constexpr std::array<std::pair<AccuracySet, std::string_view>, 2> value{
      {{AccuracySet::kQuantisationAware, "quantisation_aware"},
       {AccuracySet::kPostTraining, "post_training"}}};
};

struct DeviceType {
  DeviceProfile profile;
  ActionSpace actions;
  std::vector<DnnOnType> dnns;  // by DNN index of the system
  std::array<RadioPower, kLinks> radio;
  double cpu_top_w = 0;  // busy CPU at its top point: heat of co-runners, power of a decision
};

struct LinkSetup {
  LinkTechnology technology;
  std::uint32_t sharers = 1;  // phones on one access point
  bool shared() const { return sharers > 1; }
};

struct ServerSetup {
  DeviceProfile profile;
  std::vector<std::size_t> workers;    // by processor of the profile
  std::uint32_t phones_each = 0;       // phones per server; 0: one server for all
  std::vector<ProcessorKind> offered;  // processors that phones may use; empty: all
  double background = 0;               // other users' sequences in each of its batches

  bool offers(ProcessorKind kind) const {
    return offered.empty() || std::find(offered.begin(), offered.end(), kind) != offered.end();
  }
};

/// Mean lengths of requests.
inline Tokens usual_lengths(const TokenLengths& lengths) {
  return {lengths.mean_prompt(), lengths.mean_output(), lengths.mean_output_square()};
}

/// What varies at run time: an environment.
struct Variance {
  std::unique_ptr<const CoRunnerProcess> co_runner;
  std::array<std::unique_ptr<const SignalProcess>, kLinks> signals;
  double outside_w = 0;  // heat from outside the phone, in watts of its skin's budget
};

/// A count of devices of one type.
struct DeviceGroup {
  std::uint16_t type = 0;
  std::uint32_t count = 0;
};

struct SystemModel {
  std::vector<Dnn> dnns;
  std::vector<Cuts> cuts;  // by DNN
  std::vector<DeviceType> types;
  std::vector<DeviceGroup> groups;
  std::array<LinkSetup, kLinks> links;
  ServerSetup cloud;
  ServerSetup tablet;
  std::vector<Variance> variances;  // the scenario's, then those that phases name
  ArrivalConfig arrivals;
  std::unique_ptr<const TokenLengths> tokens;  // of generative requests; null if there are none
  Tokens usual;                                // their means
  Constraints constraints;
  double server_weight = 0;  // of a server's joule in the energy that counts; a phone's is 1
  RewardConfig reward;
  double decision_s = 0;     // time a deliberating policy takes
  ModelError planner_error;  // of the cost model that planners have
  bool tails = false;
  bool noise = true;
  bool thermal = true;

  /// Lengths to expect of a request with this prompt.
  Tokens expected_tokens(double prompt) const {
    return {prompt, usual.output, usual.output_square};
  }

  std::uint32_t devices() const;
  /// Phones of a type.
  std::uint32_t count_of(std::size_t type) const;
  /// What plans in segments for a DNN on a device type are made from.
  PlanContext plan_context(const DeviceType& type, std::uint16_t dnn) const {
    const DnnOnType& on_type = type.dnns[dnn];
    return {on_type.request, on_type.actions, type.actions, cuts[dnn]};
  }
};

/// What fill_costs needs to know beyond the profiles.
struct CostSettings {
  AccountingMode accounting{};
  AccuracySet accuracy{};
  Upload upload{};
  Detections detections{};
};

/// A setting that asks for a form of input or answer which the file of a DNN does not know.
struct UnknownForm {
  std::string_view setting;
  std::string message;
};
std::vector<UnknownForm> unknown_forms(const SystemModel& system, const CostSettings& settings);

/// Fills the action spaces and cost tables of all types from the profiles, DNNs, links and servers
/// already in `system`. Reports at `where` a DNN that a type cannot run on its CPU.
void fill_costs(SystemModel& system, const Catalog& catalog, const CostSettings& settings,
                const config::Mark& where, config::Diagnostics& diagnostics);

/// The calm world: no co-runner, regular signals, mean round trips, connections as idle as the
/// arrivals leave them, idle servers, no tails, no noise.
Conditions nominal_conditions(const SystemModel& system, const DeviceType& type);

}  // namespace autoscale
