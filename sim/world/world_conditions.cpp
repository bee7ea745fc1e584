// The conditions a request meets: signals, co-runner, temperature, queues, noise; and the oracle,
// which sees all of them.
#include "sim/core/check.h"
#include "sim/policy/oracle.h"
#include "sim/system/choice.h"
#include "sim/world/world.h"

namespace autoscale {
namespace {

/// Noise draws of one request: one per processor of the phone, the cloud and the tablet.
constexpr std::uint64_t kNoiseSlots = 16;
constexpr std::uint64_t noise_slot(Site site, std::size_t processor) {
  const std::uint64_t base = site == Site::kPhone ? 0 : site == Site::kCloud ? 4 : 8;
  return base + processor;
}

/// Bins of the paper's state for co-runner utilisation: 0, below 25 %, below 75 %, up to 100 %.
constexpr double kBinLow[4] = {0, 0, 0.25, 0.75};
constexpr double kBinHigh[4] = {0, 0.25, 0.75, 1};

double within(std::uint32_t bin, double share) {
  return kBinLow[bin] + share * (kBinHigh[bin] - kBinLow[bin]);
}

}  // namespace

/// Temperature up to `now` under the power since the last look.
void World::warm(Phone& phone, Time now) {
  const DeviceType& type = system_.types[phone.type];
  if (!system_.thermal || !type.profile.thermal) return;
  const double power = type.profile.baseline_w + phone.load.cpu * type.cpu_top_w + phone.active_w;
  phone.thermal.advance(*type.profile.thermal, now, power);
}

void World::apply_signal(Phone& phone, std::size_t link) {
  const SignalState& signal = phone.links[link].signal;
  phone.links[link].now =
      link_conditions(system_.links[link].technology, system_.types[phone.type].radio[link],
                      signal.value_dbm, signal.rate_bps);
}

void World::refresh_link(std::uint32_t device, std::size_t link, Time now) {
  if (phase_->grid()) return;
  Phone& phone = phones_[device];
  if (variance().signals[link]->advance(phone.links[link].signal, phase_time(now), phase_random_,
                                        link_entity(device, link))) {
    apply_signal(phone, link);
  }
}

/// Brings signals, co-runner and temperature of a phone to `now`.
void World::refresh(std::uint32_t device, Time now) {
  Phone& phone = phones_[device];
  if (!phase_->grid()) {
    CoRunnerState& state = phone.co_runner;
    do {
      // The temperature follows each load for as long as it held.
      const Time at = state.started ? std::min(world_time(state.until), now) : phase_start_;
      warm(phone, at);
      variance().co_runner->advance(state, phase_time(at), phase_random_, device);
      phone.load = state.load;
    } while (world_time(state.until) <= now);
    for (std::size_t l = 0; l < kLinks; ++l) refresh_link(device, l, now);
  }
  warm(phone, now);
}

void World::set_grid_conditions(std::uint32_t device) {
  Phone& phone = phones_[device];
  const std::uint32_t state = phase_->grid_state_of(phone.done);
  const std::uint32_t cpu = state & 3, memory = state >> 2 & 3;
  const bool weak[kLinks] = {(state >> 4 & 1) != 0, (state >> 5 & 1) != 0};
  if (phase_->within_bin == WithinBin::kCentre) {
    phone.load = {within(cpu, 0.5), within(memory, 0.5)};
    for (std::size_t l = 0; l < kLinks; ++l) {
      phone.links[l].now = grid_links_[phone.type][l][weak[l]];
    }
    return;
  }
  Draw draw = random_.at(Stream::kWorkload, device, request_of(phone));
  phone.load.cpu = within(cpu, draw.uniform());
  phone.load.memory = within(memory, draw.uniform());
  for (std::size_t l = 0; l < kLinks; ++l) {
    // Weak: within 10 dB below the threshold; regular: within 40 dB above it.
    const LinkTechnology& technology = system_.links[l].technology;
    const double share = draw.uniform();
    const double dbm = technology.weak_threshold_dbm + (weak[l] ? -10 * share : 40 * share);
    phone.links[l].now = link_conditions(technology, system_.types[phone.type].radio[l], dbm, 0);
  }
}

Observation World::observe(std::uint32_t device, std::uint16_t dnn) const {
  const Phone& phone = phones_[device];
  Observation o;
  o.phone = device;
  o.request = request_of(phone);
  o.dnn = dnn;
  o.now = engine_.now();
  o.load = phone.load;
  for (std::size_t l = 0; l < kLinks; ++l) {
    o.signal_dbm[l] = phone.links[l].now.signal_dbm;
    o.weak[l] = system_.links[l].technology.weak(o.signal_dbm[l]);
  }
  return o;
}

/// Tail time that a request using the link now would be charged.
double World::tail_s(const Phone& phone, std::size_t link) const {
  if (!system_.tails) return 0;
  const Link& l = phone.links[link];
  const double tail = system_.links[link].technology.tail_s;
  return l.used ? std::min(tail, to_seconds(engine_.now() - l.last_used)) : tail;
}

/// Time to leave the idle state before sending can start.
double World::promotion_s(const Phone& phone, std::size_t link) const {
  if (!system_.tails) return 0;
  const LinkTechnology& technology = system_.links[link].technology;
  const Link& l = phone.links[link];
  const bool awake = l.used && to_seconds(engine_.now() - l.last_used) < technology.tail_s;
  return awake ? 0 : technology.promotion_s;
}

double World::noise(const Observation& o, Site site, std::size_t processor, double cv) const {
  if (!system_.noise) return 1;
  const std::uint64_t slot = o.request * kNoiseSlots + noise_slot(site, processor);
  return random_.at(Stream::kServiceNoise, o.phone, slot).log_normal_unit_mean(cv);
}

double World::rtt_s(const Observation& o, std::size_t link) const {
  const LinkTechnology& technology = system_.links[link].technology;
  if (!system_.noise) return technology.rtt_mean_s();
  return random_.at(Stream::kNetworkLatency, o.phone, std::uint64_t{o.request} * kLinks + link)
      .log_normal_median(technology.rtt_median_s, technology.rtt_sigma);
}

Time World::next_signal_change(std::uint32_t device, std::size_t link) const {
  if (phase_->grid()) return kNever;
  return world_time(variance().signals[link]->next_change(
      phones_[device].links[link].signal, link_entity(device, link), phase_random_));
}

std::size_t World::pool_index(std::uint32_t device, Site site, std::size_t processor) const {
  const std::size_t cloud = system_.cloud.workers.size();
  if (site == Site::kCloud) return processor;
  const std::size_t tablet =
      system_.tablet.phones_each == 0 ? 0 : device / system_.tablet.phones_each;
  return cloud + tablet * system_.tablet.workers.size() + processor;
}

Conditions World::conditions(const Observation& o, OracleForm form) const {
  const Phone& phone = phones_[o.phone];
  const Time now = engine_.now();
  Conditions c;
  c.load = phone.load;
  c.waited_s = to_seconds(now - phone.arrival);
  for (std::size_t l = 0; l < kLinks; ++l) {
    c.link[l] = phone.links[l].now;
    if (system_.links[l].shared()) {
      c.air_share[l] = 1.0 / static_cast<double>(media_[l][medium_of(o.phone, l)].active() + 1);
    }
    c.rtt_s[l] =
        form == OracleForm::kClairvoyant ? rtt_s(o, l) : system_.links[l].technology.rtt_mean_s();
    c.promotion_s[l] = promotion_s(phone, l);
    c.tail_s[l] = tail_s(phone, l);
  }
  for (const Site site : {Site::kCloud, Site::kTablet}) {
    const ServerSetup& server = site == Site::kCloud ? system_.cloud : system_.tablet;
    const bool tablet = site == Site::kTablet;
    for (std::size_t i = 0; i < server.workers.size(); ++i) {
      c.free_in_s[tablet][i] =
          to_seconds(pools_[pool_index(o.phone, site, i)].earliest_start(now) - now);
      if (form == OracleForm::kClairvoyant) {
        c.service_noise[tablet][i] = noise(o, site, i, server.profile.processors[i].noise_cv);
      }
    }
  }
  if (form == OracleForm::kClairvoyant) {
    for (const Processor& p : system_.types[phone.type].profile.processors) {
      c.local_noise[p.kind] = local_noise(o, p.kind, p.noise_cv);
    }
  }
  return c;
}

OracleChoice World::best(const Observation& o, OracleForm form) const {
  const Phone& phone = phones_[o.phone];
  const DnnOnType& dnn = system_.types[phone.type].dnns[o.dnn];
  const Conditions now = conditions(o, form);
  const auto choice = choose_accurate_first(
      dnn, system_.constraints.qos_s, [&](ActionId a) { return capped(phone, a) == a; },
      [&](ActionId a) { return predict(dnn.request, dnn.actions[a], now); });
  AUTOSCALE_CHECK(choice.has_value(), "no legal action for DNN {} on device {}", o.dnn, o.phone);
  return {choice->action, choice->cost, dnn.attainable, choice->qos_met};
}

Cost World::cost(const Observation& o, ActionId action, OracleForm form) const {
  const Phone& phone = phones_[o.phone];
  const DnnOnType& dnn = system_.types[phone.type].dnns[o.dnn];
  return predict(dnn.request, dnn.actions[capped(phone, action)], conditions(o, form));
}

}  // namespace autoscale
