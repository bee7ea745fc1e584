// Lyapunov: drift plus penalty. Saves energy while a virtual queue keeps the share of requests that
// miss the QoS constraint at or below a stated rate.
//
// Queue   one per DNN: Z <- max(Z + y - violation_rate, 0) after each request, y = 1 if it missed
//         the constraint, else 0. At any time the misses so far are at most violation_rate times
//         the requests so far, plus Z, less its initial value.
// Choice  the accurate action (any, where none is) that minimises
//           energy_weight * E / E_cpu + Z * L / QoS,
//         E and L its energy and latency by the nominal model, those on the phone beside the
//         observed co-runners, E_cpu the nominal energy of Edge (CPU FP32). A link whose signal is
//         weak is off: the servers behind it are left out.
// Source  M. J. Neely, "Stochastic Network Optimization with Application to Communication and
//         Queueing Systems", Morgan and Claypool, 2010 (chapter 4). Links that are on or off:
//         L. Tassiulas and A. Ephremides, "Dynamic Server Allocation to Parallel Queues with
//         Randomly Varying Connectivity", IEEE Transactions on Information Theory 39(2), 1993.
// Parameters (all dimensionless): violation_rate, share of requests; energy_weight, Neely's V.
// Departs from the source in two points. The chance of a miss, which the model does not give, is
// replaced by its upper bound L / QoS (Markov's inequality); so the guarantee on energy is lost,
// and that on misses holds where the fastest action by the model meets the constraint. And of a
// signal the model knows only regular or weak: what lies between is noticed by the misses it
// causes.
//
// The queues are told misses only in phases that learn; elsewhere they keep their lengths. A test
// phase is under control if it says `learn: true`. Phones that share a policy (`learners`) share
// its queues.
#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "sim/env/choice.h"
#include "sim/env/registry.h"
#include "sim/env/transfer.h"

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
    const auto choice = choose_accurate_first(
        costs_.dnn(o.dnn), std::numeric_limits<double>::infinity(),
        [&](ActionId a) { return reachable(o, a); },
        [&](ActionId a) {
          Cost cost;
          cost.energy_j = drift_plus_penalty(o, a);
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
  bool reachable(const Observation& o, ActionId action) const {
    const Site site = actions_[action].site;
    return site == Site::kPhone || !o.weak[link_of(site)];
  }

  double drift_plus_penalty(const Observation& o, ActionId action) const {
    const Cost cost = expected(o, action);
    return config_.energy_weight * cost.energy_j / costs_.dnn(o.dnn).reference_j +
           queues_[o.dnn] * cost.latency_s / costs_.constraints().qos_s;
  }

  /// On the phone beside the observed co-runners; elsewhere in the calm world.
  Cost expected(const Observation& o, ActionId action) const {
    const DnnOnType& dnn = costs_.dnn(o.dnn);
    if (dnn.actions[action].site != Site::kPhone) return costs_.nominal(o.dnn, action);
    Conditions now;
    now.load = o.load;
    return predict(dnn.request, dnn.actions[action], now);
  }

  Config config_;
  const CostModel& costs_;
  const ActionSpace& actions_;
  std::string device_type_;
  std::vector<std::string> dnns_;
  std::vector<double> queues_;  // Z, by DNN
  std::uint64_t updates_ = 0;
};

const RegisterPolicy<Lyapunov> registered{"lyapunov"};

}  // namespace
}  // namespace autoscale
