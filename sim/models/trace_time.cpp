#include "sim/models/trace_time.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <utility>

#include "sim/config/diagnostics.h"

namespace autoscale {
namespace {

constexpr std::string_view kAuto = "auto";
constexpr std::string_view kIso = "iso8601";

struct NumberUnit {
  std::string_view name;
  double per_s;
};
constexpr std::array<NumberUnit, 4> kUnits = {{{"s", 1}, {"ms", 1e3}, {"us", 1e6}, {"ns", 1e9}}};

const NumberUnit* number_unit(std::string_view name) {
  for (const NumberUnit& unit : kUnits) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

/// Unix times of 2000 and of 2100, which no count of seconds, milliseconds, ... from the start of a
/// recording reaches by chance in the next smaller unit.
constexpr double kYear2000 = 946684800;
constexpr double kYear2100 = 4102444800;

/// The unit in which `number` is a Unix time of this century, if that is smaller than a second.
const NumberUnit* small_unix_unit(double number) {
  for (const NumberUnit& unit : kUnits) {
    if (unit.per_s == 1) continue;
    if (number >= kYear2000 * unit.per_s && number < kYear2100 * unit.per_s) return &unit;
  }
  return nullptr;
}

/// A moment as it is read piece by piece.
struct Moment {
  int year = 1970, month = 1, day = 1, hour = 0, minute = 0, offset_min = 0;
  double second = 0;

  std::optional<double> seconds() const {
    const std::chrono::year_month_day date(std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    if (!date.ok() || hour > 23 || minute > 59 || second >= 60) return std::nullopt;
    const std::chrono::seconds midnight = std::chrono::sys_days(date).time_since_epoch();
    return static_cast<double>(midnight.count()) + hour * 3600.0 + (minute - offset_min) * 60.0 +
           second;
  }
};

/// Takes exactly `digits` digits off the front of `text`.
bool take_digits(std::string_view& text, std::size_t digits, int& value) {
  if (text.size() < digits) return false;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
  }
  std::from_chars(text.data(), text.data() + digits, value);
  text.remove_prefix(digits);
  return true;
}

/// A whole second, and a fraction after a point or a comma.
bool take_second(std::string_view& text, double& second) {
  int whole = 0;
  if (!take_digits(text, 2, whole)) return false;
  second = whole;
  if (text.size() < 2 || (text[0] != '.' && text[0] != ',') || text[1] < '0' || text[1] > '9') {
    return true;
  }
  text.remove_prefix(1);
  for (double place = 0.1; !text.empty() && text[0] >= '0' && text[0] <= '9'; place /= 10) {
    second += place * (text[0] - '0');
    text.remove_prefix(1);
  }
  return true;
}

/// Z, +02, +0200 or +02:00.
bool take_zone(std::string_view& text, int& offset_min) {
  if (text.empty()) return false;
  const char sign = text[0];
  if (sign != 'Z' && sign != 'z' && sign != '+' && sign != '-') return false;
  text.remove_prefix(1);
  if (sign == 'Z' || sign == 'z') return true;
  int hours = 0, minutes = 0;
  if (!take_digits(text, 2, hours)) return false;
  if (!text.empty() && text[0] == ':') text.remove_prefix(1);
  if (!text.empty() && !take_digits(text, 2, minutes)) return false;
  offset_min = (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
  return true;
}

std::string expanded(std::string_view pattern) {
  std::string result;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const std::string_view two = pattern.substr(i, 2);
    if (two == "%F" || two == "%T") {
      result += two == "%F" ? "%Y-%m-%d" : "%H:%M:%S";
      ++i;
    } else {
      result += pattern[i];
    }
  }
  return result;
}

/// Takes what the letter of a pattern stands for; false if it is not there or unknown.
bool take(std::string_view& text, char letter, Moment& moment) {
  switch (letter) {
    case 'Y':
      return take_digits(text, 4, moment.year);
    case 'm':
      return take_digits(text, 2, moment.month);
    case 'd':
      return take_digits(text, 2, moment.day);
    case 'H':
      return take_digits(text, 2, moment.hour);
    case 'M':
      return take_digits(text, 2, moment.minute);
    case 'S':
      return take_second(text, moment.second);
    case 'z':
      return take_zone(text, moment.offset_min);
    default:
      return false;
  }
}

/// Takes a text of the form of an expanded pattern off the front of `text`.
bool take_pattern(std::string_view& text, std::string_view pattern, Moment& moment) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '%') {
      if (++i == pattern.size() || !take(text, pattern[i], moment)) return false;
    } else {
      if (text.empty() || text[0] != pattern[i]) return false;
      text.remove_prefix(1);
    }
  }
  return true;
}

std::optional<double> seconds_of(std::string_view text, std::string_view pattern) {
  Moment moment;
  if (!take_pattern(text, expanded(pattern), moment) || !text.empty()) return std::nullopt;
  return moment.seconds();
}

/// A date and a time of day, parted by T or a blank; without a zone it counts as UTC, which is all
/// the same, as traces are shifted to zero.
std::optional<double> iso_seconds(std::string_view text) {
  Moment moment;
  if (!take_pattern(text, "%Y-%m-%d", moment) || text.empty()) return std::nullopt;
  if (text[0] != 'T' && text[0] != 't' && text[0] != ' ') return std::nullopt;
  text.remove_prefix(1);
  if (!take_pattern(text, "%H:%M:%S", moment)) return std::nullopt;
  if (!text.empty() && text[0] == ' ') text.remove_prefix(1);
  if (!text.empty() && (!take_zone(text, moment.offset_min) || !text.empty())) return std::nullopt;
  return moment.seconds();
}

/// The end of January 2020 in a pattern.
std::string example(std::string_view pattern) {
  std::string result;
  const std::string full = expanded(pattern);
  for (std::size_t i = 0; i < full.size(); ++i) {
    if (full[i] != '%' || i + 1 == full.size()) {
      result += full[i];
      continue;
    }
    switch (full[++i]) {
      case 'Y':
        result += "2020";
        break;
      case 'm':
        result += "01";
        break;
      case 'd':
        result += "31";
        break;
      case 'H':
        result += "23";
        break;
      case 'z':
        result += "+02:00";
        break;
      default:
        result += "59";
    }
  }
  return result;
}

}  // namespace

bool TimeReader::knows(std::string_view unit) {
  if (unit == kAuto || unit == kIso || number_unit(unit)) return true;
  return unit.find('%') != std::string_view::npos && seconds_of(example(unit), unit).has_value();
}

std::optional<double> TimeReader::read_number(const std::string& text, double number) {
  const NumberUnit* small = small_unix_unit(number);
  if (unit_ == kAuto) {
    unit_ = small ? small->name : "s";
    if (small) recognised_ = small->name;
  }
  const NumberUnit* unit = number_unit(unit_);
  if (unit->per_s == 1 && small) {
    problem_ = fmt::format("{} is no time in seconds but a Unix time in {} (time_unit: {})", text,
                           small->name, small->name);
    return std::nullopt;
  }
  return number / unit->per_s;
}

std::optional<double> TimeReader::read(const std::string& text, std::optional<double> number) {
  if (text.empty()) {
    problem_ = "no time";
    return std::nullopt;
  }
  if (number && (unit_ == kAuto || number_unit(unit_))) return read_number(text, *number);
  const bool iso = unit_ == kAuto || unit_ == kIso;
  const auto time = iso                  ? iso_seconds(text)
                    : number_unit(unit_) ? std::nullopt
                                         : seconds_of(text, unit_);
  if (time) {
    if (iso) unit_ = kIso;
    return time;
  }
  const std::string shown = config::printable(text);
  if (unit_ == kAuto) {
    problem_ = fmt::format(
        "'{}' is not a time: neither a number nor like 2020-01-31T23:59:59+02:00", shown);
  } else if (number_unit(unit_)) {
    problem_ = fmt::format("'{}' is not a time in {}", shown, unit_);
  } else {
    problem_ = fmt::format("'{}' is not a time of the form {}", shown,
                           iso ? "2020-01-31T23:59:59+02:00" : example(unit_));
  }
  return std::nullopt;
}

}  // namespace autoscale
