// AutoScale: tabular Q-learning over 3,072 states of DNN features and run-time variance.
//
// Source: Y. G. Kim and C.-J. Wu, "AutoScale: Energy Efficiency Optimization for Stochastic Edge
//   Inference Using Reinforcement Learning", MICRO 2020 (state bins and constants recalled).
// State: sim/env/state_space.h. Action: an execution target. Table entries are 16-bit floats.
// Update: Q(S,A) += learning_rate * (R + discount * max_a Q(S',a) - Q(S,A)), S' the same DNN with
//   the variance seen at completion.
// Choice: epsilon-greedy until the state has converged (its greedy action unchanged and that value
//   within `tolerance` over `visits` visits), then greedy; always greedy in phases that do not
//   explore.
// Transfer: another phone's table is taken over as sim/env/transfer.h says; entries without a
//   counterpart keep their initial value.
// Parameters (all dimensionless but signal_edges): see Config. Departs from the source where it is
//   silent: the initial values are uniform in [initial_low, initial_high), above every reward, so
//   that untried actions get tried; illegal actions are never considered. For ablations entries can
//   be 32-bit floats, features can be dropped and signals binned finer.
#include <fmt/format.h>

#include <Eigen/Core>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/env/registry.h"
#include "sim/env/state_space.h"
#include "sim/env/transfer.h"

namespace autoscale {

/// Type of a table entry.
enum class TablePrecision : std::uint8_t { kHalf, kSingle };

template <>
struct config::EnumNames<TablePrecision> {
  static constexpr std::array<std::pair<TablePrecision, std::string_view>, 2> value{
      {{TablePrecision::kHalf, "half"}, {TablePrecision::kSingle, "single"}}};
};

namespace {

struct AutoScaleConfig {
  double learning_rate = 0.9;
  double discount = 0.1;
  double epsilon = 0.1;
  double initial_low = 0;
  double initial_high = 0.01;
  std::uint32_t visits = 20;
  double tolerance = 0.01;
  TablePrecision precision = TablePrecision::kHalf;
  StateConfig state;

  template <class V>
  void fields(V& v) {
    v.optional("learning_rate", learning_rate, "share of each new sample", config::ratio);
    v.optional("discount", discount, "weight of the next state's value", config::range(0.0, 0.999));
    v.optional("epsilon", epsilon, "share of random choices while exploring", config::ratio);
    v.optional("initial_low", initial_low, "initial values are uniform from here");
    v.optional("initial_high", initial_high, "to here");
    v.optional("visits", visits, "visits over which a state must hold still", config::positive);
    v.optional("tolerance", tolerance, "relative change that counts as still",
               config::non_negative);
    v.optional("precision", precision, "type of a table entry");
    state.fields(v);
  }
};

/// Keys that order table values; those of half-precision values compare without converting.
std::int16_t order(Eigen::half value) {
  const auto bits = Eigen::numext::bit_cast<std::int16_t>(value);
  return static_cast<std::int16_t>(bits ^ ((bits >> 15) & 0x7fff));
}
float order(float value) { return value; }

/// The learner, with table entries of type Value.
template <class Value>
class QLearner final : public Policy {
 public:
  QLearner(const AutoScaleConfig& config, const PolicyContext& context)
      : config_(config),
        space_(config.state, context.dnns),
        actions_(context.actions),
        dnns_(context.legality),
        random_(context.random),
        device_type_(context.device_type),
        table_(space_.size() * context.actions.size()),
        states_(space_.size()) {
    const double range = config.initial_high - config.initial_low;
    for (std::size_t i = 0; i < table_.size(); ++i) {
      const double draw = random_.at(Stream::kPolicy, kInitialEntity, i).uniform();
      table_[i] = Value(static_cast<float>(config.initial_low + range * draw));
    }
  }

  ExecutionPlan decide(const Observation& o) override {
    const std::uint32_t s = space_.of(o);
    if (mode_.explore && !states_[s].converged) {
      Draw draw = random_.at(Stream::kPolicy, o.device, o.request);
      if (draw.uniform() < config_.epsilon) {
        const auto& legal = dnns_[o.dnn].legal;
        return {legal[draw.below(static_cast<std::uint32_t>(legal.size()))]};
      }
    }
    return {greedy(s, o.dnn)};
  }

  void learn(const Outcome& outcome) override {
    const std::uint32_t s = space_.of(outcome.observation);
    const std::uint32_t next = space_.of(outcome.next);
    const std::uint16_t dnn = outcome.observation.dnn;
    Value& entry = at(s, outcome.action);
    const double old = static_cast<float>(entry);
    const double best_next = static_cast<float>(at(next, greedy(next, dnn)));
    const double error = outcome.reward + config_.discount * best_next - old;
    entry = store(old + config_.learning_rate * error);
    lost_ += error != 0 && static_cast<float>(entry) == static_cast<float>(old);
    ++updates_;
    abs_error_sum_ += std::abs(error);
    ++errors_;
    track_convergence(s, dnn);
  }

  void set_mode(PolicyMode mode) override { mode_ = mode; }

  std::size_t table_bytes() const override { return table_.size() * sizeof(Value); }

  LearningProgress progress() override {
    LearningProgress p;
    p.updates = updates_;
    p.saturated_stores = saturated_;
    p.lost_updates = lost_;
    p.mean_abs_td_error = errors_ == 0 ? 0 : abs_error_sum_ / static_cast<double>(errors_);
    abs_error_sum_ = 0;
    errors_ = 0;
    for (const State& state : states_) {
      p.states_visited += state.visits > 0;
      p.states_converged += state.converged;
      if (state.converged) p.visits_until_convergence.push_back(state.converged_after);
    }
    return p;
  }

  nlohmann::ordered_json save() const override {
    nlohmann::ordered_json saved;
    saved["policy"] = "autoscale";
    saved["device_type"] = device_type_;
    saved["state_definition"] = space_.definition();
    saved["actions"] = actions_.names();
    saved["precision"] = precision();
    saved["encoding"] = "state-major";
    auto& values = saved["values"] = nlohmann::ordered_json::array();
    for (const Value& value : table_) values.push_back(static_cast<float>(value));
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

 private:
  /// Entity of the draws that initialise the table; no phone has this number.
  static constexpr std::uint32_t kInitialEntity = 0xffffffff;

  struct State {
    std::uint32_t visits = 0;
    std::uint32_t still = 0;  // visits since the greedy action or its value moved
    std::uint32_t converged_after = 0;
    ActionId greedy = 0;
    bool converged = false;
    float value = 0;
  };

  std::string precision() const { return config::enum_name(config_.precision); }

  void require_same_states(const nlohmann::ordered_json& saved) const {
    require_same(saved, "policy", "autoscale");
    require_same(saved, "state_definition", space_.definition());
  }

  /// Fills the entries of actions that the saved table knows; the others keep their value.
  void take_over(const nlohmann::ordered_json& saved) {
    const auto names = saved.at("actions").get<std::vector<std::string>>();
    const auto& values = saved.at("values");
    require_size(values, space_.size() * names.size());
    const auto sources = counterparts(names, actions_);
    for (std::uint32_t s = 0; s < space_.size(); ++s) {
      for (std::size_t a = 0; a < sources.size(); ++a) {
        if (!sources[a]) continue;
        const auto& value = values[s * names.size() + *sources[a]];
        at(s, static_cast<ActionId>(a)) = store(value.get<double>());
      }
    }
  }

  Value& at(std::uint32_t state, ActionId action) {
    return table_[state * actions_.size() + action];
  }

  /// The legal action of highest value; the lowest one among equals.
  ActionId greedy(std::uint32_t state, std::uint16_t dnn) const {
    const Value* row = &table_[state * actions_.size()];
    const auto& legal = dnns_[dnn].legal;
    ActionId best = legal.front();
    auto best_value = order(row[best]);
    for (const ActionId a : legal) {
      const auto value = order(row[a]);
      if (value > best_value) {
        best_value = value;
        best = a;
      }
    }
    return best;
  }

  /// Rounds to the table's precision; what lies outside its range is clamped and counted.
  Value store(double value) {
    const double kMax = static_cast<double>(Eigen::NumTraits<Value>::highest());
    if (value > kMax || value < -kMax) {
      ++saturated_;
      value = value > 0 ? kMax : -kMax;
    }
    return Value(static_cast<float>(value));
  }

  void track_convergence(std::uint32_t s, std::uint16_t dnn) {
    State& state = states_[s];
    ++state.visits;
    if (state.converged) return;
    const ActionId best = greedy(s, dnn);
    const float value = static_cast<float>(at(s, best));
    const bool still = best == state.greedy &&
                       std::abs(value - state.value) <= config_.tolerance * std::abs(state.value);
    if (!still || state.visits == 1) {
      state.greedy = best;
      state.value = value;
      state.still = 0;
      return;
    }
    if (++state.still >= config_.visits) {
      state.converged = true;
      state.converged_after = state.visits;
    }
  }

  AutoScaleConfig config_;
  StateSpace space_;
  const ActionSpace& actions_;
  std::span<const DnnOnType> dnns_;
  RandomField random_;
  std::string device_type_;
  PolicyMode mode_;
  std::vector<Value> table_;
  std::vector<State> states_;
  std::uint64_t updates_ = 0;
  std::uint64_t saturated_ = 0;
  std::uint64_t lost_ = 0;  // updates that rounding undid
  double abs_error_sum_ = 0;
  std::uint64_t errors_ = 0;
};

struct AutoScale {
  using Config = AutoScaleConfig;
  static constexpr PolicyInfo kInfo{.family = "learner",
                                    .summary = "tabular Q-learning on 3,072 states, half precision",
                                    .source = "Kim and Wu, 2020, MICRO",
                                    .learns = true,
                                    .deliberates = true};

  static std::unique_ptr<Policy> make(const Config& config, const PolicyContext& context) {
    if (config.precision == TablePrecision::kHalf) {
      return std::make_unique<QLearner<Eigen::half>>(config, context);
    }
    return std::make_unique<QLearner<float>>(config, context);
  }
};

const RegisterPolicy<AutoScale> registered{"autoscale"};

}  // namespace
}  // namespace autoscale
