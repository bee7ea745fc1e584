#include "sim/world/arrivals.h"

namespace autoscale {
namespace {

Duration draw_interval(const IntervalConfig& config, Draw draw) {
  if (const auto* constant = std::get_if<ConstantInterval>(&config)) return constant->value;
  return from_seconds(draw.exponential(to_seconds(std::get<ExponentialInterval>(config).mean)));
}

}  // namespace

/// From one arrival (or, in a closed loop, answer) to the arrival of the phone's next request.
Duration Arrivals::interval(const Phone& phone) const {
  const Draw draw = run_.random().at(Stream::kArrivals, phone.number, run_.request_of(phone));
  if (const auto* renewal = std::get_if<RenewalArrivals>(&arrivals_)) {
    return draw_interval(renewal->interval, draw);
  }
  if (const auto* loop = std::get_if<ClosedLoopArrivals>(&arrivals_)) {
    return draw_interval(loop->think, draw);
  }
  return std::get<PeriodicArrivals>(arrivals_).period;
}

Time Arrivals::first(const Phone& phone, Time now) const {
  const auto* camera = std::get_if<PeriodicArrivals>(&arrivals_);
  if (!camera) return now + interval(phone);
  // Cameras are not in step with one another.
  Draw draw = run_.random().at(Stream::kArrivals, phone.number, run_.request_of(phone));
  return now + from_seconds(draw.uniform() * to_seconds(camera->period));
}

Time Arrivals::next(const Phone& phone, Time now) const {
  const PhasePlan& phase = run_.phase();
  const Duration pause = phase.begins_block(phone.done) ? phase.pause : Duration::zero();
  const bool closed = std::holds_alternative<ClosedLoopArrivals>(arrivals_);
  const Time planned = (closed ? now : phone.request.arrival) + interval(phone) + pause;
  return phase.grid() ? std::max(planned, now) : planned;
}

}  // namespace autoscale
