#include "sim/system/prospect.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "sim/system/generation_cost.h"
#include "sim/system/reward.h"

namespace autoscale {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

/// exp(mu + sigma Z), Z standard normal, sigma > 0.
struct LogNormal {
  double mu = 0;
  double sigma = 1;

  /// P(X <= x).
  double probability(double x) const { return x <= 0 ? 0 : normal_cdf((std::log(x) - mu) / sigma); }
  /// E[X; X <= x].
  double partial_mean(double x) const {
    if (x <= 0) return 0;
    return std::exp(mu + sigma * sigma / 2) * normal_cdf((std::log(x) - mu) / sigma - sigma);
  }
};

LogNormal unit_mean(double cv) {
  const double variance = std::log1p(cv * cv);
  return {-variance / 2, std::sqrt(variance)};
}

/// a + b x.
struct Affine {
  double a = 0;
  double b = 0;

  double at(double x) const { return a + b * x; }
  /// Where it reaches y; infinity if it never rises.
  double reaches(double y) const { return b > 0 ? (y - a) / b : kInfinity; }
};

Affine through(double x0, double y0, double x1, double y1) {
  const double slope = (y1 - y0) / (x1 - x0);
  return {y0 - slope * x0, slope};
}

/// What does not depend on the random variable.
struct Judge {
  bool accurate = false;
  double reference_j = 0;
  double qos_s = 0;

  double reward(double latency_s, double energy_j) const {
    return reward_of(SoundReward{}, {.energy_j = energy_j,
                                     .reference_j = reference_j,
                                     .latency_s = latency_s,
                                     .qos_s = qos_s,
                                     .qos_met = latency_s <= qos_s,
                                     .accuracy_met = accurate});
  }
};

/// Adds up expectations over pieces of a random variable's range.
class Sum {
 public:
  Sum(const Judge& judge, double weight, Prospect& total)
      : judge_(judge), weight_(weight), total_(total) {}

  /// The whole of a variable that always has the same value.
  void add_certain(double latency_s, double energy_j) {
    total_.reward += weight_ * judge_.reward(latency_s, energy_j);
    total_.late += weight_ * (latency_s > judge_.qos_s);
    total_.energy_j += weight_ * energy_j;
    total_.latency_s += weight_ * latency_s;
  }

  /// The piece low < x <= high, in which latency and energy are affine and do not fall.
  void add(const LogNormal& x, double low, double high, const Affine& latency,
           const Affine& energy) {
    std::array<double, 5> ends = {low, latency.reaches(judge_.qos_s),
                                  latency.reaches(10 * judge_.qos_s),
                                  energy.reaches(2 * judge_.reference_j), high};
    for (double& end : ends) end = std::clamp(end, low, high);
    std::sort(ends.begin(), ends.end());
    for (std::size_t i = 1; i < ends.size(); ++i) {
      if (ends[i - 1] < ends[i]) add_smooth(x, ends[i - 1], ends[i], latency, energy);
    }
  }

 private:
  /// A piece within which the reward is affine too.
  void add_smooth(const LogNormal& x, double low, double high, const Affine& latency,
                  const Affine& energy) {
    const double p = x.probability(high) - x.probability(low);
    const double m = x.partial_mean(high) - x.partial_mean(low);
    // Two points inside the piece, on the same side of every step.
    const double x0 = std::isinf(high) ? 2 * low + 1 : low + (high - low) / 3;
    const double x1 = std::isinf(high) ? 4 * low + 2 : low + (high - low) * 2 / 3;
    if (x0 >= x1) return;  // too narrow to weigh anything
    const Affine reward = through(x0, judge_.reward(latency.at(x0), energy.at(x0)), x1,
                                  judge_.reward(latency.at(x1), energy.at(x1)));
    total_.reward += weight_ * (reward.a * p + reward.b * m);
    total_.late += weight_ * (latency.at(x0) > judge_.qos_s ? p : 0);
    total_.energy_j += weight_ * (energy.a * p + energy.b * m);
    total_.latency_s += weight_ * (latency.a * p + latency.b * m);
  }

  const Judge& judge_;
  double weight_;
  Prospect& total_;
};

/// Adds a piece of which the later of two affine latencies counts.
void add_later(Sum& sum, const LogNormal& x, double low, double high, const Affine& one,
               const Affine& other, const Affine& energy) {
  const double meet = (other.a - one.a) / (one.b - other.b);
  const bool meets = meet > low && meet < high;  // false too where they are parallel
  const auto later = [&](double at) -> const Affine& {
    return one.at(at) >= other.at(at) ? one : other;
  };
  const auto inside = [](double from, double to) {
    return std::isinf(to) ? 2 * from + 1 : from + (to - from) / 2;
  };
  if (meets) sum.add(x, low, meet, later(inside(low, meet)), energy);
  const double from = meets ? meet : low;
  sum.add(x, from, high, later(inside(from, high)), energy);
}

/// Adds the expectation over `x` of a cost that is affine between `kinks` (ascending, positive); of a
/// generative request what the first token and the others cost is.
template <class CostAt>
void add_pieces(Sum& sum, const LogNormal& x, const std::vector<double>& kinks,
                const RequestModel& request, CostAt&& cost_at) {
  double low = 0;
  Cost at_low = cost_at(low);
  for (std::size_t i = 0; i <= kinks.size(); ++i) {
    const bool last = i == kinks.size();
    const double high = last ? 2 * low + 1 : kinks[i];
    const Cost at_high = cost_at(high);
    const double end = last ? kInfinity : high;
    const Affine energy = through(low, at_low.energy_j, high, at_high.energy_j);
    if (request.token_weight > 0) {
      const double weight = request.token_weight;
      add_later(sum, x, low, end, through(low, at_low.ttft_s, high, at_high.ttft_s),
                through(low, weight * at_low.tpot_s, high, weight * at_high.tpot_s), energy);
    } else {
      sum.add(x, low, end, through(low, at_low.latency_s, high, at_high.latency_s), energy);
    }
    low = high;
    at_low = at_high;
  }
}

/// Round trips at which a pause of a cold transfer vanishes.
void add_slow_start_kinks(const SlowStart& slow_start, double bits, double rate_bps,
                          std::vector<double>& kinks) {
  slow_start.each_round(
      bits, [&](double window) { kinks.push_back(slow_start.shortest_rtt_s(window, rate_bps)); });
}

/// The round trip from which on the request does not wait for a worker, which is free in
/// `free_in_s`; infinity if it never waits. `kinks`: between which its arrival is affine.
double queue_kink(const RequestModel& request, const ActionModel& action, const Conditions& now,
                  double free_in_s, const std::vector<double>& kinks) {
  const auto arrival = [&](double rtt_s) {
    Conditions at = now;
    at.rtt_s[link_of(action.site)] = rtt_s;
    at.free_in_s = {};
    const Cost cost = predict(request, action, at);
    const double first_s = request.generative() ? cost.ttft_s : cost.latency_s;
    return first_s - now.waited_s - rtt_s / 2 - cost.seconds[Stage::kService] -
           cost.seconds[Stage::kDownload];
  };
  if (arrival(0) >= free_in_s) return kInfinity;
  double low = 0;
  for (const double kink : kinks) {
    if (arrival(kink) >= free_in_s) {
      return through(low, arrival(low), kink, arrival(kink)).reaches(free_in_s);
    }
    low = kink;
  }
  return through(low, arrival(low), 2 * low + 1, arrival(2 * low + 1)).reaches(free_in_s);
}

/// Round trips at which the cost of a remote action has a kink, ascending and positive.
std::vector<double> kinks_of(const RequestModel& request, const ActionModel& action,
                             const Conditions& now) {
  const std::size_t l = link_of(action.site);
  std::vector<double> kinks;
  if (now.cold[l]) {
    const SlowStart& slow_start = request.slow_start[l];
    const LinkConditions& link = now.link[l];
    add_slow_start_kinks(slow_start, request.up_bits, link.up_bps * now.air_share[l], kinks);
    add_slow_start_kinks(slow_start, request.down_bits, link.down_bps * now.air_share[l], kinks);
  }
  std::erase_if(kinks, [](double kink) { return kink <= 0; });
  std::sort(kinks.begin(), kinks.end());
  kinks.erase(std::unique(kinks.begin(), kinks.end()), kinks.end());
  const double free_in_s = now.free_in_s[action.site == Site::kTablet][action.pool];
  const double queue = queue_kink(request, action, now, free_in_s, kinks);
  if (!std::isinf(queue)) kinks.insert(std::lower_bound(kinks.begin(), kinks.end(), queue), queue);
  return kinks;
}

/// The factor on the server's time from which on it, and not the link, holds the tokens up.
std::vector<double> stream_kinks(const RequestModel& request, const ActionModel& action,
                                 const Conditions& now) {
  if (!request.generative()) return {};
  const std::size_t l = link_of(action.site);
  const double made_s = request.courses[action.course].work.decode(now.tokens).total();
  const double sent_s =
      stream_bits(request, now.tokens) / (now.link[l].down_bps * now.air_share[l]);
  return made_s > 0 ? std::vector<double>{sent_s / made_s} : std::vector<double>{};
}

/// Points and weights of Gauss-Hermite quadrature for a standard normal variable.
struct Node {
  double z;
  double weight;
};
constexpr Node kNodes[] = {{0, 0.45714285714285713},
                           {1.1544053947399682, 0.24012317860501272},
                           {-1.1544053947399682, 0.24012317860501272},
                           {2.3667594107345415, 0.03075712396758651},
                           {-2.3667594107345415, 0.03075712396758651},
                           {3.750439717725742, 0.0005482688559722179},
                           {-3.750439717725742, 0.0005482688559722179}};

class Remote {
 public:
  Remote(const DnnOnType& dnn, const ActionModel& action, const Conditions& mean)
      : request_(dnn.request),
        action_(action),
        link_(link_of(action.site)),
        tablet_(action.site == Site::kTablet),
        now_(mean) {}

  Cost cost(double rtt_s, double factor) {
    now_.rtt_s[link_] = rtt_s;
    now_.service_noise[tablet_][action_.pool] = factor;
    return predict(request_, action_, now_);
  }

  /// Both the round trip and the server's factor vary.
  void add(const Judge& judge, const LogNormal& rtt, double cv, Prospect& total) {
    const std::vector<double> kinks = kinks_of(request_, action_, now_);
    if (cv == 0) return add_round_trip(judge, rtt, kinks, 1, 1, total);
    const LogNormal factor = unit_mean(cv);
    for (const Node& node : kNodes) {
      add_round_trip(judge, rtt, kinks, node.weight, std::exp(factor.mu + factor.sigma * node.z),
                     total);
    }
  }

 private:
  void add_round_trip(const Judge& judge, const LogNormal& rtt, const std::vector<double>& kinks,
                      double weight, double factor, Prospect& total) {
    Sum sum(judge, weight, total);
    add_pieces(sum, rtt, kinks, request_, [&](double rtt_s) { return cost(rtt_s, factor); });
  }

  const RequestModel& request_;
  const ActionModel& action_;
  std::size_t link_;
  bool tablet_;
  Conditions now_;
};

}  // namespace

Prospect prospect(const DnnOnType& dnn, ActionId id, const Conditions& mean,
                  const RoundTrip& round_trip, double qos_s, bool noise) {
  const ActionModel& action = dnn.actions[id];
  const Judge judge{action.accurate, dnn.reference_for(mean.tokens), qos_s};
  const double cv = noise ? action.noise_cv : 0;
  Prospect total;
  Sum certain(judge, 1, total);
  if (action.site == Site::kPhone) {
    const auto cost_at = [&](double factor) {
      Conditions now = mean;
      now.local_noise[action.processor] = factor;
      return predict(dnn.request, action, now);
    };
    if (cv == 0) {
      const Cost cost = cost_at(1);
      certain.add_certain(cost.latency_s, cost.energy_j);
    } else {
      add_pieces(certain, unit_mean(cv), {}, dnn.request, cost_at);
    }
    return total;
  }
  Remote remote(dnn, action, mean);
  const double fixed_rtt_s = noise ? round_trip.median_s : mean.rtt_s[link_of(action.site)];
  if (noise && round_trip.sigma > 0 && round_trip.median_s > 0) {
    remote.add(judge, {std::log(round_trip.median_s), round_trip.sigma}, cv, total);
  } else if (cv > 0) {
    add_pieces(certain, unit_mean(cv), stream_kinks(dnn.request, action, mean), dnn.request,
               [&](double factor) { return remote.cost(fixed_rtt_s, factor); });
  } else {
    const Cost cost = remote.cost(fixed_rtt_s, 1);
    certain.add_certain(cost.latency_s, cost.energy_j);
  }
  return total;
}

}  // namespace autoscale
