// How far a table has been learned: how large its errors still are, and which states have
// converged. A state has when its greedy action stayed the same, and that action's value within a
// relative tolerance, over a number of visits in a row. Once converged, always converged.
//
// Source: none; AutoScale (Kim and Wu, MICRO 2020) calls a learner converged when its reward no
//   longer moves, and leaves the measure open.
#pragma once

#include <cmath>
#include <vector>

#include "sim/policy/policy.h"

namespace autoscale {

struct ConvergenceConfig {
  std::uint32_t visits = 20;
  double tolerance = 0.01;

  template <class V>
  void fields(V& v) {
    v.optional("visits", visits, "visits over which a state must hold still", config::positive);
    v.optional("tolerance", tolerance, "relative change that counts as still",
               config::non_negative);
  }
};

/// The updates so far, and the mean size of their errors since the last report.
class UpdateErrors {
 public:
  void add(double error) {
    sum_ += std::abs(error);
    ++count_;
    ++updates_;
  }

  void report(LearningProgress& progress) {
    progress.updates = updates_;
    progress.mean_abs_td_error = count_ == 0 ? 0 : sum_ / static_cast<double>(count_);
    sum_ = 0;
    count_ = 0;
  }

 private:
  std::uint64_t updates_ = 0;
  double sum_ = 0;
  std::uint64_t count_ = 0;
};

class Convergence {
 public:
  Convergence(const ConvergenceConfig& config, std::size_t states)
      : config_(config), states_(states) {}

  bool converged(std::uint32_t state) const { return states_[state].converged; }

  /// Counts a visit; true if the state has yet to converge and observe() must follow.
  bool visit(std::uint32_t state) {
    ++states_[state].visits;
    return !states_[state].converged;
  }

  /// Tells the greedy action and its value after the visit.
  void observe(std::uint32_t s, ActionId greedy, float value) {
    State& state = states_[s];
    const bool still = greedy == state.greedy &&
                       std::abs(value - state.value) <= config_.tolerance * std::abs(state.value);
    if (!still || state.visits == 1) {
      state.greedy = greedy;
      state.value = value;
      state.still = 0;
      return;
    }
    if (++state.still >= config_.visits) {
      state.converged = true;
      state.converged_after = state.visits;
    }
  }

  void report(LearningProgress& progress) const {
    for (const State& state : states_) {
      progress.states_visited += state.visits > 0;
      progress.states_converged += state.converged;
      if (state.converged) {
        progress.visits_until_convergence.push_back(state.converged_after);
      } else if (state.visits > 0) {
        progress.visits_without_convergence.push_back(state.visits);
      }
    }
  }

 private:
  struct State {
    std::uint32_t visits = 0;
    std::uint32_t still = 0;  // visits since the greedy action or its value moved
    std::uint32_t converged_after = 0;
    ActionId greedy = 0;
    bool converged = false;
    float value = 0;
  };

  ConvergenceConfig config_;
  std::vector<State> states_;
};

}  // namespace autoscale
