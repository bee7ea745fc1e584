// The contract between the simulator and a policy: what a policy sees, what it answers, what it is
// told afterwards.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/random_field.h"
#include "sim/system/system_model.h"

namespace autoscale {

/// What a policy may see when it decides, as values.
struct Observation {
  std::uint32_t device = 0;   // which phone asks
  std::uint32_t request = 0;  // its how-manyth request this is
  std::uint16_t dnn = 0;      // index of the system's DNNs
  Time now{};
  CoRunnerLoad load;
  std::array<double, kLinks> signal_dbm{};  // cloud link, tablet link
  std::array<bool, kLinks> weak{};          // at or below the technology's threshold
};

/// The decision: the whole network on one execution target or, if there are segments, the network
/// in pieces; `action` then counts for nothing. Segments need to live until the next decision only.
struct ExecutionPlan {
  ActionId action = 0;
  std::span<const Segment> segments{};
};

/// What became of a request. `next` is the same DNN's observation at completion.
struct Outcome {
  const Observation& observation;
  const Observation& next;
  ActionId action = 0;
  double reward = 0;
  double latency_s = 0;
  double energy_j = 0;
  double score = 0;
  bool qos_met = false;
  bool accuracy_met = false;
};

/// How the current phase wants a policy to behave.
struct PolicyMode {
  bool learn = false;
  bool explore = false;
};

/// How far a learner has come.
struct LearningProgress {
  std::uint64_t updates = 0;
  std::uint64_t states_visited = 0;
  std::uint64_t states_converged = 0;
  std::vector<std::uint32_t> visits_until_convergence;  // one per converged state
  double mean_abs_td_error = 0;                         // since the last call
  std::uint64_t saturated_stores = 0;  // values clamped to the table's number range
  std::uint64_t lost_updates = 0;      // not zero, but undone by rounding
};

/// What the predictions of a policy are measured by: mean absolute errors of energy, latency and
/// reward as ratios of what came (MAPE), of the reward also in its own unit (MAE), and the share of
/// best targets that a classifier missed.
enum class PredictionMeasure : std::uint8_t {
  kEnergyMape,
  kLatencyMape,
  kRewardMape,
  kRewardMae,
  kMisclassified
};

template <>
struct config::EnumNames<PredictionMeasure> {
  static constexpr std::array<std::pair<PredictionMeasure, std::string_view>, 5> value{
      {{PredictionMeasure::kEnergyMape, "energy_mape"},
       {PredictionMeasure::kLatencyMape, "latency_mape"},
       {PredictionMeasure::kRewardMape, "reward_mape"},
       {PredictionMeasure::kRewardMae, "reward_mae"},
       {PredictionMeasure::kMisclassified, "misclassified"}}};
};

/// How wrong a policy's predictions are, on outcomes that it was not fitted to: apart for calm
/// conditions (no co-runner, both signals regular) and varying ones (all others).
class PredictionError {
 public:
  struct Sum {
    double total = 0;
    std::uint64_t predictions = 0;
  };

  void add(PredictionMeasure measure, bool calm, double error) {
    Sum& sum = sums_[static_cast<std::size_t>(measure)][calm];
    sum.total += error;
    ++sum.predictions;
  }
  void add(const PredictionError& other) {
    for (std::size_t m = 0; m < sums_.size(); ++m) {
      for (std::size_t calm = 0; calm < 2; ++calm) {
        sums_[m][calm].total += other.sums_[m][calm].total;
        sums_[m][calm].predictions += other.sums_[m][calm].predictions;
      }
    }
  }
  const Sum& sum(PredictionMeasure measure, bool calm) const {
    return sums_[static_cast<std::size_t>(measure)][calm];
  }

 private:
  std::array<std::array<Sum, 2>, config::EnumNames<PredictionMeasure>::value.size()> sums_{};
};

/// Nominal costs that planners may use: the tables, without the present state of the world.
class CostModel {
 public:
  CostModel(const SystemModel& system, const DeviceType& type)
      : system_(system), type_(type), calm_(nominal_conditions(system, type)) {}

  /// Cost of a legal action in the calm world (environment S1 without noise).
  Cost nominal(std::uint16_t dnn, ActionId action) const {
    const DnnOnType& on_type = type_.dnns[dnn];
    return predict(on_type.request, on_type.actions[action], calm_);
  }
  /// The same of a valid plan in pieces.
  Cost nominal(std::uint16_t dnn, std::span<const Segment> plan) const {
    return predict_plan(plan_context(dnn), plan, calm_);
  }
  /// The calm world with the signals and the co-runners of an observation.
  Conditions observed(const Observation& o) const {
    Conditions now = calm_;
    now.load = o.load;
    for (std::size_t l = 0; l < kLinks; ++l) {
      now.link[l] =
          link_conditions(system_.links[l].technology, type_.radio[l], o.signal_dbm[l], 0);
    }
    return now;
  }
  PlanContext plan_context(std::uint16_t dnn) const { return system_.plan_context(type_, dnn); }
  const DnnOnType& dnn(std::uint16_t i) const { return type_.dnns[i]; }
  std::uint16_t dnn_count() const { return static_cast<std::uint16_t>(type_.dnns.size()); }
  const Constraints& constraints() const { return system_.constraints; }

 private:
  const SystemModel& system_;
  const DeviceType& type_;
  Conditions calm_;
};

/// The oracle's answer for one request.
struct OracleChoice {
  ActionId action = 0;
  Cost cost;
  bool defined = false;  // false: no action meets the accuracy target
  bool qos_met = false;
};

/// Whether an oracle knows the request's own noise.
enum class OracleForm : std::uint8_t { kExpected, kClairvoyant };

template <>
struct config::EnumNames<OracleForm> {
  static constexpr std::array<std::pair<OracleForm, std::string_view>, 2> value{
      {{OracleForm::kExpected, "expected"}, {OracleForm::kClairvoyant, "clairvoyant"}}};
};

/// The true present world. Only policies that declare needs_oracle get one.
class Oracle {
 public:
  virtual ~Oracle() = default;

  /// Lowest energy among the legal actions that meet accuracy and QoS now; else the fastest
  /// accurate one; else, if none is accurate, the same without the accuracy target and `defined` is
  /// false.
  virtual OracleChoice best(const Observation& observation, OracleForm form) const = 0;

  /// What a legal action would cost now, executed at the operating point that heat leaves of it.
  virtual Cost cost(const Observation& observation, ActionId action, OracleForm form) const = 0;
};

/// What a policy says about itself.
struct PolicyInfo {
  std::string_view family;   // baseline, oracle, learner, heuristic, predictor
  std::string_view summary;  // one line
  std::string_view source;   // authors, year, venue
  bool needs_costs = false;  // plans with the nominal cost model
  bool needs_oracle = false;
  bool learns = false;
  bool deliberates = false;  // its decision takes the scenario's decision time
};

/// What a policy is given at construction. `costs` and `oracle` are null unless it declares the
/// need.
struct PolicyContext {
  const ActionSpace& actions;
  std::span<const Dnn> dnns;            // features of every DNN
  std::span<const DnnOnType> legality;  // legal actions per DNN
  const CostModel* costs = nullptr;
  const Oracle* oracle = nullptr;
  RandomField random;
  std::string device_type;
};

/// Decides for one or all phones of a device type.
///
/// Contract: decide() returns a legal action for the observed DNN (anything else ends the run with
/// a PolicyError) and may be called for any of its phones in any order; learn() is called once per
/// finished request, in order of completion, only while the mode says learn. All randomness comes
/// from the context's field, addressed by (device, request), so that equal seeds give equal
/// decisions. Neither call allocates once every state has been seen.
class Policy {
 public:
  virtual ~Policy() = default;

  virtual ExecutionPlan decide(const Observation& observation) = 0;
  virtual void learn(const Outcome&) {}
  virtual void set_mode(PolicyMode) {}

  /// Bytes of learned state a phone would hold; 0 if it learns nothing.
  virtual std::size_t table_bytes() const { return 0; }
  virtual LearningProgress progress() { return {}; }
  /// Of a model of all that was learned; may take as long as fitting it.
  virtual PredictionError prediction_error() const { return {}; }

  /// What was learned, with the definition of states and actions; null if there is nothing.
  virtual nlohmann::ordered_json save() const;
  /// Restores what save() gave. Throws std::invalid_argument if it was learned by another kind of
  /// policy, on another state definition, other actions or another device type.
  virtual void load(const nlohmann::ordered_json& saved);
  /// Starts from what the same kind of policy learned on another device type over the same states
  /// (sim/policy/transfer.h). Throws std::invalid_argument if it is not that.
  virtual void transfer(const nlohmann::ordered_json& saved);
};

/// A policy broke its contract: names the policy, the request and the simulated time.
class PolicyError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace autoscale
