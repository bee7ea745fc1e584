// Lyapunov: drift plus penalty. Saves energy while a virtual queue keeps the share of requests that
// miss the QoS constraint at or below a stated rate.
//
// Queue   one per DNN: Z <- max(Z + y - violation_rate, 0) after each request, y = 1 if it missed
//         the constraint, else 0. At any time the misses so far are at most violation_rate times
//         the requests so far, plus Z, less its initial value.
// Choice  the accurate action (any, where none is) that minimises
//           energy_weight * E / E_cpu + Z * L / QoS,
//         E and L its energy and latency by the nominal model beside the observed co-runners and at
//         the observed signals, E_cpu the nominal energy of Edge (CPU FP32).
// Source  M. J. Neely, "Stochastic Network Optimization with Application to Communication and
//         Queueing Systems", Morgan and Claypool, 2010 (chapter 4).
// Parameters (all dimensionless): violation_rate, share of requests; energy_weight, Neely's V.
// Departs from the source in one point: the chance of a miss, which the model does not give, is
// replaced by its upper bound L / QoS (Markov's inequality); so the guarantee on energy is lost,
// and that on misses holds where the fastest action by the model meets the constraint.
//
// The queues are told misses only in phases that learn; elsewhere they keep their lengths. A test
// phase is under control if it says `learn: true`. Phones that share a policy (`learners`) share
// its queues.
#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "sim/policy/cost_model.h"
#include "sim/policy/registry.h"
#include "sim/policy/transfer.h"
#include "sim/system/choice.h"

namespace autoscale {
namespace {

class Lyapunov final : public Policy {
 public:
  static constexpr PolicyInfo kInfo{
      .family = "heuristic",
      .summary = "drift plus penalty: least energy while QoS violations keep to a rate",
      .source = "Neely, 2010, Morgan and Claypool",
      .needs_costs = true,
      .learns = true,
      .deliberates = true};
  struct Config {
    double violation_rate = 0.01;
    double energy_weight = 1;
    template <class V>
    void fields(V& v) {
      v.optional("violation_rate", violation_rate, "share of requests that may miss QoS",
                 config::ratio);
      v.optional("energy_weight", energy_weight, "weight of energy against the queue: Neely's V",
                 config::non_negative);
    }
  };

  Lyapunov(const Config& config, const PolicyContext& context)
      : config_(config),
        costs_(*context.costs),
        actions_(context.actions),
        device_type_(context.device_type),
        queues_(context.dnns.size()) {
    for (const Dnn& dnn : context.dnns) dnns_.push_back(dnn.id);
  }

  /// The ranking of choice.h by drift plus penalty in the place of energy, without a latency limit.
  ExecutionPlan decide(const Observation& o) override {
    const Conditions now = costs_.observed(o);
    const auto choice = choose_accurate_first(
        costs_.dnn(o.dnn), std::numeric_limits<double>::infinity(), [](ActionId) { return true; },
        [&](ActionId a) {
          Cost cost;
          cost.energy_j = drift_plus_penalty(o.dnn, a, now);
          return cost;
        });
    return {choice->action};
  }

  void learn(const Outcome& outcome) override {
    double& queue = queues_[outcome.observation.dnn];
    queue = std::max(queue + !outcome.qos_met - config_.violation_rate, 0.0);
    ++updates_;
  }

  std::size_t table_bytes() const override { return queues_.size() * sizeof(double); }

  LearningProgress progress() override {
    LearningProgress p;
    p.updates = updates_;
    return p;
  }

  nlohmann::ordered_json save() const override {
    nlohmann::ordered_json saved;
    saved["policy"] = "lyapunov";
    saved["device_type"] = device_type_;
    saved["dnns"] = dnns_;
    saved["actions"] = actions_.names();
    saved["queues"] = queues_;
    return saved;
  }

  void load(const nlohmann::ordered_json& saved) override {
    require_same(saved, "policy", "lyapunov");
    require_same(saved, "device_type", device_type_);
    require_same(saved, "dnns", dnns_);
    require_same(saved, "actions", actions_.names());
    require_size(saved.at("queues"), queues_.size());
    queues_ = saved.at("queues").get<std::vector<double>>();
  }

 private:
  double drift_plus_penalty(std::uint16_t dnn, ActionId action, const Conditions& now) const {
    const DnnOnType& on_type = costs_.dnn(dnn);
    const Cost cost = predict(on_type.request, on_type.actions[action], now);
    return config_.energy_weight * cost.energy_j / on_type.reference_for(now.tokens) +
           queues_[dnn] * cost.latency_s / costs_.constraints().qos_s;
  }

  Config config_;
  const CostModel& costs_;
  const ActionSpace& actions_;
  std::string device_type_;
  std::vector<std::string> dnns_;
  std::vector<double> queues_;  // Z, by DNN
  std::uint64_t updates_ = 0;
};

const RegisterPolicy<Lyapunov> registered_lyapunov{"lyapunov"};

}  // namespace
}  // namespace autoscale
