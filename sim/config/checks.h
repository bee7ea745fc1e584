// Runs the checks of a field list on values that were read.
//
// A check looks at the innermost thing it applies to, through wrappers and containers, so that the
// error stands at the one number of a list that is wrong.
#pragma once

#include <array>
#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "sim/config/cursor.h"
#include "sim/config/fields.h"
#include "sim/config/traits.h"

namespace autoscale::config {

/// A check the user of fields.h wrote: takes the value, returns the error or an empty string.
template <class Check, class T>
concept CustomCheck = requires(const Check& check, const T& value) {
  { check(value) } -> std::convertible_to<std::string>;
};

/// The entry of a map that is known to have it.
inline Cursor entry_at(const Cursor& at, std::string_view key) {
  return at.at_key(key, *at.node().find(key));
}

template <class T>
double number_of(const T& value) {
  if constexpr (Number<T>) {
    return static_cast<double>(value);
  } else {
    return base_value(value);
  }
}

template <class T>
void run_check(const Cursor& at, const T& value, const Interval& interval) {
  static_assert(Number<T> || Physical<T>, "this check is for numbers");
  if (interval.contains(number_of(value))) return;
  at.error("must be " + legal_text<T>(interval) + ", got " + describe(at.node()));
}

template <class T>
void run_check(const Cursor& at, const T& value, NonEmpty) {
  if (value.empty()) at.error("must not be empty");
}

template <class T>
void run_check(const Cursor& at, const T& values, Ordered ordered) {
  for (std::size_t i = 1; i < values.size(); ++i) {
    const bool good = ordered.strict ? values[i - 1] < values[i] : values[i - 1] <= values[i];
    if (good) continue;
    const std::string demand = ordered.strict ? "must be greater" : "must not be less";
    at.at_index(i).error(demand + " than the value before, got " + describe(at.node().items[i]));
  }
}

/// Whether `check` looks into the items of a container instead of at the container.
template <class Check>
inline constexpr bool kForItems = std::is_same_v<Check, Interval>;

template <class T, class Check>
void check_value(const Cursor& at, const T& value, const Check& check) {
  if constexpr (CustomCheck<Check, T>) {
    if (const std::string message = check(value); !message.empty()) at.error(message);
  } else if constexpr (IsLocated<T>) {
    check_value(at, value.value, check);
  } else if constexpr (IsSourced<T>) {
    check_value(entry_at(at, "value"), value.value, check);
  } else if constexpr (IsSourcedList<T>) {
    check_value(entry_at(at, "values"), value.values, check);
  } else if constexpr (IsOptional<T>) {
    if (value) check_value(at, *value, check);
  } else if constexpr (kForItems<Check> && (IsVector<T> || IsArray<T>)) {
    for (std::size_t i = 0; i < value.size(); ++i) check_value(at.at_index(i), value[i], check);
  } else if constexpr (kForItems<Check> && IsMap<T>) {
    for (const auto& [key, item] : value) check_value(entry_at(at, key_text(key)), item, check);
  } else {
    run_check(at, value, check);
  }
}

}  // namespace autoscale::config
