#include "sim/world/air.h"

#include <algorithm>

namespace autoscale {
namespace {

double rate_bps(const Phone& phone) {
  const LinkConditions& link = phone.conditions.links[phone.request.link()].now;
  return phone.request.uploading ? link.up_bps : link.down_bps;
}

}  // namespace

Air::Air(const SystemModel& system, std::size_t phones, const Surroundings& surroundings,
         Engine& engine)
    : system_(system), surroundings_(surroundings), engine_(engine) {
  for (std::size_t l = 0; l < kLinks; ++l) {
    const LinkSetup& link = system.links[l];
    if (!link.shared()) continue;
    const std::size_t count = (phones + link.sharers - 1) / link.sharers;
    for (std::size_t m = 0; m < count; ++m) media_[l].emplace_back(link.sharers);
  }
}

void Air::reset() {
  for (auto& media : media_) {
    for (Medium& medium : media) medium.reset();
  }
}

void Air::start(Phone& phone, double bits) {
  Request& request = phone.request;
  const std::size_t link = request.link();
  const Time now = engine_.now();
  request.left = bits;
  request.stage_start = now;
  if (!request.cold) return transfer(phone);
  surroundings_.refresh_link(phone, link, now);
  const double rate = rate_bps(phone) * share(phone, link);
  const Duration pause =
      from_seconds(model(phone).slow_start[link].pauses_s(bits, rate, request.rtt_s));
  if (pause == Duration::zero()) return transfer(phone);
  surroundings_.warm(phone, now);
  phone.conditions.active_w = model(phone).listen_w[link];
  if (model(phone).idle.listens) {
    request.ledger.joules[Cause::kIdle] += model(phone).listen_w[link] * to_seconds(pause);
  }
  schedule(engine_, now + pause, EventRank::kCompletion, WorldEvent::kTransferStart, phone.number);
}

void Air::transfer(Phone& phone) {
  Request& request = phone.request;
  const std::size_t link = request.link();
  const Time now = engine_.now();
  surroundings_.refresh_link(phone, link, now);
  surroundings_.warm(phone, now);
  const LinkConditions& conditions = phone.conditions.links[link].now;
  phone.conditions.active_w = request.uploading ? conditions.tx_w : conditions.rx_w;
  request.mark = now;
  if (system_.links[link].shared()) {
    join(phone);
  } else {
    schedule_step(phone);
  }
}

/// Charges the radio for the time since the mark, of which it had the air for `air_s`.
void Air::account(Phone& phone, double air_s) const {
  Request& request = phone.request;
  const LinkConditions& link = phone.conditions.links[request.link()].now;
  const RequestModel& powers = model(phone);
  PerCause<double>& joules = request.ledger.joules;
  if (request.uploading) {
    joules[Cause::kRadioTx] += link.tx_w * air_s;
  } else {
    joules[Cause::kRadioRx] += link.rx_w * air_s;
  }
  if (!powers.idle.listens) return;
  const double waiting_s = std::max(0.0, to_seconds(engine_.now() - request.mark) - air_s);
  joules[Cause::kIdle] += powers.listen_w[request.link()] * waiting_s;
}

void Air::end_stream(Phone& phone) const {
  Request& request = phone.request;
  const double listened_s = to_seconds(engine_.now() - request.stream.received);
  const RequestModel& powers = model(phone);
  if (powers.idle.listens) {
    request.ledger.joules[Cause::kIdle] += powers.listen_w[request.link()] * listened_s;
  }
  surroundings_.warm(phone, engine_.now());
  phone.conditions.links[request.link()].last_used = engine_.now();
}

/// The transfer is over: events of it are outdated, and the radio's tail begins.
void Air::close(Phone& phone) const {
  ++phone.request.generation;
  phone.conditions.links[phone.request.link()].last_used = engine_.now();
  surroundings_.warm(phone, engine_.now());
}

// --- on a link of its own

/// Schedules the end of the transfer at the present rate, or the next change of the signal.
void Air::schedule_step(Phone& phone) {
  Request& request = phone.request;
  request.end = after_seconds(request.mark, request.left / rate_bps(phone));
  autoscale::schedule_step(engine_, request.end,
                           surroundings_.next_signal_change(phone, request.link()),
                           WorldEvent::kTransferStep, phone.number);
}

bool Air::step(Phone& phone) {
  Request& request = phone.request;
  const Time now = engine_.now();
  const double air_s = to_seconds(now - request.mark);
  account(phone, air_s);
  if (now >= request.end) {
    close(phone);
    return true;
  }
  request.left -= rate_bps(phone) * air_s;
  request.mark = now;
  surroundings_.refresh_link(phone, request.link(), now);
  schedule_step(phone);
  return false;
}

// --- on a shared medium

void Air::join(Phone& phone) {
  Request& request = phone.request;
  Medium& shared = medium(phone, request.link());
  request.air_mark = shared.advance(engine_.now());
  shared.join(phone.number, request.left / rate_bps(phone));
  schedule_medium(request.link(), medium_of(phone, request.link()));
  schedule_rerate(phone);
}

/// Schedules the end of the transfer that ends first; earlier such events become outdated.
void Air::schedule_medium(std::size_t link, std::size_t m) {
  Medium& shared = media_[link][m];
  ++shared.stamp;
  if (shared.active() == 0) return;
  engine_.at(soon(engine_, shared.next_finish()), EventRank::kCompletion,
             {static_cast<std::uint8_t>(WorldEvent::kMediumFinish), static_cast<std::uint8_t>(link),
              shared.stamp, static_cast<std::uint32_t>(m)});
}

Phone* Air::finish_on_medium(Event event, Phones& phones) {
  Medium& shared = media_[event.extra][event.id];
  if (event.stamp != shared.stamp) return nullptr;
  shared.advance(engine_.now());
  Phone& phone = phones[shared.front()];
  account_medium(phone);
  shared.pop();
  schedule_medium(event.extra, event.id);
  close(phone);
  return &phone;
}

/// Charges the air time a phone has had since its mark and takes it off the bits left.
void Air::account_medium(Phone& phone) {
  Request& request = phone.request;
  const double air_now = medium(phone, request.link()).advance(engine_.now());
  const double air_s = air_now - request.air_mark;
  account(phone, air_s);
  request.left = std::max(0.0, request.left - rate_bps(phone) * air_s);
  request.air_mark = air_now;
  request.mark = engine_.now();
}

void Air::schedule_rerate(const Phone& phone) {
  const Time change = surroundings_.next_signal_change(phone, phone.request.link());
  if (change >= kNever) return;
  schedule(engine_, change, EventRank::kEnvironment, WorldEvent::kMediumRerate, phone.number,
           phone.request.generation);
}

void Air::rerate(Phone& phone, std::uint16_t stamp) {
  Request& request = phone.request;
  if (stamp != request.generation) return;  // that transfer is over
  const std::size_t link = request.link();
  account_medium(phone);
  surroundings_.refresh_link(phone, link, engine_.now());
  medium(phone, link).rework(phone.number, request.left / rate_bps(phone));
  schedule_medium(link, medium_of(phone, link));
  schedule_rerate(phone);
}

}  // namespace autoscale
