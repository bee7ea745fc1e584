// Which kind of configurable thing a C++ type is; shared by everything that visits field lists.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "sim/config/fields.h"
#include "sim/config/units.h"

namespace autoscale::config {

namespace detail {

/// A visitor that ignores what it sees, to ask whether a type has a field list.
struct AnyVisitor {
  template <class... Args>
  void required(Args&&...) {}
  template <class... Args>
  void optional(Args&&...) {}
};

template <class T, template <class...> class Template>
inline constexpr bool kIs = false;
template <template <class...> class Template, class... Args>
inline constexpr bool kIs<Template<Args...>, Template> = true;

template <class T>
inline constexpr bool kIsArray = false;
template <class T, std::size_t N>
inline constexpr bool kIsArray<std::array<T, N>> = true;

}  // namespace detail

template <class T>
concept HasFields = requires(T& value, detail::AnyVisitor& visitor) {
  value.fields(visitor);
};

template <class T>
concept NamedEnum = std::is_enum_v<T> && requires {
  EnumNames<T>::value;
};

/// A bare number.
template <class T>
concept Number = std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;

template <class T>
concept IsSourced = detail::kIs<T, Sourced>;
template <class T>
concept IsSourcedList = detail::kIs<T, SourcedList>;
template <class T>
concept IsLocated = detail::kIs<T, Located>;
template <class T>
concept IsOneOrMore = detail::kIs<T, OneOrMore>;
template <class T>
concept IsOptional = detail::kIs<T, std::optional>;
template <class T>
concept IsVector = detail::kIs<T, std::vector>;
template <class T>
concept IsArray = detail::kIsArray<T>;
template <class T>
concept IsMap = detail::kIs<T, std::map>;
template <class T>
concept IsVariant = detail::kIs<T, std::variant>;

/// For the last branch of an `if constexpr` over the kinds above.
template <class T>
inline constexpr bool kUnsupported = false;

/// A map's key as a configuration file writes it.
inline const std::string& key_text(const std::string& key) { return key; }
template <NamedEnum E>
std::string key_text(E key) {
  return std::string(name_of(key));
}

/// All names of an enum, in the order of its list.
template <NamedEnum E>
std::vector<std::string> enum_names() {
  std::vector<std::string> names;
  for (const auto& entry : EnumNames<E>::value) names.emplace_back(entry.second);
  return names;
}

namespace detail {
template <class T>
struct VariantNames;
template <class... Alternatives>
struct VariantNames<std::variant<Alternatives...>> {
  static std::vector<std::string> get() { return {std::string(Alternatives::kName)...}; }
};
}  // namespace detail

/// The names of a variant's alternatives, in its order.
template <IsVariant T>
std::vector<std::string> alternative_names() {
  return detail::VariantNames<T>::get();
}

/// A number in base units as text, with a unit if T has one: for limits in messages.
template <class T>
std::string limit_text(double base) {
  if constexpr (std::is_same_v<T, Duration>) {
    return format_text(from_seconds(base));
  } else if constexpr (Physical<T>) {
    return format_text(T(base));
  } else {
    return number_in_unit(base, Unit{"1"});
  }
}

/// What an interval allows: "greater than 0 W", "between 0 and 1".
template <class T>
std::string legal_text(const Interval& interval) {
  const bool has_low = interval.low > -std::numeric_limits<double>::infinity();
  const bool has_high = interval.high < std::numeric_limits<double>::infinity();
  if (has_low && interval.low_open) return "greater than " + limit_text<T>(interval.low);
  if (has_low && has_high) {
    return "between " + limit_text<T>(interval.low) + " and " + limit_text<T>(interval.high);
  }
  if (has_low) return "at least " + limit_text<T>(interval.low);
  return "at most " + limit_text<T>(interval.high);
}

}  // namespace autoscale::config
