// An episode: one phone of a scenario, stepped through its phases, with its encoded observations and
// the answer to illegal actions. Learners outside the simulator step it, alone or many in a vector.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "sim/policy/features.h"
#include "sim/policy/state_space.h"
#include "sim/run/stepped_scenario.h"
#include "sim/scenario/loaded_scenario.h"

namespace autoscale {

struct EpisodeOptions {
  SteppedScenarioOptions stepped;  // which phone, which phases
  std::optional<double> penalty;   // reward of an illegal action; none: it is an error
  bool oracle = false;             // look up Opt's choice for every decision
};

/// What the oracle's choice is called where it was not looked up or no decision is due.
inline constexpr int kNoAction = -1;

class Episode {
 public:
  Episode(std::shared_ptr<const LoadedScenario> scenario, const EpisodeOptions& options)
      : scenario_(std::move(scenario)),
        options_(options),
        world_(scenario_->scenario.system(),
               stepped_world_setup(scenario_->scenario, options.stepped)),
        states_({}, scenario_->scenario.system().dnns),
        features_(scenario_->scenario.system().dnns) {}

  void reset(std::uint64_t seed) {
    world_.reset(seed);
    illegal_ = false;
    reward_ = 0;
    ask_oracle();
  }

  /// The next episode, as reset() without a seed begins it.
  void reset_following() { reset(following_seed(world_.seed())); }

  /// Carries out an action. An illegal one costs the penalty, and the request falls back on
  /// fallback(). Throws std::invalid_argument for an illegal action without a penalty; then nothing
  /// has happened.
  void step(std::int64_t action) {
    illegal_ = !is_legal(action);
    if (illegal_ && world_.started() && !world_.over()) require_penalty(action);
    world_.step({illegal_ ? fallback() : static_cast<ActionId>(action)});
    reward_ = illegal_ ? *options_.penalty : world_.outcome().verdict.reward;
    ask_oracle();
  }

  /// The same for a plan of a policy, perhaps in segments.
  void step(const ExecutionPlan& plan) {
    world_.step(plan);
    illegal_ = false;
    reward_ = world_.outcome().verdict.reward;
    ask_oracle();
  }

  bool is_legal(std::int64_t action) const {
    return action >= 0 && world_.legal(static_cast<std::size_t>(action));
  }
  [[noreturn]] void refuse(std::int64_t action) const;

  double reward() const { return reward_; }
  bool illegal() const { return illegal_; }
  /// Opt's choice for the decision that is due, or kNoAction.
  int oracle_action() const { return oracle_action_; }
  std::uint32_t state() const { return states_.of(world_.observation()); }
  FeatureVector features() const { return features_.of(world_.observation()); }

  SteppedWorld& world() { return world_; }
  const SteppedWorld& world() const { return world_; }
  const StateSpace& states() const { return states_; }
  const FeatureMap& feature_map() const { return features_; }
  std::size_t actions() const { return world_.type().actions.size(); }
  const std::shared_ptr<const LoadedScenario>& scenario() const { return scenario_; }
  const EpisodeOptions& options() const { return options_; }

  /// Where the request of an illegal action runs: the phone's CPU in single precision at its top
  /// operating point or, if the DNN cannot run there, its first legal action.
  ActionId fallback() const;

 private:
  void require_penalty(std::int64_t action) const {
    if (!options_.penalty) refuse(action);
  }

  void ask_oracle() {
    const bool due = options_.oracle && !world_.over();
    oracle_action_ = due ? world_.best(OracleForm::kExpected).action : kNoAction;
  }

  std::shared_ptr<const LoadedScenario> scenario_;
  EpisodeOptions options_;
  SteppedWorld world_;
  StateSpace states_;
  FeatureMap features_;
  bool illegal_ = false;
  double reward_ = 0;
  int oracle_action_ = kNoAction;
};

}  // namespace autoscale
