// What a few replications say: means with confidence intervals, differences and ratios in pairs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace autoscale {

/// A sample's mean. The interval holds the true mean with 95 % confidence if the values are
/// independent and about normal (Student's t).
struct Estimate {
  std::size_t n = 0;
  double mean = 0;
  double sd = 0;    // of the values; like the interval only from n = 2 on
  double half = 0;  // of the interval's width

  bool has_interval() const { return n > 1; }
  double low() const { return mean - half; }
  double high() const { return mean + half; }
};

/// NaN stands for a missing value.
Estimate estimate(std::span<const double> values);

/// Of a[i] - b[i] and of a[i] / b[i], over the places where both are there (and b is not zero).
Estimate paired_difference(std::span<const double> a, std::span<const double> b);
Estimate paired_ratio(std::span<const double> a, std::span<const double> b);

/// The 97.5 % quantile of Student's t with so many degrees of freedom.
double t_quantile(std::size_t degrees);

/// The time by which half of all have had their event, by the product-limit estimator (Kaplan and
/// Meier, 1958): `events` are the times of those that had it, `censored` those until which the
/// others were watched without it. Nothing if fewer than half would.
std::optional<double> kaplan_meier_median(std::vector<std::uint32_t> events,
                                          std::vector<std::uint32_t> censored);

/// How many more values would make the interval exclude zero if mean and standard deviation stay as
/// they are: 0 if it does already, nothing if no number of them would be expected to.
std::optional<std::size_t> more_to_settle(const Estimate& difference);

}  // namespace autoscale
