// When requests arrive, and which camera frames are dropped.
#include "sim/world/world.h"

namespace autoscale {
namespace {

Duration draw_interval(const IntervalConfig& config, Draw draw) {
  if (const auto* constant = std::get_if<ConstantInterval>(&config)) return constant->value;
  return from_seconds(draw.exponential(to_seconds(std::get<ExponentialInterval>(config).mean)));
}

}  // namespace

/// From one arrival (or, in a closed loop, answer) to the arrival of the phone's next request.
Duration World::interval(std::uint32_t device) const {
  const Draw draw = random_.at(Stream::kArrivals, device, request_of(phones_[device]));
  if (const auto* renewal = std::get_if<RenewalArrivals>(&system_.arrivals)) {
    return draw_interval(renewal->interval, draw);
  }
  if (const auto* loop = std::get_if<ClosedLoopArrivals>(&system_.arrivals)) {
    return draw_interval(loop->think, draw);
  }
  return std::get<PeriodicArrivals>(system_.arrivals).period;
}

void World::begin_phase(std::uint32_t device) {
  Phone& phone = phones_[device];
  const auto& thermal = system_.types[phone.type].profile.thermal;
  phone.thermal = {.temperature_c = thermal ? thermal->ambient_c : 0, .updated = engine_.now()};
  phone.co_runner = {};
  phone.load = {};
  for (Link& link : phone.links) link = {};
  phone.done = 0;
  phone.planned = engine_.now() + interval(device);
  if (const auto* camera = std::get_if<PeriodicArrivals>(&system_.arrivals)) {
    // Cameras are not in step with one another.
    const double share = random_.at(Stream::kArrivals, device, request_of(phone)).uniform();
    phone.planned = engine_.now() + from_seconds(share * to_seconds(camera->period));
  }
  schedule(phone.planned, EventRank::kArrival, Kind::kArrival, device);
}

/// When the phone's next request is meant to arrive, which may lie in the past.
Time World::next_planned(std::uint32_t device) const {
  const Phone& phone = phones_[device];
  const Duration pause = phase_->begins_block(phone.done) ? phase_->pause : Duration::zero();
  const bool closed = std::holds_alternative<ClosedLoopArrivals>(system_.arrivals);
  const Time planned = (closed ? engine_.now() : phone.planned) + interval(device) + pause;
  // On the grid every request counts, so none is dropped and no queue builds up.
  return phase_->grid() ? std::max(planned, engine_.now()) : planned;
}

/// Passes over the frames that came while the pipeline was busy.
void World::drop_frames(std::uint32_t device) {
  Phone& phone = phones_[device];
  while (phone.done < phase_->length()) {
    const Time next = next_planned(device);
    if (next >= engine_.now()) return;
    if (phase_->record || steering_) {
      const std::uint16_t dnn = phase_->dnn_of(phone.done, random_, device, request_of(phone));
      observer_.on_dropped(device, phone.type, dnn, 1);
    }
    phone.planned = next;
    ++phone.done;
  }
}

/// Schedules the phone's next request, or begins it at once if it is already waiting.
void World::plan_next(std::uint32_t device) {
  Phone& phone = phones_[device];
  if (std::holds_alternative<PeriodicArrivals>(system_.arrivals) && !phase_->grid()) {
    drop_frames(device);
  }
  if (phone.done == phase_->length()) {
    if (--unfinished_ == 0) engine_.stop();
    return;
  }
  phone.planned = next_planned(device);
  if (phone.planned > engine_.now()) {
    schedule(phone.planned, EventRank::kArrival, Kind::kArrival, device);
  } else {
    begin_request(device);
  }
}

}  // namespace autoscale
