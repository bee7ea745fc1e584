#include "sim/results/statistics.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <utility>
#include <vector>

namespace autoscale {
namespace {

/// Both values of the pairs that are whole.
template <class Combine>
Estimate paired(std::span<const double> a, std::span<const double> b, Combine combine) {
  std::vector<double> values;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    values.push_back(combine(a[i], b[i]));
  return estimate(values);
}

}  // namespace

Estimate estimate(std::span<const double> values) {
  Estimate e;
  double sum = 0;
  for (const double x : values) {
    if (!std::isfinite(x)) continue;
    ++e.n;
    sum += x;
  }
  if (e.n == 0) return e;
  e.mean = sum / static_cast<double>(e.n);
  if (e.n < 2) return e;
  double squares = 0;
  for (const double x : values) {
    if (std::isfinite(x)) squares += (x - e.mean) * (x - e.mean);
  }
  e.sd = std::sqrt(squares / static_cast<double>(e.n - 1));
  e.half = t_quantile(e.n - 1) * e.sd / std::sqrt(static_cast<double>(e.n));
  return e;
}

Estimate paired_difference(std::span<const double> a, std::span<const double> b) {
  return paired(a, b, [](double x, double y) { return x - y; });
}

Estimate paired_ratio(std::span<const double> a, std::span<const double> b) {
  return paired(a, b, [](double x, double y) { return x / y; });  // by zero: not finite, left out
}

double t_quantile(std::size_t degrees) {
  // Asked a million times for the same number, it would take most of the time of writing results.
  thread_local std::pair<std::size_t, double> last{0, 0};
  if (last.first != degrees) {
    last = {degrees,
            boost::math::quantile(
                boost::math::students_t_distribution<double>(static_cast<double>(degrees)), 0.975)};
  }
  return last.second;
}

std::optional<double> kaplan_meier_median(std::vector<std::uint32_t> events,
                                          std::vector<std::uint32_t> censored) {
  std::sort(events.begin(), events.end());
  std::sort(censored.begin(), censored.end());
  double surviving = 1;
  for (std::size_t i = 0; i < events.size(); ++i) {
    // Who is censored at the time of an event was still at risk then.
    const auto gone = std::lower_bound(censored.begin(), censored.end(), events[i]);
    const std::size_t at_risk = events.size() - i + static_cast<std::size_t>(censored.end() - gone);
    surviving *= 1 - 1 / static_cast<double>(at_risk);
    if (surviving <= 0.5 + 1e-12) return events[i];
  }
  return std::nullopt;
}

std::optional<std::size_t> more_to_settle(const Estimate& d) {
  constexpr std::size_t kMost = 1'000'000;
  if (!d.has_interval() || d.mean == 0) return std::nullopt;
  const auto settled = [&](std::size_t n) {
    return t_quantile(n - 1) * d.sd < std::abs(d.mean) * std::sqrt(static_cast<double>(n));
  };
  if (settled(d.n)) return 0;
  // t falls and the root grows with n, so there is one place where it turns.
  std::size_t open = d.n, enough = 2 * d.n;
  while (!settled(enough)) {
    if (enough > kMost) return std::nullopt;
    open = enough;
    enough *= 2;
  }
  while (enough - open > 1) {
    const std::size_t middle = open + (enough - open) / 2;
    (settled(middle) ? enough : open) = middle;
  }
  return enough - d.n;
}

}  // namespace autoscale
