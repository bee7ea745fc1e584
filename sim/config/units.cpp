// The table of units, and decimal arithmetic on number texts.
#include "sim/config/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "sim/config/diagnostics.h"

namespace autoscale::config {
namespace {

// The base unit of time is the nanosecond: 1 min = 6 x 10^10 ns, 1 h = 36 x 10^11 ns.
constexpr std::array<Unit, 6> kTimeUnits{
    {{"ns", 0}, {"us", 3}, {"ms", 6}, {"s", 9}, {"min", 10, 6}, {"h", 11, 36}}};
constexpr std::array<Unit, 3> kPowerUnits{{{"W", 0}, {"mW", -3}, {"uW", -6}}};
constexpr std::array<Unit, 2> kEnergyUnits{{{"J", 0}, {"mJ", -3}}};
constexpr std::array<Unit, 4> kFrequencyUnits{{{"Hz", 0}, {"kHz", 3}, {"MHz", 6}, {"GHz", 9}}};
constexpr std::array<Unit, 1> kCountRateUnits{{{"/s", 0}}};
constexpr std::array<Unit, 8> kDataUnits{{{"bit", 0},
                                          {"kbit", 3},
                                          {"Mbit", 6},
                                          {"Gbit", 9},
                                          {"B", 0, 8},
                                          {"kB", 3, 8},
                                          {"MB", 6, 8},
                                          {"GB", 9, 8}}};
constexpr std::array<Unit, 4> kDataRateUnits{
    {{"bit/s", 0}, {"kbit/s", 3}, {"Mbit/s", 6}, {"Gbit/s", 9}}};
constexpr std::array<Unit, 4> kComputeUnits{{{"MAC", 0}, {"kMAC", 3}, {"MMAC", 6}, {"GMAC", 9}}};
constexpr std::array<Unit, 2> kVoltageUnits{{{"V", 0}, {"mV", -3}}};
constexpr std::array<Unit, 2> kChargeUnits{{{"Ah", 0}, {"mAh", -3}}};
constexpr std::array<Unit, 1> kTemperatureDifferenceUnits{{{"K", 0}}};
constexpr std::array<Unit, 1> kThermalResistanceUnits{{{"K/W", 0}}};
constexpr std::array<Unit, 3> kPowerPerRateUnits{
    {{"W/(bit/s)", 0}, {"W/(Mbit/s)", -6}, {"mW/(Mbit/s)", -9}}};
constexpr std::array<Unit, 1> kTemperatureUnits{{{"degC", 0}}};
constexpr std::array<Unit, 1> kPowerLevelUnits{{{"dBm", 0}}};
constexpr std::array<Unit, 1> kPowerRatioUnits{{{"dB", 0}}};

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t count_digits(std::string_view text, std::size_t from) {
  std::size_t end = from;
  while (end < text.size() && is_digit(text[end])) ++end;
  return end - from;
}

/// Length of the longest JSON number that `text` begins with; 0 when there is none.
std::size_t number_length(std::string_view text) {
  std::size_t i = text.starts_with('-') ? 1 : 0;
  const std::size_t whole = count_digits(text, i);
  if (whole == 0) return 0;
  i += text[i] == '0' ? 1 : whole;
  if (i < text.size() && text[i] == '.') {
    const std::size_t fraction = count_digits(text, i + 1);
    if (fraction == 0) return i;
    i += 1 + fraction;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    const bool has_sign = i + 1 < text.size() && (text[i + 1] == '-' || text[i + 1] == '+');
    const std::size_t first = i + 1 + (has_sign ? 1 : 0);
    const std::size_t digits = count_digits(text, first);
    if (digits > 0) i = first + digits;
  }
  return i;
}

/// A number digits x 10^exponent, the digits without zeros at either end; zero has no digits.
struct Decimal {
  bool negative = false;
  std::string digits;
  int exponent = 0;
};

/// The exponent after 'e'. Beyond the range of int it becomes a number that no double has.
int parse_exponent(std::string_view text) {
  constexpr int kBeyondDouble = 100'000'000;
  if (text.starts_with('+')) text.remove_prefix(1);
  int exponent = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), exponent);
  if (result.ec == std::errc()) return std::clamp(exponent, -kBeyondDouble, kBeyondDouble);
  return text.starts_with('-') ? -kBeyondDouble : kBeyondDouble;
}

/// `number` must satisfy is_number.
Decimal parse_decimal(std::string_view number) {
  Decimal decimal;
  decimal.negative = number.starts_with('-');
  if (decimal.negative) number.remove_prefix(1);
  const std::size_t e = number.find_first_of("eE");
  if (e != std::string_view::npos) {
    decimal.exponent = parse_exponent(number.substr(e + 1));
    number = number.substr(0, e);
  }
  const std::size_t point = number.find('.');
  decimal.digits = number.substr(0, point);
  if (point != std::string_view::npos) {
    decimal.digits += number.substr(point + 1);
    decimal.exponent -= static_cast<int>(number.size() - point - 1);
  }
  const std::size_t last = decimal.digits.find_last_not_of('0');
  if (last == std::string::npos) return {decimal.negative, "", 0};
  decimal.exponent += static_cast<int>(decimal.digits.size() - last - 1);
  decimal.digits.resize(last + 1);
  decimal.digits.erase(0, decimal.digits.find_first_not_of('0'));
  return decimal;
}

/// Plain notation for the usual sizes and every 64-bit integer, else scientific.
std::string to_text(const Decimal& decimal) {
  const std::string sign = decimal.negative ? "-" : "";
  const std::string& digits = decimal.digits;
  if (digits.empty()) return sign + "0";
  const int count = static_cast<int>(digits.size());
  const int point = count + decimal.exponent;  // digits before the decimal point
  if (point < -4 || point > std::numeric_limits<std::int64_t>::digits10 + 1) {
    const std::string fraction = count > 1 ? "." + digits.substr(1) : "";
    return fmt::format("{}{}{}e{}", sign, digits[0], fraction, point - 1);
  }
  if (point <= 0) return fmt::format("{}0.{}{}", sign, std::string(-point, '0'), digits);
  if (decimal.exponent >= 0) return sign + digits + std::string(decimal.exponent, '0');
  return fmt::format("{}{}.{}", sign, digits.substr(0, point), digits.substr(point));
}

Parsed<double> to_double(const Decimal& decimal) {
  const std::string text =
      fmt::format("{}{}e{}", decimal.negative ? "-" : "",
                  decimal.digits.empty() ? "0" : decimal.digits, decimal.exponent);
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc()) return {0, "out of range"};
  return {value, ""};
}

/// `value` x 10^exponent, a fraction rounded up; nothing beyond 64 bits.
std::optional<std::int64_t> scale_up(std::int64_t value, int exponent) {
  constexpr int kMaxPower = 18;  // 10^18 is the largest power of ten in 64 bits
  if (exponent < -kMaxPower) return value > 0 ? 1 : 0;
  if (exponent > kMaxPower) return std::nullopt;
  std::int64_t power = 1;
  for (int i = 0; i < std::abs(exponent); ++i) power *= 10;
  if (exponent < 0) return value / power + (value % power > 0 ? 1 : 0);
  std::int64_t scaled = 0;
  if (__builtin_mul_overflow(value, power, &scaled)) return std::nullopt;
  return scaled;
}

Decimal decimal_of(double value) {
  std::array<char, 32> text;
  const auto result =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific);
  return parse_decimal(std::string_view(text.data(), result.ptr));
}

}  // namespace

constexpr Dimension kTimeDimension{"a duration", "5 ms", kTimeUnits};
constexpr Dimension kPowerDimension{"a power", "5 W", kPowerUnits};
constexpr Dimension kEnergyDimension{"an energy", "5 J", kEnergyUnits};
constexpr Dimension kFrequencyDimension{"a frequency", "800 MHz", kFrequencyUnits};
constexpr Dimension kCountRateDimension{"a rate", "100 /s", kCountRateUnits};
constexpr Dimension kDataDimension{"an amount of data", "150 kB", kDataUnits};
constexpr Dimension kDataRateDimension{"a data rate", "10 Mbit/s", kDataRateUnits};
constexpr Dimension kComputeDimension{"an amount of computation", "569 MMAC", kComputeUnits};
constexpr Dimension kVoltageDimension{"a voltage", "3.85 V", kVoltageUnits};
constexpr Dimension kChargeDimension{"a charge", "3000 mAh", kChargeUnits};
constexpr Dimension kTemperatureDifferenceDimension{"a temperature difference", "5 K",
                                                    kTemperatureDifferenceUnits};
constexpr Dimension kThermalResistanceDimension{"a thermal resistance", "8 K/W",
                                                kThermalResistanceUnits};
constexpr Dimension kPowerPerRateDimension{"a power per data rate", "77 mW/(Mbit/s)",
                                           kPowerPerRateUnits};
constexpr Dimension kTemperatureDimension{"a temperature", "25 degC", kTemperatureUnits};
constexpr Dimension kPowerLevelDimension{"a power level", "-80 dBm", kPowerLevelUnits};
constexpr Dimension kPowerRatioDimension{"a power ratio", "3 dB", kPowerRatioUnits};

const Unit* Dimension::find(std::string_view name) const {
  const auto found =
      std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == name; });
  return found == units.end() ? nullptr : &*found;
}

std::string Dimension::unit_names() const {
  std::vector<std::string_view> names;
  for (const Unit& unit : units) names.push_back(unit.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string Dimension::pattern() const {
  std::string alternatives;
  for (const Unit& unit : units) {
    if (!alternatives.empty()) alternatives += '|';
    for (const char c : unit.name) {
      if (c == '(' || c == ')') alternatives += '\\';
      alternatives += c;
    }
  }
  return R"(^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)? ?()" + alternatives + ")$";
}

bool is_number(std::string_view text) {
  return !text.empty() && number_length(text) == text.size();
}

Parsed<double> parse_number(std::string_view text) { return parse_double_in_unit(text, Unit{"1"}); }

Parsed<double> parse_double_in_unit(std::string_view number, const Unit& unit) {
  if (!is_number(number)) return {0, "not a number"};
  Decimal decimal = parse_decimal(number);
  decimal.exponent += unit.exponent;
  Parsed<double> parsed = to_double(decimal);
  parsed.value *= unit.multiplier;
  if (parsed.value - parsed.value != 0) return {0, "out of range"};
  return parsed;
}

Parsed<Duration> parse_duration_in_unit(std::string_view number, const Unit& unit) {
  if (!is_number(number)) return {Duration{}, "not a number"};
  const Decimal decimal = parse_decimal(number);
  if (decimal.digits.empty()) return {};
  const std::string digits = (decimal.negative ? "-" : "") + decimal.digits;
  std::int64_t value = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (result.ec != std::errc()) return {Duration{}, "too many digits"};
  if (__builtin_mul_overflow(value, unit.multiplier, &value)) return {Duration{}, "out of range"};
  const auto nanoseconds = scale_up(value, decimal.exponent + unit.exponent);
  if (!nanoseconds) return {Duration{}, "out of range"};
  return {Duration{*nanoseconds}, ""};
}

std::string example_text(const Dimension& dimension) {
  return fmt::format("{} such as '{}'", dimension.noun, dimension.example);
}

std::string unit_error(const Dimension& dimension, std::string_view text, std::string_view reason) {
  return fmt::format("expected {}, got '{}'{}", example_text(dimension), printable(text),
                     reason.empty() ? "" : fmt::format(" ({})", reason));
}

std::string unit_name_error(const Dimension& dimension, std::string_view name) {
  return fmt::format("expected one of the units {}, got '{}'", dimension.unit_names(),
                     printable(name));
}

Parsed<NumberAndUnit> split_unit(std::string_view text, const Dimension& dimension) {
  const auto fail = [&](std::string_view reason) {
    return Parsed<NumberAndUnit>{{}, unit_error(dimension, text, reason)};
  };
  constexpr std::string_view kNumberHint = "a number is written like 12, 0.5 or 1e-3";
  const std::size_t length = number_length(text);
  if (length == 0) {
    const bool looks_like_number = text.find_first_of("0123456789") < 2;
    return fail(looks_like_number ? kNumberHint : "");
  }
  const std::string_view number = text.substr(0, length);
  std::string_view name = text.substr(length);
  if (name.empty()) {
    if (parse_decimal(number).digits.empty()) return {{number, &dimension.units.front()}, ""};
    return fail("the unit is missing; units: " + dimension.unit_names());
  }
  if (name.find_first_of("0123456789._xX") == 0) return fail(kNumberHint);
  if (name.starts_with(' ')) name.remove_prefix(1);
  const Unit* unit = dimension.find(name);
  if (unit == nullptr) return fail("units: " + dimension.unit_names());
  return {{number, unit}, ""};
}

bool is_written(const Unit& unit) {
  return std::has_single_bit(static_cast<unsigned>(unit.multiplier));
}

std::string number_in_unit(double base, const Unit& unit) {
  Decimal decimal = decimal_of(base / unit.multiplier);
  decimal.exponent -= unit.exponent;
  return to_text(decimal);
}

std::string number_in_unit(Duration duration, const Unit& unit) {
  Decimal decimal = parse_decimal(std::to_string(duration.count()));
  decimal.exponent -= unit.exponent;
  return to_text(decimal);
}

}  // namespace autoscale::config
