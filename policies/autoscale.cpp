// AutoScale: tabular Q-learning over 3,072 states of DNN features and run-time variance.
//
// Source: Y. G. Kim and C.-J. Wu, "AutoScale: Energy Efficiency Optimization for Stochastic Edge
//   Inference Using Reinforcement Learning", MICRO 2020 (state bins and constants recalled).
// State: 4 CONV x 2 FC x 2 RC x 3 MAC bins of the DNN, 4 co-runner CPU x 4 memory x 2 cloud-signal x
//   2 peer-signal bins. Action: an execution target. Table entries are 16-bit floats.
// Update: Q(S,A) += learning_rate * (R + discount * max_a Q(S',a) - Q(S,A)), S' the same DNN with the
//   variance seen at completion.
// Choice: epsilon-greedy until the state has converged (its greedy action unchanged and that value
//   within `tolerance` over `visits` visits), then greedy; always greedy in phases that do not explore.
// Parameters (all dimensionless): see Config. Departs from the source where it is silent: the initial
//   values are uniform in [initial_low, initial_high), above every reward, so that untried actions get
//   tried; illegal actions are never considered.
#include <fmt/format.h>

#include <Eigen/Core>
#include <limits>
#include <nlohmann/json.hpp>

#include "sim/env/registry.h"

namespace autoscale {
namespace {

constexpr std::uint32_t kVarianceStates = 64;
constexpr std::uint32_t kStates = 3072;

/// The bins as text: what a saved table was learned on.
constexpr std::string_view kStateDefinition =
    "conv<30,<50,<90,inf x fc<10,inf x rc<10,inf x mac<1e9,<2e9,inf x cpu=0,<.25,<.75,<=1 x "
    "memory=0,<.25,<.75,<=1 x cloud signal regular,weak x peer signal regular,weak";

constexpr std::uint32_t load_bin(double u) { return u <= 0 ? 0 : u < 0.25 ? 1 : u < 0.75 ? 2 : 3; }

constexpr std::uint32_t dnn_state(const LayerCounts& layers, double macs) {
  const std::uint32_t conv = layers.conv < 30 ? 0 : layers.conv < 50 ? 1 : layers.conv < 90 ? 2 : 3;
  const std::uint32_t fc = layers.fc < 10 ? 0 : 1;
  const std::uint32_t rc = layers.recurrent < 10 ? 0 : 1;
  const std::uint32_t mac = macs < 1e9 ? 0 : macs < 2e9 ? 1 : 2;
  return ((conv * 2 + fc) * 2 + rc) * 3 + mac;
}

class AutoScale final : public Policy {
 public:
  static constexpr PolicyInfo kInfo{.family = "learner",
                                    .summary = "tabular Q-learning on 3,072 states, half precision",
                                    .source = "Kim and Wu, 2020, MICRO",
                                    .learns = true,
                                    .deliberates = true};
  struct Config {
    double learning_rate = 0.9;
    double discount = 0.1;
    double epsilon = 0.1;
    double initial_low = 0;
    double initial_high = 0.01;
    std::uint32_t visits = 20;
    double tolerance = 0.01;

    template <class V>
    void fields(V& v) {
      v.optional("learning_rate", learning_rate, "share of each new sample", config::ratio);
      v.optional("discount", discount, "weight of the next state's value", config::range(0.0, 0.999));
      v.optional("epsilon", epsilon, "share of random choices while exploring", config::ratio);
      v.optional("initial_low", initial_low, "initial values are uniform from here");
      v.optional("initial_high", initial_high, "to here");
      v.optional("visits", visits, "visits over which a state must hold still", config::positive);
      v.optional("tolerance", tolerance, "relative change that counts as still", config::non_negative);
    }
  };

  AutoScale(const Config& config, const PolicyContext& context)
      : config_(config),
        actions_(context.actions),
        dnns_(context.legality),
        random_(context.random),
        device_type_(context.device_type),
        table_(kStates * context.actions.size()),
        states_(kStates) {
    for (const Dnn& dnn : context.dnns) dnn_states_.push_back(dnn_state(dnn.layers, dnn.macs));
    const RandomField random = context.random;
    const double range = config.initial_high - config.initial_low;
    for (std::size_t i = 0; i < table_.size(); ++i) {
      const double draw = random.at(Stream::kPolicy, kInitialEntity, i).uniform();
      table_[i] = Eigen::half(static_cast<float>(config.initial_low + range * draw));
    }
  }

  ExecutionPlan decide(const Observation& o) override {
    const std::uint32_t s = state_of(o);
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
    const std::uint32_t s = state_of(outcome.observation);
    const std::uint32_t next = state_of(outcome.next);
    const std::uint16_t dnn = outcome.observation.dnn;
    Eigen::half& entry = at(s, outcome.action);
    const float old = static_cast<float>(entry);
    const double best_next = static_cast<float>(at(next, greedy(next, dnn)));
    const double error = outcome.reward + config_.discount * best_next - old;
    entry = store(old + config_.learning_rate * error);
    ++updates_;
    abs_error_sum_ += std::abs(error);
    ++errors_;
    track_convergence(s, dnn);
  }

  void set_mode(PolicyMode mode) override { mode_ = mode; }

  std::size_t table_bytes() const override { return table_.size() * sizeof(Eigen::half); }

  LearningProgress progress() override {
    LearningProgress p;
    p.updates = updates_;
    p.saturated_stores = saturated_;
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
    saved["state_definition"] = kStateDefinition;
    saved["actions"] = action_names();
    saved["encoding"] = "IEEE 754 binary16 as unsigned integers, state-major";
    auto& values = saved["values"] = nlohmann::ordered_json::array();
    for (const Eigen::half& value : table_) {
      values.push_back(Eigen::numext::bit_cast<std::uint16_t>(value));
    }
    return saved;
  }

  void load(const nlohmann::ordered_json& saved) override {
    require(saved, "policy", "autoscale");
    require(saved, "state_definition", kStateDefinition);
    require(saved, "actions", action_names());
    const auto& values = saved.at("values");
    if (values.size() != table_.size()) {
      throw std::invalid_argument(fmt::format("the table has {} values, expected {}", values.size(),
                                              table_.size()));
    }
    for (std::size_t i = 0; i < table_.size(); ++i) {
      table_[i] = Eigen::numext::bit_cast<Eigen::half>(values[i].get<std::uint16_t>());
    }
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

  static void require(const nlohmann::ordered_json& saved, const char* key,
                      const nlohmann::ordered_json& expected) {
    if (!saved.contains(key) || saved.at(key) != expected) {
      throw std::invalid_argument(fmt::format("the table's '{}' is not that of this run", key));
    }
  }

  std::vector<std::string> action_names() const {
    std::vector<std::string> names;
    for (std::size_t a = 0; a < actions_.size(); ++a) {
      names.push_back(actions_.name(static_cast<ActionId>(a)));
    }
    return names;
  }

  std::uint32_t state_of(const Observation& o) const {
    const std::uint32_t variance =
        ((load_bin(o.load.cpu) * 4 + load_bin(o.load.memory)) * 2 + o.weak[kCloudLink]) * 2 +
        o.weak[kTabletLink];
    return dnn_states_[o.dnn] * kVarianceStates + variance;
  }

  Eigen::half& at(std::uint32_t state, ActionId action) {
    return table_[state * actions_.size() + action];
  }

  /// Orders half-precision values as integers: the search compares without converting.
  static std::int16_t order(Eigen::half value) {
    const auto bits = Eigen::numext::bit_cast<std::int16_t>(value);
    return static_cast<std::int16_t>(bits ^ ((bits >> 15) & 0x7fff));
  }

  /// The legal action of highest value; the lowest one among equals.
  ActionId greedy(std::uint32_t state, std::uint16_t dnn) const {
    const Eigen::half* row = &table_[state * actions_.size()];
    ActionId best = 0;
    int best_value = std::numeric_limits<int>::min();
    for (const ActionId a : dnns_[dnn].legal) {
      const int value = order(row[a]);
      if (value > best_value) {
        best_value = value;
        best = a;
      }
    }
    return best;
  }

  /// Rounds to half precision; what lies outside its range is clamped and counted.
  Eigen::half store(double value) {
    constexpr double kMax = 65504;
    if (value > kMax || value < -kMax) {
      ++saturated_;
      value = value > 0 ? kMax : -kMax;
    }
    return Eigen::half(static_cast<float>(value));
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

  Config config_;
  const ActionSpace& actions_;
  std::span<const DnnOnType> dnns_;
  RandomField random_;
  std::string device_type_;
  PolicyMode mode_;
  std::vector<std::uint32_t> dnn_states_;
  std::vector<Eigen::half> table_;
  std::vector<State> states_;
  std::uint64_t updates_ = 0;
  std::uint64_t saturated_ = 0;
  double abs_error_sum_ = 0;
  std::uint64_t errors_ = 0;
};

const RegisterPolicy<AutoScale> registered{"autoscale"};

}  // namespace
}  // namespace autoscale
