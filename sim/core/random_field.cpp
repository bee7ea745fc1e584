// The distributions, kept out of the header so that Boost is included once.
#include "sim/core/random_field.h"

#include <boost/random/normal_distribution.hpp>
#include <cmath>

#include "sim/core/check.h"

namespace autoscale {

double Draw::normal() { return boost::random::normal_distribution<double>()(*this); }

double Draw::exponential(double mean) { return -mean * std::log(uniform()); }

double Draw::log_normal_unit_mean(double cv) {
  const double variance = std::log1p(cv * cv);
  return std::exp(std::sqrt(variance) * normal() - variance / 2);
}

double Draw::log_normal_median(double median, double sigma) {
  return median * std::exp(sigma * normal());
}

// Multiplication and rejection (Lemire, ACM TOMACS 29(1), 2019): the high word of n times a random
// word is the result, and the 2^32 mod n products with the smallest low words are rejected, which
// leaves every result equally many.
std::uint32_t Draw::below(std::uint32_t n) {
  AUTOSCALE_CHECK(n > 0, "no number is below zero");
  const std::uint32_t rejected = (0 - n) % n;
  std::uint64_t product = 0;
  do {
    product = std::uint64_t{n} * (*this)();
  } while (static_cast<std::uint32_t>(product) < rejected);
  return static_cast<std::uint32_t>(product >> 32);
}

}  // namespace autoscale
