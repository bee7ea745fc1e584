// The vocabulary with which a struct says how it is configured.
//
// A struct lists its members once, in a member function template:
//
//   struct Battery {
//     Sourced<AmpereHours> capacity;
//     int cells = 1;
//     template <class V>
//     void fields(V& v) {
//       v.required("capacity", capacity, "usable charge", positive);
//       v.optional("cells", cells, "cells in series", at_least(1));
//     }
//   };
//
// reader.h, json.h and whatever comes later visit that list; the struct itself needs only this
// light header. Members may be bool, int, std::int64_t, std::uint64_t, std::size_t, double (a bare
// ratio or count), std::string, Duration, the quantities and readings of sim/core/quantity.h, enums
// with EnumNames, structs with fields(), the wrappers below, and std::optional, std::vector,
// std::array, std::map (keyed by text or enum) and std::variant of these; a Node (node.h) takes any
// value as it stands, for a later stage to read. An alternative of a variant is a struct with
// fields() and a name: `static constexpr std::string_view kName`. A struct must not contain itself,
// and every one needs a default constructor.
//
// The arguments after the doc text are checks: the ones below, or any callable that takes the
// member and returns a std::string, empty when the value is fine. They run on values that were
// read, not on defaults.
#pragma once

#include <array>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/config/diagnostics.h"
#include "sim/core/time.h"

namespace autoscale::config {

/// Names of an enum's values in configuration files: specialise with
/// `static constexpr std::array<std::pair<E, std::string_view>, N> value`.
template <class E>
struct EnumNames;

/// The name of an enum's value.
template <class E>
constexpr std::string_view name_of(E value) {
  for (const auto& [candidate, name] : EnumNames<E>::value) {
    if (candidate == value) return name;
  }
  return "?";
}

/// The value of an enum called `name`, if there is one.
template <class E>
constexpr std::optional<E> value_named(std::string_view name) {
  for (const auto& [value, candidate] : EnumNames<E>::value) {
    if (candidate == name) return value;
  }
  return std::nullopt;
}

/// How a number is known.
enum class OriginKind { kMeasured, kCited, kDerived, kAssumed };

template <>
struct EnumNames<OriginKind> {
  static constexpr std::array<std::pair<OriginKind, std::string_view>, 4> value{
      {{OriginKind::kMeasured, "measured"},
       {OriginKind::kCited, "cited"},
       {OriginKind::kDerived, "derived"},
       {OriginKind::kAssumed, "assumed"}}};
};

/// Where a number comes from. In a file: exactly one of `measured`, `cited`, `derived`, `assumed`,
/// with a text that is not empty.
struct Origin {
  OriginKind kind = OriginKind::kAssumed;
  std::string text = "default of the program";

  friend bool operator==(const Origin&, const Origin&) = default;
};

/// A value with its origin, written {value: 5.5 W, cited: "..."}.
template <class T>
struct Sourced {
  using value_type = T;
  T value{};
  Origin origin;

  friend bool operator==(const Sourced&, const Sourced&) = default;
};

/// A table with one origin, written {unit: MHz, values: [825.6, 902.4], measured: "..."}: bare
/// numbers in that unit. For ratios and counts `unit` is "1" or left out.
template <class T>
struct SourcedList {
  using value_type = T;
  std::vector<T> values;
  Origin origin;

  friend bool operator==(const SourcedList&, const SourcedList&) = default;
};

/// A list that is written as its only item when it has just one.
template <class T>
struct OneOrMore {
  using value_type = T;
  std::vector<T> items;

  friend bool operator==(const OneOrMore&, const OneOrMore&) = default;
};

/// A value that remembers where it stood, for errors that only a later stage can see. Values
/// compare equal wherever they stood.
template <class T>
struct Located {
  using value_type = T;
  T value{};
  Mark mark;

  friend bool operator==(const Located& a, const Located& b) { return a.value == b.value; }
};

/// Check: a number in a range of base units (seconds for a Duration). It applies to every number of
/// the member, through wrappers and containers.
struct Interval {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_open = false;

  constexpr bool contains(double x) const { return (low_open ? x > low : x >= low) && x <= high; }
};

/// A number in base units: of a plain number itself, of a Duration the seconds, of a quantity
/// value().
constexpr double base_value(double number) { return number; }
constexpr double base_value(Duration duration) { return to_seconds(duration); }
template <class Q>
constexpr double base_value(const Q& quantity) requires requires {
  quantity.value();
}
{ return quantity.value(); }

inline constexpr Interval positive{.low = 0, .low_open = true};
inline constexpr Interval non_negative{.low = 0};
inline constexpr Interval ratio{.low = 0, .high = 1};

/// `low` is a number in base units, a Duration or a quantity.
template <class T>
constexpr Interval at_least(T low) {
  return {.low = base_value(low)};
}

/// Both limits included.
template <class T>
constexpr Interval range(T low, T high) {
  return {.low = base_value(low), .high = base_value(high)};
}

/// Check: a text, list or map with something in it.
struct NonEmpty {};
inline constexpr NonEmpty non_empty{};

/// Check: a list of numbers each above (or, if not strict, not below) the one before.
struct Ordered {
  bool strict = true;
};
inline constexpr Ordered increasing{true};
inline constexpr Ordered non_decreasing{false};

}  // namespace autoscale::config

namespace autoscale {
using config::name_of;
}  // namespace autoscale
