#include "sim/world/surroundings.h"

#include <limits>

namespace autoscale {
namespace {

/// Bins of the paper's state for co-runner utilisation: 0, below 25 %, below 75 %, up to 100 %.
constexpr double kBinLow[4] = {0, 0, 0.25, 0.75};
constexpr double kBinHigh[4] = {0, 0.25, 0.75, 1};

double within(std::uint32_t bin, double share) {
  return kBinLow[bin] + share * (kBinHigh[bin] - kBinLow[bin]);
}

}  // namespace

Surroundings::Surroundings(const RunState& run) : system_(run.system()), run_(run) {
  for (const DeviceType& type : system_.types) {
    auto& grid = grid_links_.emplace_back();
    for (std::size_t l = 0; l < kLinks; ++l) {
      const LinkTechnology& t = system_.links[l].technology;
      grid[l] = {link_conditions(t, type.radio[l], t.regular_dbm, 0),
                 link_conditions(t, type.radio[l], t.weak_dbm, 0)};
    }
  }
}

void Surroundings::begin_phase(Phone& phone, Time now) const {
  const auto& thermal = system_.types[phone.type].profile.thermal;
  phone.conditions = {};
  phone.conditions.thermal = {.temperature_c = thermal ? thermal->ambient_c : 0, .updated = now};
  phone.conditions.thermal.skin.outside_w = run_.variance().outside_w;
  rest(phone);
}

void Surroundings::rest(Phone& phone) const {
  phone.conditions.active_w = 0;
  phone.conditions.co_runner_w = system_.types[phone.type].cpu_top_w;
}

/// Power of the whole phone, for its temperature.
double Surroundings::drawn_w(const Phone& phone) const {
  const PhoneConditions& conditions = phone.conditions;
  return system_.types[phone.type].profile.baseline_w +
         conditions.load().cpu * conditions.co_runner_w + conditions.active_w;
}

void Surroundings::warm(Phone& phone, Time now) const {
  const auto& thermal = system_.types[phone.type].profile.thermal;
  if (!system_.thermal || !thermal) return;
  ThermalState& state = phone.conditions.thermal;
  if (now == state.updated) return;  // as half of all looks find
  state.advance(*thermal, now, drawn_w(phone));
}

Time Surroundings::next_heat_change(const Phone& phone) const {
  const auto& thermal = system_.types[phone.type].profile.thermal;
  if (!system_.thermal || !thermal || !thermal->limits_work_in_flight()) return kNever;
  return phone.conditions.thermal.next_change(*thermal, drawn_w(phone));
}

void Surroundings::change_link(Phone& phone, std::size_t link, Time now) const {
  auto& [signal, conditions, last_used] = phone.conditions.links[link];
  if (run_.variance().signals[link]->advance(signal, run_.phase_time(now), run_.phase_random(),
                                             link_entity(phone, link))) {
    conditions =
        link_conditions(system_.links[link].technology, system_.types[phone.type].radio[link],
                        signal.value_dbm, signal.rate_bps);
  }
}

void Surroundings::refresh(Phone& phone, Time now) const {
  if (!run_.phase().grid()) {
    CoRunnerState& state = phone.conditions.co_runner;
    while (!state.started || run_.world_time(state.until) <= now) {
      // The temperature follows each load for as long as it held.
      const Time at = state.started ? run_.world_time(state.until) : run_.phase_start();
      warm(phone, at);
      run_.variance().co_runner->advance(state, run_.phase_time(at), run_.phase_random(),
                                         phone.number);
    }
    for (std::size_t l = 0; l < kLinks; ++l) refresh_link(phone, l, now);
  }
  warm(phone, now);
}

void Surroundings::set_grid_conditions(Phone& phone) const {
  PhoneConditions& conditions = phone.conditions;
  CoRunnerLoad& load = conditions.co_runner.load;
  const std::uint32_t state = run_.phase().grid_state_of(phone.done);
  const std::uint32_t cpu = state & 3, memory = state >> 2 & 3;
  const bool weak[kLinks] = {(state >> 4 & 1) != 0, (state >> 5 & 1) != 0};
  if (run_.phase().within_bin == WithinBin::kCentre) {
    load = {within(cpu, 0.5), within(memory, 0.5)};
    for (std::size_t l = 0; l < kLinks; ++l) {
      conditions.links[l].now = grid_links_[phone.type][l][weak[l]];
    }
    return;
  }
  Draw draw = run_.random().at(Stream::kWorkload, phone.number, run_.request_of(phone));
  load.cpu = within(cpu, draw.uniform());
  load.memory = within(memory, draw.uniform());
  for (std::size_t l = 0; l < kLinks; ++l) {
    // Weak: within 10 dB below the threshold; regular: within 40 dB above it.
    const LinkTechnology& technology = system_.links[l].technology;
    const double share = draw.uniform();
    const double dbm = technology.weak_threshold_dbm + (weak[l] ? -10 * share : 40 * share);
    conditions.links[l].now =
        link_conditions(technology, system_.types[phone.type].radio[l], dbm, 0);
  }
}

Observation Surroundings::observe(const Phone& phone, std::uint16_t dnn, Time now) const {
  Observation o;
  o.phone = phone.number;
  o.request = run_.request_of(phone);
  o.dnn = dnn;
  o.now = now;
  o.load = phone.conditions.load();
  for (std::size_t l = 0; l < kLinks; ++l) {
    o.signal_dbm[l] = phone.conditions.links[l].now.signal_dbm;
    o.weak[l] = system_.links[l].technology.weak(o.signal_dbm[l]);
  }
  return o;
}

double Surroundings::idle_s(const PhoneLink& link, Time now) {
  return link.used() ? to_seconds(now - link.last_used) : std::numeric_limits<double>::infinity();
}

double Surroundings::tail_s(const Phone& phone, std::size_t link, Time now) const {
  if (!system_.tails) return 0;
  return std::min(system_.links[link].technology.tail.time_s(),
                  idle_s(phone.conditions.links[link], now));
}

Promotion Surroundings::promotion(const Phone& phone, std::size_t link, Time now) const {
  if (!system_.tails) return {};
  return system_.links[link].technology.promotion_after(idle_s(phone.conditions.links[link], now));
}

bool Surroundings::cold(const Phone& phone, std::size_t link, Time now) const {
  return system_.links[link].technology.slow_start.cold_after(
      idle_s(phone.conditions.links[link], now));
}

Time Surroundings::next_signal_change(const Phone& phone, std::size_t link) const {
  if (run_.phase().grid()) return kNever;
  return run_.world_time(run_.variance().signals[link]->next_change(
      phone.conditions.links[link].signal, link_entity(phone, link), run_.phase_random()));
}

ActionId Surroundings::capped(const Phone& phone, ActionId action) const {
  const ThermalState& thermal = phone.conditions.thermal;
  if (!thermal.throttled()) return action;
  const DeviceType& type = system_.types[phone.type];
  const TargetGroup& group = type.actions.group(action);
  if (group.site != Site::kPhone) return action;
  const int cap = thermal.cap(*type.profile.thermal, group.count - 1);
  return static_cast<ActionId>(group.first + std::min<int>(action - group.first, cap));
}

}  // namespace autoscale
