// Constrained Q-learning: least energy while the share of requests that miss a constraint keeps to
// a stated rate.
//
// Tables  Q(S,A) of the reward -min(E / E_cpu, 2), E the request's energy and E_cpu the nominal
//         energy of Edge (CPU FP32); C(S,A) of the cost y = 1 if the request misses the QoS or the
//         accuracy constraint, else 0. Both are updated towards the same next action, the greedy
//         one: argmax_a Q(S,a) - multiplier * C(S,a).
// Multiplier  one per DNN, on a slower time scale:
//           multiplier <- clamp(multiplier + multiplier_rate (y - violation_rate), 0,
//           multiplier_max)
//         after each request. So over any n requests that the policy learns from, the misses are at
//         most violation_rate n + (last multiplier - first) / multiplier_rate, while the multiplier
//         is below its maximum; exploration's misses are counted too.
// Frozen  A multiplier that moves mixes actions on either side of the rate; one that stands still
//         cannot. In phases that do not learn, the highest multiplier of late is taken (a maximum
//         forgotten at multiplier_rate per request), on the side of fewer misses.
// Source  V. S. Borkar, "An Actor-Critic Algorithm for Constrained Markov Decision Processes",
//         Systems and Control Letters 54, 2005 (two time scales); E. Altman, "Constrained Markov
//         Decision Processes", Chapman and Hall, 1999 (Lagrangian).
// State, action, choice, initial values of Q, transfer: policies/base/td_learner.h. C starts at 0.
// Parameters (all dimensionless): see Config. Single precision, because steps can be small. Of
//         learning_rate 0.5: what an action costs and how often it misses are means over its last
//         few requests, and with initial values above every reward a state has tried its dozens of
//         actions within the 100 visits of the paper's training. multiplier_max 100: a miss in a
//         hundred weighs as much as E_cpu.
// Departs from the source: Q-learning in the place of an actor and a critic; constant step sizes,
//         so that it follows a changing world; the discounted cost steers, but what is bounded is
//         the average rate; the reward that the scenario tells (which mixes energy and misses) is
//         not used; S' is hypothetical (td_learner.h).
#include <algorithm>

#include "policies/base/td_learner.h"

namespace autoscale {
namespace {

struct ConstrainedQConfig : TdStateConfig {
  double violation_rate = 0.01;
  double multiplier_rate = 0.01;
  double multiplier_max = 100;

  ConstrainedQConfig() {
    learning_rate = 0.5;
    precision = TablePrecision::kSingle;
  }

  template <class V>
  void fields(V& v) {
    v.optional("violation_rate", violation_rate, "share of requests that may miss a constraint",
               config::ratio);
    v.optional("multiplier_rate", multiplier_rate, "step of the multiplier per miss",
               config::range(1e-6, 1.0));
    v.optional("multiplier_max", multiplier_max, "what a certain miss weighs at most",
               config::non_negative);
    TdStateConfig::fields(v);
  }
};

class ConstrainedQ final : public TdLearner<> {
 public:
  using Config = ConstrainedQConfig;
  static constexpr PolicyInfo kInfo{
      .family = "learner",
      .summary = "Q-learning of energy, QoS and accuracy misses kept to a rate by a multiplier",
      .source = "Borkar, 2005, Syst. Control Lett.",
      .learns = true,
      .deliberates = true};

  ConstrainedQ(const Config& config, const PolicyContext& context)
      : TdLearner("constrained_q", config, StateSpace(config.state, context.dnns), context),
        limits_(config),
        costs_(config.precision, space_.size(), actions_.size()),
        multipliers_(context.dnns.size()) {
    add_table("costs", costs_);
    for (const Dnn& dnn : context.dnns) names_.push_back(dnn.id);
  }

  void learn(const Outcome& outcome) override {
    const Observation& o = outcome.observation;
    missed_ = !(outcome.qos_met && outcome.accuracy_met);
    learn_from({space_.of(o), space_.of(outcome.next), o.dnn, outcome.action,
                -std::min(outcome.energy_j / dnns_[o.dnn].reference_for(outcome.tokens), 2.0),
                o.phone, o.request});
    multipliers_[o.dnn].move(limits_, missed_);
  }

  std::size_t table_bytes() const override {
    return TdLearner::table_bytes() + multipliers_.size() * sizeof(Multiplier);
  }

  nlohmann::ordered_json save() const override {
    nlohmann::ordered_json saved = TdLearner::save();
    for (std::size_t d = 0; d < names_.size(); ++d) {
      saved["multipliers"][names_[d]] = {{"now", multipliers_[d].now},
                                         {"highest_of_late", multipliers_[d].highest}};
    }
    return saved;
  }

  void load(const nlohmann::ordered_json& saved) override {
    TdLearner::load(saved);
    take_multipliers(saved);
  }

  void transfer(const nlohmann::ordered_json& saved) override {
    TdLearner::transfer(saved);
    take_multipliers(saved);
  }

 private:
  struct Multiplier {
    double now = 0;
    double highest = 0;  // of late

    void move(const Config& c, bool missed) {
      now =
          std::clamp(now + c.multiplier_rate * (missed - c.violation_rate), 0.0, c.multiplier_max);
      highest = std::max(now, (1 - c.multiplier_rate) * highest);
    }
  };

  double update(const Transition& t) override {
    const ActionId next = greedy(t.next, t.dnn);
    const double target = t.reward + config_.discount * table_.at(t.next, next);
    const double cost_target = missed_ + config_.discount * costs_.at(t.next, next);
    const double error = table_.step(t.state, t.action, target, config_.learning_rate);
    const double cost_error = costs_.step(t.state, t.action, cost_target, config_.learning_rate);
    return error - multiplier(t.dnn) * cost_error;
  }

  ActionId greedy(std::uint32_t s, std::uint16_t dnn) const override {
    return table_.greedy(s, legal(dnn), costs_, static_cast<float>(multiplier(dnn)));
  }

  double multiplier(std::uint16_t dnn) const {
    return mode_.learn ? multipliers_[dnn].now : multipliers_[dnn].highest;
  }

  /// Those of the DNNs that the saved table knows.
  void take_multipliers(const nlohmann::ordered_json& saved) {
    for (std::size_t d = 0; d < names_.size(); ++d) {
      if (!saved.at("multipliers").contains(names_[d])) continue;
      const auto& multiplier = saved["multipliers"][names_[d]];
      multipliers_[d] = {multiplier.at("now").get<double>(),
                         multiplier.at("highest_of_late").get<double>()};
    }
  }

  Config limits_;
  QTable costs_;
  std::vector<Multiplier> multipliers_;  // by DNN
  std::vector<std::string> names_;       // of the DNNs
  bool missed_ = false;                  // the request that is being learned from
};

const RegisterPolicy<ConstrainedQ> registered_constrained_q{"constrained_q"};

}  // namespace
}  // namespace autoscale
