#include "sim/models/link.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace autoscale {
namespace {

template <class T>
std::vector<double> values_of(const SourcedList<T>& list) {
  std::vector<double> values;
  for (const auto& x : list.values) {
    if constexpr (std::is_same_v<T, double>) {
      values.push_back(x);
    } else {
      values.push_back(x.value());
    }
  }
  return values;
}

PiecewiseLinear make_law(const RateLawConfig& c, std::string_view name, const config::Mark& where,
                         config::Diagnostics& diagnostics) {
  const std::vector<double> signal = values_of(c.signal);
  const std::vector<double> rate = values_of(c.rate);
  if (signal.size() != rate.size() || signal.empty()) {
    diagnostics.error(where, fmt::format("{}: {} signal strengths but {} rates", name,
                                         signal.size(), rate.size()));
    return {};
  }
  if (!std::is_sorted(rate.begin(), rate.end())) {
    diagnostics.error(where, fmt::format("{}: the rate falls as the signal grows", name));
  }
  return {signal, rate};
}

PiecewiseLinear make_factor(const PowerFactorConfig& c, std::string_view name,
                            const config::Mark& where, config::Diagnostics& diagnostics) {
  const std::vector<double> signal = values_of(c.signal);
  const std::vector<double> factor = values_of(c.factor);
  if (signal.size() != factor.size() || signal.empty()) {
    diagnostics.error(where, fmt::format("{}: {} signal strengths but {} factors", name,
                                         signal.size(), factor.size()));
    return {};
  }
  return {signal, factor};
}

SlowStart make_slow_start(const SlowStartConfig& c) {
  SlowStart slow_start;
  slow_start.segment_bits = c.segment.value.value();
  slow_start.window_bits = c.initial_window.value * slow_start.segment_bits;
  if (c.idle_reset) slow_start.idle_reset_s = to_seconds(c.idle_timeout.value);
  return slow_start;
}

Promotion make_promotion(const std::optional<RadioStateConfig>& c) {
  if (!c) return {};
  return {to_seconds(c->time.value), c->power.value.value()};
}

RadioTail make_tail(const std::vector<TailStateConfig>& states, const config::Mark& where,
                    config::Diagnostics& diagnostics) {
  if (states.size() > RadioTail::kMostStates) {
    diagnostics.error(where, fmt::format("tail: {} states, at most {} are possible", states.size(),
                                         RadioTail::kMostStates));
    return {};
  }
  RadioTail tail;
  for (const TailStateConfig& state : states) {
    tail.add(
        {to_seconds(state.time.value), state.power.value.value(), make_promotion(state.promotion)});
  }
  return tail;
}

}  // namespace

double PiecewiseLinear::operator()(double x) const {
  if (x <= x_.front()) return y_.front();
  if (x >= x_.back()) return y_.back();
  const auto i = static_cast<std::size_t>(std::upper_bound(x_.begin(), x_.end(), x) - x_.begin());
  const double share = (x - x_[i - 1]) / (x_[i] - x_[i - 1]);
  return y_[i - 1] + share * (y_[i] - y_[i - 1]);
}

double PiecewiseLinear::inverse(double y) const {
  if (y <= y_.front()) return x_.front();
  const auto i = static_cast<std::size_t>(std::lower_bound(y_.begin(), y_.end(), y) - y_.begin());
  if (i == y_.size()) return x_.back();
  const double share = (y - y_[i - 1]) / (y_[i] - y_[i - 1]);
  return x_[i - 1] + share * (x_[i] - x_[i - 1]);
}

double LinkTechnology::rtt_mean_s() const {
  return rtt_median_s * std::exp(rtt_sigma * rtt_sigma / 2);
}

Promotion LinkTechnology::promotion_after(double idle_s) const {
  const RadioState* state = tail.state_after(idle_s);
  return state ? state->promotion : promotion;
}

LinkTechnology make_link_technology(std::string id, const LinkConfig& c, const config::Mark& where,
                                    config::Diagnostics& diagnostics) {
  LinkTechnology link;
  link.id = std::move(id);
  link.radio = c.name;
  link.signal = c.signal;
  link.regular_dbm = c.regular_signal.value.value();
  link.weak_dbm = c.weak_signal.value.value();
  link.weak_threshold_dbm = c.weak_threshold.value.value();
  link.uplink_bps = make_law(c.uplink, "uplink", where, diagnostics);
  link.downlink_bps = make_law(c.downlink, "downlink", where, diagnostics);
  link.tx_factor = make_factor(c.tx_power_factor, "tx_power_factor", where, diagnostics);
  if (c.rx_power_factor) {
    link.rx_factor = make_factor(*c.rx_power_factor, "rx_power_factor", where, diagnostics);
  }
  link.rtt_median_s = to_seconds(c.rtt.median.value);
  if (c.rtt.p90.value < c.rtt.median.value) {
    diagnostics.error(where, "rtt: the 90th percentile is below the median");
  } else if (link.rtt_median_s > 0) {
    link.rtt_sigma = std::log(to_seconds(c.rtt.p90.value) / link.rtt_median_s) / kNormalP90;
  }
  if (c.rtt.correlation_time) link.rtt_correlation_s = to_seconds(c.rtt.correlation_time->value);
  if (c.slow_start) link.slow_start = make_slow_start(*c.slow_start);
  link.promotion = make_promotion(c.promotion);
  if (c.tail) link.tail = make_tail(c.tail->items, where, diagnostics);
  return link;
}

LinkConditions link_conditions(const LinkTechnology& link, const RadioPower& radio,
                               double signal_dbm, double rate_bps) {
  LinkConditions now;
  now.signal_dbm = signal_dbm;
  now.up_bps = rate_bps > 0 ? rate_bps : link.uplink_bps(signal_dbm);
  now.down_bps = rate_bps > 0 ? rate_bps : link.downlink_bps(signal_dbm);
  now.tx_w = (radio.tx_w + radio.tx_w_per_bps * now.up_bps) * link.tx_factor(signal_dbm);
  now.rx_w = (radio.rx_w + radio.rx_w_per_bps * now.down_bps) * link.rx_factor(signal_dbm);
  return now;
}

}  // namespace autoscale
