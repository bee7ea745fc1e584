// The contract between the simulator and a policy. What a policy sees, answers and is told stands in
// observation.h; registry.h makes a policy known by name.
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
#include "sim/models/dnn.h"
#include "sim/policy/learning_report.h"
#include "sim/policy/observation.h"
#include "sim/system/dnn_on_type.h"

namespace autoscale {

class CostModel;
class Oracle;

/// How the current phase wants a policy to behave.
struct LearningMode {
  bool learn = false;
  bool explore = false;
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
  double qos_s = 0;  // the latency constraint
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
  virtual void set_mode(LearningMode) {}

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
