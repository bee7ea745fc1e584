// Full information: what each fixed action would have earned. A table of means (mean_table.h) that
// is told the reward of every legal action, not only of the one that was taken; the policies that
// call themselves a ceiling decide by it.
//
// Reward: `sound` (sim/system/reward.h), the ranking of Opt, whatever the scenario tells its learners.
// Myopic as Opt is: it sees the present queues and heat, not what a choice does to later requests.
#pragma once

#include <optional>

#include "policies/base/fixed_policy.h"
#include "policies/base/mean_table.h"
#include "sim/policy/cost_model.h"
#include "sim/policy/oracle.h"
#include "sim/system/choice.h"

namespace autoscale {

class RewardMeans {
 public:
  /// `context` needs costs and oracle. `form` says whether rewards know the requests' own noise.
  RewardMeans(const PolicyContext& context, std::size_t rows, OracleForm form)
      : form_(form),
        costs_(*context.costs),
        oracle_(*context.oracle),
        table_(rows, context.actions) {}

  /// Adds what every legal action would earn now to the means of `row`.
  void study(const Observation& o, std::size_t row) {
    for (const ActionId a : costs_.dnn(o.dnn).legal) table_.add(row, a, reward(o, a));
    ++updates_;
  }

  /// The legal action of highest mean; nothing in a row without experience.
  std::optional<ActionId> best(std::size_t row, std::uint16_t dnn) const {
    return table_.best(row, costs_.dnn(dnn).legal);
  }

  std::size_t bytes() const { return table_.bytes(); }

  LearningProgress progress() const {
    LearningProgress p;
    p.updates = updates_;
    p.states_visited = table_.rows_visited();
    return p;
  }

  void save(nlohmann::ordered_json& saved) const { table_.save(saved); }
  /// Throws std::invalid_argument if the table is of other actions or another size.
  void load(const nlohmann::ordered_json& saved) { table_.load(saved); }

 private:
  double reward(const Observation& o, ActionId action) const {
    const DnnOnType& dnn = costs_.dnn(o.dnn);
    return ranking_reward(dnn, oracle_.cost(o, action, form_), dnn.actions[action].accurate,
                          costs_.constraints().qos_s, costs_.expected_tokens(o));
  }

  OracleForm form_;
  const CostModel& costs_;
  const Oracle& oracle_;
  MeanTable table_;
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

  void set_mode(LearningMode mode) override { learning_ = mode.learn; }
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
