// Physical quantities: a double tagged with its dimension, so that adding watts to joules does not
// compile.
//
// Only the products that the models need exist, each in one order of its operands; everything else
// is an error at the place of the mistake. A quantity costs what a double costs.
#pragma once

#include <compare>

#include "sim/core/time.h"

namespace autoscale {

/// An amount of dimension `Dim` in SI base units (or the unit its alias below names). Zero by
/// default.
template <class Dim>
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(double value) : value_(value) {}

  constexpr double value() const { return value_; }

  constexpr Quantity operator-() const { return Quantity(-value_); }
  constexpr Quantity& operator+=(Quantity other) { return *this = *this + other; }
  constexpr Quantity& operator-=(Quantity other) { return *this = *this - other; }

  friend constexpr Quantity operator+(Quantity a, Quantity b) {
    return Quantity(a.value_ + b.value_);
  }
  friend constexpr Quantity operator-(Quantity a, Quantity b) {
    return Quantity(a.value_ - b.value_);
  }
  friend constexpr Quantity operator*(Quantity a, double factor) {
    return Quantity(a.value_ * factor);
  }
  friend constexpr Quantity operator*(double factor, Quantity a) { return a * factor; }
  friend constexpr Quantity operator/(Quantity a, double divisor) {
    return Quantity(a.value_ / divisor);
  }
  friend constexpr double operator/(Quantity a, Quantity b) { return a.value_ / b.value_; }
  friend constexpr auto operator<=>(Quantity, Quantity) = default;

 private:
  double value_ = 0;
};

/// A reading on a scale whose zero is a convention: readings have differences of type `Difference`
/// but no sums.
template <class Scale, class Difference>
class Reading {
 public:
  constexpr Reading() = default;
  constexpr explicit Reading(double value) : value_(value) {}

  constexpr double value() const { return value_; }

  friend constexpr Difference operator-(Reading a, Reading b) {
    return Difference(a.value_ - b.value_);
  }
  friend constexpr Reading operator+(Reading a, Difference d) {
    return Reading(a.value_ + d.value());
  }
  friend constexpr Reading operator-(Reading a, Difference d) { return a + -d; }
  friend constexpr auto operator<=>(Reading, Reading) = default;

 private:
  double value_ = 0;
};

using Watts = Quantity<struct PowerDim>;
using Joules = Quantity<struct EnergyDim>;
using Hertz = Quantity<struct FrequencyDim>;
/// Things counted, such as tokens, per second.
using PerSecond = Quantity<struct CountRateDim>;
using Bits = Quantity<struct InformationDim>;
using BitsPerSecond = Quantity<struct BitRateDim>;
/// Multiply-accumulate operations.
using Macs = Quantity<struct ComputationDim>;
using Volts = Quantity<struct VoltageDim>;
/// Not the SI unit of charge, but the one in which batteries are sold.
using AmpereHours = Quantity<struct ChargeDim>;
/// A difference of temperatures.
using Kelvins = Quantity<struct TemperatureDim>;
using KelvinsPerWatt = Quantity<struct ThermalResistanceDim>;
using WattsPerBitPerSecond = Quantity<struct PowerPerBitRateDim>;
/// A ratio of powers, in decibels.
using Db = Quantity<struct PowerRatioDim>;

/// A temperature.
using Celsius = Reading<struct CelsiusScale, Kelvins>;
/// A power level relative to one milliwatt, in decibels.
using Dbm = Reading<struct DbmScale, Db>;

constexpr Joules operator*(Watts power, Duration time) {
  return Joules(power.value() * to_seconds(time));
}

/// The mean power over `time`; infinite or NaN when `time` is zero.
constexpr Watts operator/(Joules energy, Duration time) {
  return Watts(energy.value() / to_seconds(time));
}

constexpr Watts operator*(WattsPerBitPerSecond slope, BitsPerSecond rate) {
  return Watts(slope.value() * rate.value());
}

constexpr Kelvins operator*(KelvinsPerWatt resistance, Watts power) {
  return Kelvins(resistance.value() * power.value());
}

constexpr Joules operator*(Volts voltage, AmpereHours charge) {
  constexpr double kSecondsPerHour = 3600;
  return Joules(voltage.value() * charge.value() * kSecondsPerHour);
}

/// The time `amount` takes at `rate`, rounded up to whole nanoseconds; nothing takes no time. Fails
/// a check when the rate is not positive or the amount is negative, throws as from_seconds does.
constexpr Duration transfer_time(Bits amount, BitsPerSecond rate) {
  AUTOSCALE_CHECK(rate.value() > 0, "a transfer at {} bit/s never ends", rate.value());
  return from_seconds(amount.value() / rate.value());
}

}  // namespace autoscale
