// Base of the contextual bandits that keep the sample mean of every action in every state: a policy
// adds how it explores. They learn which action earns most at once, and nothing of what it does to
// later requests.
//
// State: sim/policy/state_space.h; without the features of the variance (`drop_features`) the context
//   is the DNN alone. Action: an execution target.
// Choice: in phases that explore each legal action is tried once per state, in the order of the
//   action space, before the policy's own rule begins. Elsewhere the action of highest mean is
//   taken, or, in a state without experience, the legal one that the state's number falls on.
// Transfer: another phone's means and counts are taken over as sim/policy/transfer.h says.
#pragma once

#include <string>

#include "policies/base/convergence.h"
#include "policies/base/mean_table.h"
#include "sim/policy/registry.h"
#include "sim/policy/state_space.h"

namespace autoscale {

struct MeanBanditConfig {
  ConvergenceConfig convergence;
  StateConfig state;

  template <class V>
  void fields(V& v) {
    convergence.fields(v);
    state.fields(v);
  }
};

class MeanBandit : public Policy {
 public:
  ExecutionPlan decide(const Observation& o) final {
    const std::uint32_t s = space_.of(o);
    if (mode_.explore) {
      const auto untried = means_.untried(s, legal(o.dnn));
      return {untried ? *untried : explore(s, o)};
    }
    const auto best = means_.best(s, legal(o.dnn));
    return {best ? *best : legal(o.dnn)[s % legal(o.dnn).size()]};
  }

  void learn(const Outcome& outcome) final {
    const std::uint16_t dnn = outcome.observation.dnn;
    const std::uint32_t s = space_.of(outcome.observation);
    errors_.add(outcome.reward - means_.at(s, outcome.action).reward);
    means_.add(s, outcome.action, outcome.reward);
    ++visits_[s];
    if (!convergence_.visit(s)) return;
    const ActionId best = *means_.best(s, legal(dnn));
    convergence_.observe(s, best, static_cast<float>(means_.at(s, best).reward));
  }

  void set_mode(LearningMode mode) final { mode_ = mode; }

  std::size_t table_bytes() const final { return means_.bytes(); }

  LearningProgress progress() final {
    LearningProgress p;
    errors_.report(p);
    convergence_.report(p);
    return p;
  }

  nlohmann::ordered_json save() const final {
    nlohmann::ordered_json saved;
    saved["policy"] = name_;
    saved["device_type"] = device_type_;
    saved["state_definition"] = space_.definition();
    means_.save(saved);
    return saved;
  }

  void load(const nlohmann::ordered_json& saved) final {
    require_same_states(saved);
    means_.load(saved);
    count_visits();
  }

  void transfer(const nlohmann::ordered_json& saved) final {
    require_same_states(saved);
    means_.transfer(saved);
    count_visits();
  }

 protected:
  MeanBandit(std::string name, const MeanBanditConfig& config, const PolicyContext& context)
      : space_(config.state, context.dnns),
        means_(space_.size(), context.actions),
        random_(context.random),
        dnns_(context.legality),
        convergence_(config.convergence, space_.size()),
        visits_(space_.size()),
        name_(std::move(name)),
        device_type_(context.device_type) {}

  /// The action while exploring, once every legal one was tried.
  virtual ActionId explore(std::uint32_t state, const Observation& o) = 0;

  const std::vector<ActionId>& legal(std::uint16_t dnn) const { return dnns_[dnn].legal; }

  /// Outcomes met in a state.
  std::uint64_t visits(std::uint32_t state) const { return visits_[state]; }

  StateSpace space_;
  MeanTable means_;
  RandomField random_;

 private:
  void require_same_states(const nlohmann::ordered_json& saved) const {
    require_same(saved, "policy", name_);
    require_same(saved, "state_definition", space_.definition());
  }

  void count_visits() {
    for (std::uint32_t s = 0; s < space_.size(); ++s) visits_[s] = means_.count(s);
  }

  std::span<const DnnOnType> dnns_;
  LearningMode mode_;
  UpdateErrors errors_;
  Convergence convergence_;
  std::vector<std::uint64_t> visits_;  // by state
  std::string name_;
  std::string device_type_;
};

}  // namespace autoscale
