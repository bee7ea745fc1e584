// Base of the learners that keep a table of action values and update it by temporal differences: an
// algorithm adds its update rule.
//
// State: sim/policy/state_space.h, or another Space with size(), of(), definition(). Action: an
//   execution target.
// Step: from S by A to S', the same DNN with the variance seen at completion. S' is hypothetical:
//   the phone's next request may be of another DNN and come later, under other conditions. Methods
//   that need the action taken in S' draw it from their behaviour policy, apart from what the phone
//   then does.
// Choice: epsilon-greedy in phases that explore, each legal action equally likely when exploring;
//   else greedy.
// Initial values: uniform in [initial_low, initial_high), by default above every reward, so that
//   untried actions get tried.
// Transfer: another phone's table is taken over as sim/policy/transfer.h says; entries without a
//   counterpart keep their initial value.
// The defaults are AutoScale's unless a learner says otherwise, so that two differ by their rule
// alone.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "policies/base/convergence.h"
#include "policies/base/q_table.h"
#include "sim/policy/registry.h"
#include "sim/policy/state_space.h"

namespace autoscale {

/// Parameters of the update and of the choice, all dimensionless.
struct TdConfig {
  double learning_rate = 0.9;
  double discount = 0.1;
  double epsilon = 0.1;
  double initial_low = 0;
  double initial_high = 0.01;
  ConvergenceConfig convergence;
  TablePrecision precision = TablePrecision::kHalf;

  template <class V>
  void fields(V& v) {
    v.optional("learning_rate", learning_rate, "share of each new sample", config::ratio);
    v.optional("discount", discount, "weight of the next state's value", config::range(0.0, 0.999));
    v.optional("epsilon", epsilon, "share of random choices while exploring", config::ratio);
    v.optional("initial_low", initial_low, "initial values are uniform from here");
    v.optional("initial_high", initial_high, "to here");
    convergence.fields(v);
    v.optional("precision", precision, "type of a table entry");
  }
};

/// The same over the states of state_space.h.
struct TdStateConfig : TdConfig {
  StateConfig state;

  template <class V>
  void fields(V& v) {
    TdConfig::fields(v);
    state.fields(v);
  }
};

/// What a learner learns from.
struct Transition {
  std::uint32_t state = 0;
  std::uint32_t next = 0;
  std::uint16_t dnn = 0;
  ActionId action = 0;
  double reward = 0;
  std::uint32_t device = 0;
  std::uint32_t request = 0;
};

template <class Space = StateSpace>
class TdLearner : public Policy {
 public:
  ExecutionPlan decide(const Observation& o) override {
    const std::uint32_t s = space_.of(o);
    if (!explores(s)) return {greedy(s, o.dnn)};
    Draw draw = random_.at(Stream::kPolicy, o.phone, o.request);
    return {behave(s, o.dnn, draw)};
  }

  void learn(const Outcome& outcome) override {
    const Observation& o = outcome.observation;
    learn_from({space_.of(o), space_.of(outcome.next), o.dnn, outcome.action, outcome.reward,
                o.phone, o.request});
  }

  void set_mode(LearningMode mode) override { mode_ = mode; }

  std::size_t table_bytes() const override {
    std::size_t bytes = 0;
    for (const auto& [name, table] : tables_) bytes += table->bytes();
    return bytes;
  }

  LearningProgress progress() override {
    LearningProgress p;
    errors_.report(p);
    for (const auto& [name, table] : tables_) {
      p.saturated_stores += table->saturated_stores();
      p.lost_updates += table->lost_updates();
    }
    convergence_.report(p);
    return p;
  }

  nlohmann::ordered_json save() const override {
    nlohmann::ordered_json saved;
    saved["policy"] = name_;
    saved["device_type"] = device_type_;
    saved["state_definition"] = space_.definition();
    saved["actions"] = actions_.names();
    saved["precision"] = precision();
    saved["encoding"] = kEncoding;
    for (const auto& [name, table] : tables_) saved[name] = table->values();
    return saved;
  }

  void load(const nlohmann::ordered_json& saved) override {
    require_same_states(saved);
    require_same(saved, "actions", actions_.names());
    require_same(saved, "precision", precision());
    take_over(saved);
  }

  void transfer(const nlohmann::ordered_json& saved) override {
    require_same_states(saved);
    take_over(saved);
  }

 protected:
  TdLearner(std::string name, const TdConfig& config, Space space, const PolicyContext& context)
      : config_(config),
        space_(std::move(space)),
        actions_(context.actions),
        dnns_(context.legality),
        random_(context.random),
        table_(new_table(kFirstTable)),
        convergence_(config.convergence, space_.size()),
        name_(std::move(name)),
        device_type_(context.device_type) {
    add_table("values", table_);
  }

  /// Entities of the draws that initialise tables count down from the first table's; no phone has
  /// these numbers.
  static constexpr std::uint32_t kFirstTable = 0xffffffff;

  /// Updates the tables by a transition; returns the temporal-difference error.
  virtual double update(const Transition& t) = 0;

  /// The action taken when not exploring.
  virtual ActionId greedy(std::uint32_t state, std::uint16_t dnn) const {
    return table_.greedy(state, legal(dnn));
  }

  /// Whether the behaviour in a state is epsilon-greedy now, or greedy.
  virtual bool explores(std::uint32_t) const { return mode_.explore; }

  /// An epsilon-greedy action.
  ActionId behave(std::uint32_t state, std::uint16_t dnn, Draw& draw) const {
    if (draw.uniform() >= config_.epsilon) return greedy(state, dnn);
    return legal(dnn)[draw.below(static_cast<std::uint32_t>(legal(dnn).size()))];
  }

  void learn_from(const Transition& t) {
    errors_.add(update(t));
    if (!convergence_.visit(t.state)) return;
    const ActionId best = greedy(t.state, t.dnn);
    convergence_.observe(t.state, best, table_.at(t.state, best));
  }

  /// The draw of a transition's update; no decision uses it.
  Draw update_draw(const Transition& t) const {
    constexpr std::uint64_t kAfterAllRequests = std::uint64_t{1} << 32;
    return random_.at(Stream::kPolicy, t.device, kAfterAllRequests + t.request);
  }

  const std::vector<ActionId>& legal(std::uint16_t dnn) const { return dnns_[dnn].legal; }

  /// A table with initial values of its own.
  QTable new_table(std::uint32_t entity) const {
    QTable table(config_.precision, space_.size(), actions_.size());
    table.draw_entries(config_.initial_low, config_.initial_high, random_, entity);
    return table;
  }

  /// Saves, loads and counts a table beside the first one. It must live as long as this.
  void add_table(std::string name, QTable& table) { tables_.emplace_back(std::move(name), &table); }

  TdConfig config_;
  Space space_;
  const ActionSpace& actions_;
  std::span<const DnnOnType> dnns_;
  RandomField random_;
  LearningMode mode_;
  QTable table_;  // decides, unless greedy() is overridden
  Convergence convergence_;

 private:
  std::string precision() const { return std::string(name_of(config_.precision)); }

  void require_same_states(const nlohmann::ordered_json& saved) const {
    require_same(saved, "policy", name_);
    require_same(saved, "state_definition", space_.definition());
  }

  /// Fills the entries of actions that the saved table knows; the others keep their value.
  void take_over(const nlohmann::ordered_json& saved) {
    require_same(saved, "encoding", kEncoding);
    const auto names = saved.at("actions").get<std::vector<std::string>>();
    const auto sources = counterparts(names, actions_);
    for (const auto& [name, table] : tables_) {
      table->take_over(saved.at(name), names.size(), sources);
    }
  }

  std::string name_;
  std::string device_type_;
  std::vector<std::pair<std::string, QTable*>> tables_;
  UpdateErrors errors_;
};

}  // namespace autoscale
