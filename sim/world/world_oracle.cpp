#include "sim/world/world_oracle.h"

#include <cmath>
#include <optional>

#include "sim/core/check.h"
#include "sim/system/choice.h"

namespace autoscale {
namespace {

/// Energies within this share of each other are equivalent.
constexpr double kEquivalent = 0.01;

}  // namespace

Conditions WorldOracle::conditions(const Observation& o, OracleForm form) const {
  const Phone& phone = phones_[o.phone];
  const Time now = engine_.now();
  const bool clairvoyant = form == OracleForm::kClairvoyant;
  Conditions c;
  c.load = phone.conditions.load();
  c.waited_s = to_seconds(now - phone.request.arrival);
  for (std::size_t l = 0; l < kLinks; ++l) {
    c.link[l] = phone.conditions.links[l].now;
    c.air_share[l] = air_.share(phone, l);
    c.rtt_s[l] = clairvoyant ? noise_.rtt_s(o, l) : system_.links[l].technology.rtt_mean_s();
    c.cold[l] = surroundings_.cold(phone, l, now);
    c.promotion_s[l] = surroundings_.promotion_s(phone, l, now);
    c.tail_s[l] = surroundings_.tail_s(phone, l, now);
  }
  for (const Site site : {Site::kCloud, Site::kTablet}) {
    const ServerSetup& server = site == Site::kCloud ? system_.cloud : system_.tablet;
    const bool tablet = site == Site::kTablet;
    for (std::size_t i = 0; i < server.workers.size(); ++i) {
      c.free_in_s[tablet][i] = to_seconds(servers_.earliest_start(phone, site, i, now) - now);
      if (clairvoyant) {
        const double cv = server.profile.processors[i].noise_cv;
        c.service_noise[tablet][i] = noise_.server(o, site, i, cv);
      }
    }
  }
  if (clairvoyant) {
    for (const Processor& p : system_.types[phone.type].profile.processors) {
      c.local_noise[p.kind] = noise_.local(o, p.kind, p.noise_cv);
    }
  }
  return c;
}

OracleChoice WorldOracle::best(const Observation& o, OracleForm form) const {
  const Phone& phone = phones_[o.phone];
  const DnnOnType& dnn = system_.types[phone.type].dnns[o.dnn];
  const Conditions now = conditions(o, form);
  const auto choice = choose_accurate_first(
      dnn, system_.constraints.qos_s,
      [&](ActionId a) { return surroundings_.capped(phone, a) == a; },
      [&](ActionId a) { return predict(dnn.request, dnn.actions[a], now); });
  AUTOSCALE_CHECK(choice.has_value(), "no legal action for DNN {} on device {}", o.dnn, o.phone);
  return {choice->action, choice->cost, dnn.attainable, choice->qos_met};
}

Prospect WorldOracle::prospect_of(const Observation& o, ActionId action,
                                  const Conditions& mean) const {
  const DnnOnType& dnn = system_.types[phones_[o.phone].type].dnns[o.dnn];
  const LinkTechnology& link = system_.links[link_of(dnn.actions[action].site)].technology;
  return prospect(dnn, action, mean, {link.rtt_median_s, link.rtt_sigma}, system_.constraints.qos_s,
                  system_.noise);
}

template <class Better>
ActionId WorldOracle::best_prospect(const Observation& o, Better better) const {
  const Phone& phone = phones_[o.phone];
  const DnnOnType& dnn = system_.types[phone.type].dnns[o.dnn];
  const Conditions mean = conditions(o, OracleForm::kExpected);
  std::optional<ActionId> best;
  Prospect of_best;
  for (const ActionId a : dnn.legal) {
    if (surroundings_.capped(phone, a) != a) continue;
    const Prospect of_a = prospect_of(o, a, mean);
    if (best && !better(dnn.actions[a], of_a, dnn.actions[*best], of_best)) continue;
    best = a;
    of_best = of_a;
  }
  AUTOSCALE_CHECK(best.has_value(), "no legal action for DNN {} on device {}", o.dnn, o.phone);
  return *best;
}

ActionId WorldOracle::most_rewarding(const Observation& o) const {
  return best_prospect(o, [](const ActionModel&, const Prospect& a, const ActionModel&,
                             const Prospect& b) { return a.reward > b.reward; });
}

ActionId WorldOracle::chance_constrained(const Observation& o, double late) const {
  return best_prospect(o, [late](const ActionModel& action, const Prospect& a,
                                 const ActionModel& other, const Prospect& b) {
    if (action.accurate != other.accurate) return action.accurate;
    const bool meets = a.late <= late;
    if (meets != (b.late <= late)) return meets;
    return meets ? a.energy_j < b.energy_j : a.late < b.late;
  });
}

void WorldOracle::compare_with_oracles(const Phone& phone, OracleComparison& comparison) const {
  const Request& request = phone.request;
  const ActionSpace& actions = system_.types[phone.type].actions;
  const auto same_target = [&](ActionId action) {
    return !request.in_segments && actions.group_of(request.executed) == actions.group_of(action);
  };
  comparison.with_oracles = true;
  comparison.same_as_expected_reward = same_target(most_rewarding(request.observation));
  comparison.same_as_chance_constrained =
      same_target(chance_constrained(request.observation, kChanceOfLate));
}

Cost WorldOracle::cost(const Observation& o, ActionId action, OracleForm form) const {
  const Phone& phone = phones_[o.phone];
  const DnnOnType& dnn = system_.types[phone.type].dnns[o.dnn];
  const ActionId executed = surroundings_.capped(phone, action);
  return predict(dnn.request, dnn.actions[executed], conditions(o, form));
}

OracleComparison WorldOracle::compare(const Phone& phone) const {
  const Request& request = phone.request;
  const Observation& o = request.observation;
  const DeviceType& type = system_.types[phone.type];
  const DnnOnType& dnn = type.dnns[o.dnn];
  const double qos_s = system_.constraints.qos_s;
  const OracleChoice opt = best(o, OracleForm::kExpected);
  const bool whole = !request.in_segments;
  const Cost paid = whole ? cost(o, request.executed, OracleForm::kExpected)
                          : predict_plan(system_.plan_context(type, o.dnn), request.segments(),
                                         conditions(o, OracleForm::kExpected));
  const bool accurate = request.work.action->accurate;
  const bool opt_accurate = dnn.actions[opt.action].accurate;
  const bool met = paid.latency_s <= qos_s;
  const double opt_reward = ranking_reward(dnn, opt.cost, opt_accurate, qos_s);
  return {.compared = true,
          .defined = opt.defined,
          .qos_met = opt.qos_met,
          .same_target =
              whole && type.actions.group_of(request.executed) == type.actions.group_of(opt.action),
          .same_action = whole && request.executed == opt.action,
          .equivalent = accurate == opt_accurate && met == opt.qos_met &&
                        std::abs(paid.energy_j / opt.cost.energy_j - 1) <= kEquivalent,
          .action = opt.action,
          .opt_reward = opt_reward,
          .regret = opt_reward - ranking_reward(dnn, paid, accurate, qos_s)};
}

}  // namespace autoscale
