// Residual: plans with the phone's own cost model, which errs, and learns what it errs by.
//
// Model    A Bayesian regression per processor of the phone (policies/base/local_residual.h) and
//          per server (policies/base/remote_residual.h), of latency and of energy, on few features
//          that networks, states and the phones which share the policy have in common. What the
//          model is believed to err by, `believed.*`, is the prior.
// Choice   Least energy among accurate actions whose chance to be late is at most `late`, else the
//          fastest (`constraint: chance`); or Opt's rule, among those whose expected latency meets
//          QoS (`mean`). On costs drawn from the posterior, one normal draw per site, processor and
//          precision (Thompson sampling); on the means in phases that do not explore.
// Robust   Late replies count less (`robust`), as Huber has them. Forgets: each sample gives
//          `drift` of their prior variance back to the weights that it is about.
// Links    A phone knows when it last used a connection, and so whether a transfer would start slowly.
// Transfer From a phone of another type: what is known of the delays of the same servers, with a
//          doubt of half of the prior. Processors and radio powers are the other phone's own.
// Source: none for the whole. D. Russo et al., "A Tutorial on Thompson Sampling", Foundations and
//   Trends in Machine Learning, 2018, for the choice; M. C. Kennedy and A. O'Hagan, "Bayesian
//   Calibration of Computer Models", JRSS B 2001, for a model with a learned discrepancy.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "policies/base/local_residual.h"
#include "policies/base/remote_residual.h"
#include "sim/policy/cost_model.h"
#include "sim/policy/registry.h"
#include "sim/system/choice.h"

namespace autoscale {
namespace {

class Residual final : public Policy {
 public:
  static constexpr PolicyInfo kInfo{
      .family = "learner",
      .summary =
          "learns what its own cost model errs by; Thompson sampling under a chance constraint",
      .source = "this project; Kennedy and O'Hagan, 2001, JRSS B; Russo et al., 2018, FnT ML",
      .needs_costs = true,
      .learns = true,
      .deliberates = true};
  struct Config {
    ModelError believed = kBelievedError;
    LatencyRule constraint = LatencyRule::kChance;
    double late = 0.4;
    double drift = 0.0002;
    bool robust = true;
    bool pooling = true;
    template <class V>
    void fields(V& v) {
      v.optional("believed", believed,
                 "what the cost model is believed to err by, as planner_model.error");
      v.optional("constraint", constraint,
                 "in time: by the chance to be late, or by expected latency");
      v.optional("late", late, "chance to be late that is accepted", config::ratio);
      v.optional("drift", drift, "share of the prior variance that a sample gives back",
                 config::ratio);
      v.optional("robust", robust, "late replies count less");
      v.optional("pooling", pooling, "weights that networks and precisions share");
    }
  };

  Residual(const Config& config, const PolicyContext& context)
      : config_(config),
        costs_(*context.costs),
        actions_(context.actions),
        random_(context.random),
        device_type_(context.device_type),
        limit_(context.qos_s, config.constraint, config.late) {
    for (const Dnn& dnn : context.dnns) dnns_.push_back(dnn.id);
    const ResidualSettings settings{config.believed, config.drift, config.robust, config.pooling,
                                    dnns_.size()};
    const std::vector<TargetGroup>& groups = actions_.groups();
    for (auto first = groups.begin(); first != groups.end();) {
      const auto end = std::find_if(first, groups.end(), [&](const TargetGroup& g) {
        return g.site != first->site || (local(g) && g.processor != first->processor);
      });
      place({first, end}, settings);
      first = end;
    }
  }

  ExecutionPlan decide(const Observation& o) override {
    Draw draw = random_.at(Stream::kPolicy, o.phone, o.request);
    look_at_links(o);
    Conditions now = conditions(o);
    Best best;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const double z = exploring_ ? draw.normal() : 0;
      if (groups_[g].local) {
        offer_local(o, now, g, z, best);
      } else {
        offer_remote(o, now, g, z, best);
      }
    }
    const BestAction& chosen = best.accurate.found() ? best.accurate : best.others;
    const Site site = actions_[chosen.action()].site;
    if (site != Site::kPhone) used(o, site, chosen.latency_s());
    return {chosen.action()};
  }

  void learn(const Outcome& outcome) override {
    if (!(outcome.latency_s > 0 && outcome.energy_j > 0)) return;  // nothing to take a ratio of
    const Observation& o = outcome.observation;
    const Group& group = groups_[actions_.group_of(outcome.action)];
    const DnnOnType& dnn = costs_.dnn(o.dnn);
    const ActionModel& action = dnn.actions[outcome.action];
    Conditions now = conditions(o);
    now.tokens = outcome.tokens;
    if (group.local) {
      processors_[group.block].learn(o, group.slot, predict(dnn.request, action, now),
                                     outcome.latency_s, outcome.energy_j);
    } else {
      servers_[group.block].learn(o, weak(o, action.site), group.slot, {dnn.request, action, now},
                                  outcome.latency_s, outcome.energy_j);
      const bool streams = dnn.request.generative();  // it ends later than its latency says
      used(o, action.site, streams ? to_seconds(outcome.next.now - o.now) : outcome.latency_s);
    }
    ++updates_;
  }

  void set_mode(LearningMode mode) override { exploring_ = mode.explore; }

  std::size_t table_bytes() const override {
    std::size_t bytes = 0;
    for (const LocalResidual& p : processors_) bytes += p.bytes();
    for (const RemoteResidual& s : servers_) bytes += s.bytes();
    return bytes;
  }

  LearningProgress progress() override {
    LearningProgress p;
    p.updates = updates_;
    return p;
  }

  nlohmann::ordered_json save() const override {
    nlohmann::ordered_json saved;
    saved["policy"] = "residual";
    saved["device_type"] = device_type_;
    saved["pooling"] = config_.pooling;
    saved["dnns"] = dnns_;
    saved["actions"] = actions_.names();
    for (const LocalResidual& p : processors_) saved["processors"].push_back(p.save());
    for (std::size_t s = 0; s < servers_.size(); ++s) {
      saved["servers"].push_back(servers_[s].save());
      saved["served"].push_back(names_[s]);
    }
    return saved;
  }

  void load(const nlohmann::ordered_json& saved) override {
    require_same(saved, "device_type", device_type_);
    require_same(saved, "actions", actions_.names());
    require_alike(saved);
    require_size(saved.at("processors"), processors_.size());
    for (std::size_t i = 0; i < processors_.size(); ++i)
      processors_[i].load(saved.at("processors")[i]);
    for (std::size_t i = 0; i < servers_.size(); ++i) servers_[i].load(saved.at("servers")[i]);
  }

  void transfer(const nlohmann::ordered_json& saved) override {
    require_alike(saved);
    for (std::size_t i = 0; i < servers_.size(); ++i)
      servers_[i].load_delays(saved.at("servers")[i], kDoubt);
  }

 private:
  static constexpr double kDoubt = 0.5;       // share of the prior; assumed
  static constexpr double kAnotherRun = -60;  // seconds that time must go back for it

  /// A group of actions: whose it is, and as which precision, or processor of a server, it counts
  /// there.
  struct Group {
    bool local = false;
    std::size_t block = 0;
    std::size_t slot = 0;
  };

  /// What a phone knows of its connections.
  struct Links {
    std::array<double, kLinks> used_s{kNever, kNever};  // simulated time of the last use
    std::array<bool, kLinks> cold{};                    // idle for long, when it last decided
    static constexpr double kNever = -1e12;
  };

  Links& links_of(std::uint32_t phone) {
    if (phone >= links_.size()) links_.resize(phone + 1);
    return links_[phone];
  }
  void look_at_links(const Observation& o) {
    Links& links = links_of(o.phone);
    for (std::size_t l = 0; l < kLinks; ++l) {
      const double now_s = to_seconds(o.now.time_since_epoch());
      if (now_s - links.used_s[l] < kAnotherRun) links.used_s[l] = Links::kNever;
      links.cold[l] = costs_.dnn(o.dnn).request.slow_start[l].cold_after(now_s - links.used_s[l]);
    }
  }
  void used(const Observation& o, Site site, double for_s) {
    links_of(o.phone).used_s[link_of(site)] = to_seconds(o.now.time_since_epoch()) + for_s;
  }
  Conditions conditions(const Observation& o) {
    Conditions now = costs_.observed(o);
    now.cold = links_of(o.phone).cold;
    return now;
  }

  /// The best of the accurate actions, and of the others, which count where there is none.
  struct Best {
    BestAction accurate, others;

    void offer(ActionId action, bool is_accurate, const Forecast& f) {
      (is_accurate ? accurate : others).offer(action, f.in_time, f.energy_j, f.latency_s);
    }
  };

  static bool local(const TargetGroup& g) { return g.site == Site::kPhone; }

  /// Gives the groups of one processor of the phone, or of one server, a model.
  void place(std::span<const TargetGroup> of_one, const ResidualSettings& settings) {
    const bool on_phone = local(of_one.front());
    const std::size_t block = on_phone ? processors_.size() : servers_.size();
    for (std::size_t slot = 0; slot < of_one.size(); ++slot) {
      groups_.push_back({on_phone, block, slot});
    }
    if (on_phone) {
      processors_.emplace_back(settings, of_one.size());
      return;
    }
    servers_.emplace_back(settings, of_one.size(), costs_.rtt_sigma(link_of(of_one.front().site)));
    std::vector<std::string>& names = names_.emplace_back();
    for (const TargetGroup& g : of_one) names.push_back(g.name);
  }

  static bool weak(const Observation& o, Site site) { return o.weak[link_of(site)]; }

  void offer_local(const Observation& o, const Conditions& now, std::size_t g, double z,
                   Best& best) {
    const DnnOnType& dnn = costs_.dnn(o.dnn);
    const TargetGroup& actions = actions_.groups()[g];
    if (!dnn.actions[actions.first].legal) return;
    const LocalResidual& processor = processors_[groups_[g].block];
    const LocalResidual::Belief belief = processor.believe(o, groups_[g].slot, z, limit_);
    for (ActionId a = actions.first; a < actions.first + actions.count; ++a) {
      const Cost model = predict(dnn.request, dnn.actions[a], now);
      best.offer(a, dnn.actions[a].accurate, belief.forecast(model));
    }
  }

  void offer_remote(const Observation& o, Conditions& now, std::size_t g, double z, Best& best) {
    const DnnOnType& dnn = costs_.dnn(o.dnn);
    const ActionId a = actions_.groups()[g].first;
    const ActionModel& action = dnn.actions[a];
    if (!action.legal) return;
    const RemoteParts model(dnn.request, action, now);
    best.offer(a, action.accurate,
               servers_[groups_[g].block].forecast(o, weak(o, action.site), groups_[g].slot, model,
                                                   z, limit_));
  }

  /// Throws std::invalid_argument unless it was learned by this policy on the same DNNs and
  /// servers.
  void require_alike(const nlohmann::ordered_json& saved) const {
    require_same(saved, "policy", "residual");
    require_same(saved, "pooling", config_.pooling);
    require_same(saved, "dnns", dnns_);
    require_same(saved, "served", names_);
    require_size(saved.at("servers"), servers_.size());
  }

  Config config_;
  const CostModel& costs_;
  const ActionSpace& actions_;
  RandomField random_;
  std::string device_type_;
  LatencyLimit limit_;
  std::vector<std::string> dnns_;
  std::vector<Group> groups_;
  std::vector<LocalResidual> processors_;
  std::vector<RemoteResidual> servers_;
  std::vector<std::vector<std::string>> names_;  // by server, of its groups of actions
  std::vector<Links> links_;                     // by phone
  bool exploring_ = false;
  std::uint64_t updates_ = 0;
};

const RegisterPolicy<Residual> registered_residual{"residual"};

}  // namespace
}  // namespace autoscale
