#include "sim/world/world_oracle.h"

#include <algorithm>
#include <cmath>

#include "sim/core/check.h"
#include "sim/system/choice.h"

namespace autoscale {
namespace {

/// Energies within this share of each other are equivalent, or near.
constexpr double kEquivalent = 0.01, kNear = 0.03;

// Ties go to the lower action.

ActionId most_rewarding_of(const std::vector<Candidate>& candidates) {
  const auto better = [](const Candidate& a, const Candidate& b) {
    return a.prospect.reward > b.prospect.reward;
  };
  return std::min_element(candidates.begin(), candidates.end(), better)->action;
}

ActionId chance_constrained_of(const std::vector<Candidate>& candidates, double late) {
  const auto better = [late](const Candidate& a, const Candidate& b) {
    if (a.accurate != b.accurate) return a.accurate;
    const bool meets = a.prospect.late <= late;
    if (meets != (b.prospect.late <= late)) return meets;
    return meets ? a.prospect.energy_j < b.prospect.energy_j : a.prospect.late < b.prospect.late;
  };
  return std::min_element(candidates.begin(), candidates.end(), better)->action;
}

}  // namespace

Conditions WorldOracle::conditions(const Observation& o, OracleForm form) const {
  const Phone& phone = phones_[o.phone];
  const Time now = engine_.now();
  const bool clairvoyant = form == OracleForm::kClairvoyant;
  Conditions c;
  c.tokens = clairvoyant ? phone.request.stream.tokens : system_.expected_tokens(o.prompt_tokens);
  c.load = phone.conditions.load();
  c.waited_s = to_seconds(now - phone.request.arrival);
  for (std::size_t l = 0; l < kLinks; ++l) {
    c.link[l] = phone.conditions.links[l].now;
    c.air_share[l] = air_.share(phone, l);
    c.rtt_s[l] = clairvoyant ? noise_.rtt_s(o, l) : system_.links[l].technology.rtt_mean_s();
    c.cold[l] = surroundings_.cold(phone, l, now);
    const Promotion promotion = surroundings_.promotion(phone, l, now);
    c.promotion_s[l] = promotion.time_s;
    c.promotion_w[l] = promotion.power_w;
    c.tail_s[l] = surroundings_.tail_s(phone, l, now);
  }
  const bool generative = system_.dnns[o.dnn].generation.has_value();
  for (const Site site : {Site::kCloud, Site::kTablet}) {
    const ServerSetup& server = site == Site::kCloud ? system_.cloud : system_.tablet;
    const bool tablet = site == Site::kTablet;
    for (std::size_t i = 0; i < server.workers.size(); ++i) {
      c.free_in_s[tablet][i] = to_seconds(servers_.earliest_start(phone, site, i, now) - now);
      if (generative) see_batch(phone, o.dnn, site, i, c);
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

/// A generative request waits for the batch of its network, not for a worker.
void WorldOracle::see_batch(const Phone& phone, std::uint16_t dnn, Site site, std::size_t pool,
                            Conditions& c) const {
  const ServerSetup& server = site == Site::kCloud ? system_.cloud : system_.tablet;
  const Processor& processor = server.profile.processors[pool];
  const Batching* batching = nullptr;
  for (const Precision p : processor.served) {
    if (const Batching* b = server.profile.batches(system_.dnns[dnn].id, processor.kind, p)) {
      batching = b;
    }
  }
  if (!batching) return;
  const bool tablet = site == Site::kTablet;
  const Time now = engine_.now();
  const BatchServer& batch = servers_.batch(servers_.batch_of(phone, site, batching->law));
  c.free_in_s[tablet][pool] = to_seconds(batch.first_token_at(0, now) - now);
  c.batch[tablet][pool] = batch.running();
}

// Flattened: with predict() inlined the compiler drops the parts of a cost that the ranking does not
// read, which are about half of the work of a comparison with Opt.
[[gnu::flatten]] OracleChoice WorldOracle::best(const Observation& o, OracleForm form) const {
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

std::vector<Candidate> WorldOracle::candidates(const Observation& o) const {
  const Phone& phone = phones_[o.phone];
  const DnnOnType& dnn = system_.types[phone.type].dnns[o.dnn];
  const Conditions mean = conditions(o, OracleForm::kExpected);
  std::vector<Candidate> found;
  for (const ActionId a : dnn.legal) {
    if (surroundings_.capped(phone, a) != a) continue;
    const ActionModel& action = dnn.actions[a];
    const LinkTechnology& link = system_.links[link_of(action.site)].technology;
    found.push_back({a, action.accurate,
                     prospect(dnn, a, mean, {link.rtt_median_s, link.rtt_sigma},
                              system_.constraints.qos_s, system_.noise)});
  }
  AUTOSCALE_CHECK(!found.empty(), "no legal action for DNN {} on device {}", o.dnn, o.phone);
  return found;
}

ActionId WorldOracle::most_rewarding(const Observation& o) const {
  return most_rewarding_of(candidates(o));
}

ActionId WorldOracle::chance_constrained(const Observation& o, double late) const {
  return chance_constrained_of(candidates(o), late);
}

bool WorldOracle::went_to_target_of(const Phone& phone, ActionId action) const {
  const ActionSpace& actions = system_.types[phone.type].actions;
  return !phone.request.in_segments &&
         actions.group_of(phone.request.executed) == actions.group_of(action);
}

void WorldOracle::compare_with_oracles(const Phone& phone, OracleComparison& comparison) const {
  const std::vector<Candidate> found = candidates(phone.request.observation);
  comparison.with_oracles = true;
  comparison.same_as_expected_reward = went_to_target_of(phone, most_rewarding_of(found));
  comparison.same_as_chance_constrained =
      went_to_target_of(phone, chance_constrained_of(found, kChanceOfLate));
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
  const Tokens tokens = system_.expected_tokens(o.prompt_tokens);
  const double opt_reward = ranking_reward(dnn, opt.cost, opt_accurate, qos_s, tokens);
  const bool same_outcome = accurate == opt_accurate && met == opt.qos_met;
  const double apart = std::abs(paid.energy_j / opt.cost.energy_j - 1);
  return {.compared = true,
          .defined = opt.defined,
          .qos_met = opt.qos_met,
          .same_target = went_to_target_of(phone, opt.action),
          .same_action = whole && request.executed == opt.action,
          .equivalent = same_outcome && apart <= kEquivalent,
          .near = same_outcome && apart <= kNear,
          .action = opt.action,
          .opt_reward = opt_reward,
          .regret = opt_reward - ranking_reward(dnn, paid, accurate, qos_s, tokens),
          .opt_j = opt.cost.energy_j,
          .expected_j = paid.energy_j};
}

}  // namespace autoscale
