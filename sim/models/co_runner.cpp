#include "sim/models/co_runner.h"

#include <algorithm>
#include <cmath>

#include "sim/models/link.h"

namespace autoscale {
namespace {

/// Three years: draws beyond it, which only absurd parameters give, must not leave the range of
/// Time.
constexpr double kLongestPhaseS = 1e8;

}  // namespace

CoRunnerProcess::CoRunnerProcess(const CoRunnerConfig& config) {
  if (const auto* switching = std::get_if<SwitchingCoRunner>(&config)) {
    switch_period_ = switching->period;
    for (const AppConfig& app : switching->apps) apps_.push_back(make_app(app));
  } else if (const auto* steady = std::get_if<SteadyCoRunner>(&config)) {
    apps_.push_back(make_app(*steady));
  } else if (const auto* bursty = std::get_if<BurstyCoRunner>(&config)) {
    apps_.push_back(make_app(*bursty));
  } else {
    apps_.push_back({});
  }
}

CoRunnerProcess::App CoRunnerProcess::make_app(const AppConfig& config) {
  App app;
  if (const auto* steady = std::get_if<SteadyCoRunner>(&config)) {
    app.calm = {steady->cpu, steady->memory};
  } else if (const auto* c = std::get_if<BurstyCoRunner>(&config)) {
    app.bursty = true;
    app.calm = c->pause.load();
    app.burst = c->burst.load();
    app.burst_median_s = to_seconds(c->burst_median);
    app.burst_sigma = std::log(to_seconds(c->burst_p90) / app.burst_median_s) / kNormalP90;
    app.pause_mean_s = to_seconds(c->pause_mean);
  }
  return app;
}

bool CoRunnerProcess::advance(CoRunnerState& state, Time now, const RandomField& random,
                              std::uint32_t phone) const {
  if (state.started && now < state.until) return false;
  const CoRunnerLoad before = state.load;
  if (!state.started) {
    start_app(state, kStart, random, phone);
    state.started = true;
  }
  while (state.until <= now) {
    const Time at = state.until;
    const bool switches = switch_period_ > Duration::zero() &&
                          at.time_since_epoch() % switch_period_ == Duration::zero();
    if (switches) {
      state.app = static_cast<std::uint16_t>((at.time_since_epoch() / switch_period_) %
                                             static_cast<std::int64_t>(apps_.size()));
      start_app(state, at, random, phone);
    } else {
      next_activity(state, at, random, phone);
    }
  }
  return !(state.load == before);
}

void CoRunnerProcess::start_app(CoRunnerState& state, Time at, const RandomField& random,
                                std::uint32_t phone) const {
  state.burst = true;  // so that the app begins with a pause
  next_activity(state, at, random, phone);
}

void CoRunnerProcess::next_activity(CoRunnerState& state, Time at, const RandomField& random,
                                    std::uint32_t phone) const {
  const App& app = apps_[state.app];
  state.burst = app.bursty && !state.burst;
  state.load = state.burst ? app.burst : app.calm;
  state.until = kNever;
  if (app.bursty) {
    Draw draw = random.at(Stream::kCoRunner, phone, state.draw++);
    const double length_s = state.burst
                                ? draw.log_normal_median(app.burst_median_s, app.burst_sigma)
                                : draw.exponential(app.pause_mean_s);
    state.until = at + std::max(from_seconds(std::min(length_s, kLongestPhaseS)), Duration(1));
  }
  if (switch_period_ > Duration::zero()) {
    const Time next_switch = kStart + switch_period_ * (at.time_since_epoch() / switch_period_ + 1);
    state.until = std::min(state.until, next_switch);
  }
}

}  // namespace autoscale
