// Best per state: the best fixed action per AutoScale state, the ceiling of any table over these
// bins. What it loses to Opt is lost by the bins; what a learner loses to it, by learning.
//
// While it may learn it is told everything: each request it decides adds the reward that every
// legal action would earn in the present conditions to the mean of (state, action). It decides for
// the legal action of highest mean; in a state it never saw, for the best action of the calm world.
// Trained in a phase under the conditions of the test (`conditions: scenario`) it is the ceiling
// for that environment; trained on the grid, the ceiling of what the paper's training can teach,
// which in another environment a luckier table may beat.
// Reward: `sound` (sim/env/reward.h), the ranking of Opt, whatever the scenario tells its learners.
// Myopic as Opt is: it sees the present queues and heat, not what its choice does to later
// requests.
// The ceiling holds where DNNs of one state have the same legal actions, as in the shipped data;
// elsewhere an action's mean is over the requests for which it was legal.
// Source: none. Parameters: form = expected (rewards of mean times, as Opt ranks: the ceiling of
// agreement with it) or clairvoyant (means over the requests' own noise, as learners meet it: the
// ceiling of the mean reward); those of the state (sim/env/state_space.h).
#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/env/fixed_policy.h"
#include "sim/env/reward.h"
#include "sim/env/state_space.h"
#include "sim/env/transfer.h"

namespace autoscale {
namespace {

/// The base answers in the states without experience.
class BestPerState final : public FixedPolicy {
 public:
  static constexpr PolicyInfo kInfo{
      .family = "oracle",
      .summary = "the best fixed action per AutoScale state: the ceiling of any table",
      .source = "none",
      .needs_costs = true,
      .needs_oracle = true,
      .learns = true};
  struct Config {
    OracleForm form = OracleForm::kExpected;
    StateConfig state;
    template <class V>
    void fields(V& v) {
      v.optional("form", form, "whether it learns from the requests' own noise");
      state.fields(v);
    }
  };

  BestPerState(const Config& config, const PolicyContext& context)
      : FixedPolicy(context, "best_per_state", [](const Target&) { return true; }),
        form_(config.form),
        space_(config.state, context.dnns),
        actions_(context.actions),
        costs_(*context.costs),
        oracle_(*context.oracle),
        device_type_(context.device_type),
        table_(space_.size() * context.actions.size()) {}

  /// Studies the request too: its conditions are known now, and no longer when it completes.
  ExecutionPlan decide(const Observation& o) override {
    Mean* const row = &table_[space_.of(o) * actions_.size()];
    if (learning_) study(o, row);
    const Mean* best = nullptr;
    for (const ActionId a : costs_.dnn(o.dnn).legal) {
      if (row[a].count > 0 && (!best || row[a].reward > best->reward)) best = &row[a];
    }
    return best ? ExecutionPlan{static_cast<ActionId>(best - row)} : FixedPolicy::decide(o);
  }

  void set_mode(PolicyMode mode) override { learning_ = mode.learn; }

  std::size_t table_bytes() const override { return table_.size() * sizeof(Mean); }

  LearningProgress progress() override {
    LearningProgress p;
    p.updates = updates_;
    const auto width = static_cast<std::ptrdiff_t>(actions_.size());
    for (auto row = table_.begin(); row != table_.end(); row += width) {
      p.states_visited += std::any_of(row, row + width, [](const Mean& m) { return m.count > 0; });
    }
    return p;
  }

  nlohmann::ordered_json save() const override {
    nlohmann::ordered_json saved;
    saved["policy"] = "best_per_state";
    saved["device_type"] = device_type_;
    saved["state_definition"] = space_.definition();
    saved["actions"] = actions_.names();
    saved["encoding"] = "state-major";
    auto& values = saved["values"] = nlohmann::ordered_json::array();
    auto& counts = saved["counts"] = nlohmann::ordered_json::array();
    for (const Mean& mean : table_) {
      values.push_back(mean.reward);
      counts.push_back(mean.count);
    }
    return saved;
  }

  void load(const nlohmann::ordered_json& saved) override {
    require_same(saved, "policy", "best_per_state");
    require_same(saved, "state_definition", space_.definition());
    require_same(saved, "actions", actions_.names());
    const auto& values = saved.at("values");
    const auto& counts = saved.at("counts");
    require_size(values, table_.size());
    require_size(counts, table_.size());
    for (std::size_t i = 0; i < table_.size(); ++i) {
      table_[i] = {values[i].get<double>(), counts[i].get<std::uint32_t>()};
    }
  }

 private:
  /// Mean reward of an action in a state.
  struct Mean {
    double reward = 0;
    std::uint32_t count = 0;
  };

  void study(const Observation& o, Mean* row) {
    for (const ActionId a : costs_.dnn(o.dnn).legal) {
      Mean& mean = row[a];
      ++mean.count;
      mean.reward += (reward(o, a) - mean.reward) / mean.count;
    }
    ++updates_;
  }

  double reward(const Observation& o, ActionId action) const {
    const Cost cost = oracle_.cost(o, action, form_);
    const DnnOnType& dnn = costs_.dnn(o.dnn);
    const double qos_s = costs_.constraints().qos_s;
    return reward_of(SoundReward{}, {.energy_j = cost.energy_j,
                                     .reference_j = dnn.reference_j,
                                     .latency_s = cost.latency_s,
                                     .qos_s = qos_s,
                                     .score = dnn.actions[action].score,
                                     .qos_met = cost.latency_s <= qos_s,
                                     .accuracy_met = dnn.actions[action].accurate});
  }

  OracleForm form_;
  StateSpace space_;
  const ActionSpace& actions_;
  const CostModel& costs_;
  const Oracle& oracle_;
  std::string device_type_;
  std::vector<Mean> table_;  // by state and action
  bool learning_ = false;
  std::uint64_t updates_ = 0;
};

const RegisterPolicy<BestPerState> registered{"best_per_state"};

}  // namespace
}  // namespace autoscale
