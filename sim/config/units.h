// Physical values as text with a unit, "5 ms" or "-80 dBm", and back.
//
// A number is written as in JSON, so 010, 1_000, .5, 0x10, nan and inf are none. Reading and
// writing shift the decimal exponent instead of multiplying: "825.6 MHz" is the double nearest to
// 825600000, and whatever is written reads back as exactly the same value. A Duration is read in
// exact integer arithmetic, rounded up to whole nanoseconds.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sim/core/quantity.h"
#include "sim/core/time.h"

namespace autoscale::config {

/// One unit: a value in the base unit is number x 10^exponent x multiplier.
struct Unit {
  std::string_view name;
  int exponent = 0;
  int multiplier = 1;
};

/// A kind of physical value and the units it may be written in. The base unit is that of value(),
/// for a duration the nanosecond.
struct Dimension {
  std::string_view noun;     // "a power"
  std::string_view example;  // "5 W"
  std::span<const Unit> units;

  /// The unit called `name`, or nullptr.
  const Unit* find(std::string_view name) const;
  /// "W, mW, uW".
  std::string unit_names() const;
  /// A regular expression (ECMA 262) for a number with one of the units.
  std::string pattern() const;
};

extern const Dimension kTimeDimension, kPowerDimension, kEnergyDimension, kFrequencyDimension,
    kDataDimension, kDataRateDimension, kComputeDimension, kVoltageDimension, kChargeDimension,
    kTemperatureDifferenceDimension, kThermalResistanceDimension, kPowerPerRateDimension,
    kTemperatureDimension, kPowerLevelDimension, kPowerRatioDimension, kCountRateDimension;

/// The dimension of a C++ type; not a pointer when it has none.
template <class T>
inline constexpr bool kDimension = false;
template <>
inline constexpr const Dimension* kDimension<Duration> = &kTimeDimension;
template <>
inline constexpr const Dimension* kDimension<Watts> = &kPowerDimension;
template <>
inline constexpr const Dimension* kDimension<Joules> = &kEnergyDimension;
template <>
inline constexpr const Dimension* kDimension<Hertz> = &kFrequencyDimension;
template <>
inline constexpr const Dimension* kDimension<PerSecond> = &kCountRateDimension;
template <>
inline constexpr const Dimension* kDimension<Bits> = &kDataDimension;
template <>
inline constexpr const Dimension* kDimension<BitsPerSecond> = &kDataRateDimension;
template <>
inline constexpr const Dimension* kDimension<Macs> = &kComputeDimension;
template <>
inline constexpr const Dimension* kDimension<Volts> = &kVoltageDimension;
template <>
inline constexpr const Dimension* kDimension<AmpereHours> = &kChargeDimension;
template <>
inline constexpr const Dimension* kDimension<Kelvins> = &kTemperatureDifferenceDimension;
template <>
inline constexpr const Dimension* kDimension<KelvinsPerWatt> = &kThermalResistanceDimension;
template <>
inline constexpr const Dimension* kDimension<WattsPerBitPerSecond> = &kPowerPerRateDimension;
template <>
inline constexpr const Dimension* kDimension<Celsius> = &kTemperatureDimension;
template <>
inline constexpr const Dimension* kDimension<Dbm> = &kPowerLevelDimension;
template <>
inline constexpr const Dimension* kDimension<Db> = &kPowerRatioDimension;

// Asks for the type: comparing the pointer is no constant expression under GCC's sanitizers.
template <class T>
concept Physical = std::is_pointer_v<std::remove_const_t<decltype(kDimension<T>)>>;

/// A value, or why the text has none.
template <class T>
struct Parsed {
  T value{};
  std::string error;

  bool ok() const { return error.empty(); }
};

/// What is wrong with the unknown unit `name`: "expected one of the units W, mW, uW, got 'ms'".
std::string unit_name_error(const Dimension& dimension, std::string_view name);

/// Whether `text` is a number as JSON writes it.
bool is_number(std::string_view text);

/// Reads a bare number; the error is a reason such as "out of range".
Parsed<double> parse_number(std::string_view text);

/// Reads a bare number that counts `unit`s, into base units or nanoseconds.
Parsed<double> parse_double_in_unit(std::string_view number, const Unit& unit);
Parsed<Duration> parse_duration_in_unit(std::string_view number, const Unit& unit);

template <Physical T>
Parsed<T> parse_in_unit(std::string_view number, const Unit& unit) {
  if constexpr (std::is_same_v<T, Duration>) {
    return parse_duration_in_unit(number, unit);
  } else {
    const Parsed<double> base = parse_double_in_unit(number, unit);
    return {T(base.value), base.error};
  }
}

struct NumberAndUnit {
  std::string_view number;
  const Unit* unit = nullptr;
};

/// Splits "5 ms" into its number and its unit; a bare zero gets any unit. The error says what was
/// expected and what is wrong.
Parsed<NumberAndUnit> split_unit(std::string_view text, const Dimension& dimension);

/// "a power such as '5 W'".
std::string example_text(const Dimension& dimension);

/// "expected a power such as '5 W', got 'text'", with `reason` in parentheses unless it is empty.
std::string unit_error(const Dimension& dimension, std::string_view text, std::string_view reason);

/// Reads "5 ms" as a T.
template <Physical T>
Parsed<T> parse_text(std::string_view text) {
  const Parsed<NumberAndUnit> split = split_unit(text, *kDimension<T>);
  if (!split.ok()) return {T{}, split.error};
  Parsed<T> parsed = parse_in_unit<T>(split.value.number, *split.value.unit);
  if (!parsed.ok()) parsed.error = unit_error(*kDimension<T>, text, parsed.error);
  return parsed;
}

/// Whether values may be written in `unit`: only if dividing by its multiplier is exact.
bool is_written(const Unit& unit);

/// The decimal number that parse_in_unit reads as this value. `unit` must be one that is_written.
std::string number_in_unit(double base, const Unit& unit);
std::string number_in_unit(Duration duration, const Unit& unit);
template <class Q>
std::string number_in_unit(Q quantity, const Unit& unit) requires requires {
  quantity.value();
}
{ return number_in_unit(quantity.value(), unit); }

/// Writes a finite value in the unit that gives the shortest text; parse_text reads it back
/// exactly.
template <Physical T>
std::string format_text(T value) {
  std::string best;
  for (const Unit& unit : kDimension<T>->units) {
    if (!is_written(unit)) continue;
    std::string text = number_in_unit(value, unit) + " " + std::string(unit.name);
    if (best.empty() || text.size() < best.size()) best = std::move(text);
  }
  return best;
}

}  // namespace autoscale::config
