// Full information: what each fixed action would have earned. A table of rows (states, or DNNs) and
// actions that is told the reward of every legal action, not only of the one that was taken; the
// policies that call themselves a ceiling decide by it.
//
// Reward: `sound` (sim/env/reward.h), the ranking of Opt, whatever the scenario tells its learners.
// Myopic as Opt is: it sees the present queues and heat, not what a choice does to later requests.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "sim/env/fixed_policy.h"
#include "sim/env/policy.h"
#include "sim/env/reward.h"
#include "sim/env/transfer.h"

namespace autoscale {

class RewardMeans {
 public:
  /// `context` needs costs and oracle. `form` says whether rewards know the requests' own noise.
  RewardMeans(const PolicyContext& context, std::size_t rows, OracleForm form)
      : form_(form),
        actions_(context.actions),
        costs_(*context.costs),
        oracle_(*context.oracle),
        table_(rows * context.actions.size()) {}

  /// Adds what every legal action would earn now to the means of `row`.
  void study(const Observation& o, std::size_t row) {
    for (const ActionId a : costs_.dnn(o.dnn).legal) {
      Mean& mean = table_[row * actions_.size() + a];
      ++mean.count;
      mean.reward += (reward(o, a) - mean.reward) / mean.count;
    }
    ++updates_;
  }

  /// The legal action of highest mean, the lowest one among equals; nothing in a row without
  /// experience.
  std::optional<ActionId> best(std::size_t row, std::uint16_t dnn) const {
    const Mean* const means = &table_[row * actions_.size()];
    std::optional<ActionId> best;
    for (const ActionId a : costs_.dnn(dnn).legal) {
      if (means[a].count > 0 && (!best || means[a].reward > means[*best].reward)) best = a;
    }
    return best;
  }

  std::size_t bytes() const { return table_.size() * sizeof(Mean); }

  LearningProgress progress() const {
    LearningProgress p;
    p.updates = updates_;
    const auto width = static_cast<std::ptrdiff_t>(actions_.size());
    for (auto row = table_.begin(); row != table_.end(); row += width) {
      p.states_visited += std::any_of(row, row + width, [](const Mean& m) { return m.count > 0; });
    }
    return p;
  }

  /// Writes the table with the names of its actions.
  void save(nlohmann::ordered_json& saved) const {
    saved["actions"] = actions_.names();
    saved["encoding"] = "state-major";
    auto& values = saved["values"] = nlohmann::ordered_json::array();
    auto& counts = saved["counts"] = nlohmann::ordered_json::array();
    for (const Mean& mean : table_) {
      values.push_back(mean.reward);
      counts.push_back(mean.count);
    }
  }

  /// Throws std::invalid_argument if the table is of other actions or another size.
  void load(const nlohmann::ordered_json& saved) {
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
  /// Mean reward of an action in a row.
  struct Mean {
    double reward = 0;
    std::uint32_t count = 0;
  };

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
  const ActionSpace& actions_;
  const CostModel& costs_;
  const Oracle& oracle_;
  std::vector<Mean> table_;  // by row and action
  std::uint64_t updates_ = 0;
};

/// Base of the policies that decide by such a table. Where a row has no experience, they take the
/// best action of the calm world.
class FullInformationPolicy : public FixedPolicy {
 public:
  /// Studies the request too: its conditions are known now, and no longer when it completes.
  ExecutionPlan decide(const Observation& o) override {
    const std::size_t row = row_of(o);
    if (learning_) means_.study(o, row);
    const std::optional<ActionId> best = means_.best(row, o.dnn);
    return best ? ExecutionPlan{*best} : FixedPolicy::decide(o);
  }

  void set_mode(PolicyMode mode) override { learning_ = mode.learn; }
  std::size_t table_bytes() const override { return means_.bytes(); }
  LearningProgress progress() override { return means_.progress(); }

 protected:
  FullInformationPolicy(const PolicyContext& context, std::string_view what, std::size_t rows,
                        OracleForm form)
      : FixedPolicy(context, what, any_target),
        means_(context, rows, form),
        device_type_(context.device_type) {}

  /// The row of the table that an observation belongs to.
  virtual std::size_t row_of(const Observation& o) const = 0;

  RewardMeans means_;
  std::string device_type_;

 private:
  bool learning_ = false;
};

}  // namespace autoscale
