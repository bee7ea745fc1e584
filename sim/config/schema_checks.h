// What the checks of a field list demand, in a JSON Schema.
#pragma once

#include <map>
#include <string>
#include <type_traits>

#include "sim/config/checks.h"
#include "sim/config/json.h"
#include "sim/config/traits.h"

namespace autoscale::config::detail {

/// Entries of a schema's objects and lists.
Json& entry(Json& schema, const char* key);
Json& nullable_value(Json& schema);

/// What the checks say of the part that they apply to.
void require_content(Json& schema, const char* key);
void constrain_number(Json& schema, const Interval& interval);

/// The part of a property's schema that a check applies to: the same one that checks.h looks into.
template <class T, class Check>
void constrain(Json& schema, const Check& check) {
  if constexpr (IsLocated<T>) {
    constrain<typename T::value_type>(schema, check);
  } else if constexpr (IsOptional<T>) {
    constrain<typename T::value_type>(nullable_value(schema), check);
  } else if constexpr (IsSourced<T>) {
    constrain<typename T::value_type>(entry(entry(schema, "properties"), "value"), check);
  } else if constexpr (IsSourcedList<T>) {
    constrain<std::vector<typename T::value_type>>(entry(entry(schema, "properties"), "values"),
                                                   check);
  } else if constexpr (std::is_same_v<Check, NonEmpty>) {
    require_content(schema, std::is_same_v<T, std::string> ? "minLength"
                            : IsMap<T>                     ? "minProperties"
                                                           : "minItems");
  } else if constexpr (!std::is_same_v<Check, Interval>) {
    return;  // not expressible
  } else if constexpr (IsVector<T> || IsArray<T>) {
    constrain<typename T::value_type>(entry(schema, "items"), check);
  } else if constexpr (IsMap<T>) {
    constrain<typename T::mapped_type>(entry(schema, "additionalProperties"), check);
  } else if constexpr (Number<T>) {
    constrain_number(schema, check);
  }
}

/// The type of the numbers that an Interval on T applies to.
template <class T>
struct Innermost {
  using type = T;
};
template <class T>
requires requires {
  typename T::value_type;
} &&(!std::is_same_v<T, std::string>)struct Innermost<T> : Innermost<typename T::value_type> {
};
template <class K, class T>
struct Innermost<std::map<K, T>> : Innermost<T> {};

/// What a check demands, for a description; empty when only the program knows.
template <class T, class Check>
std::string demand_text(const Check& check) {
  if constexpr (std::is_same_v<Check, Interval>) {
    return "; " + legal_text<typename Innermost<T>::type>(check);
  } else if constexpr (std::is_same_v<Check, Ordered>) {
    return check.strict ? "; increasing" : "; never decreasing";
  } else if constexpr (std::is_same_v<Check, NonEmpty>) {
    return "; not empty";
  } else {
    return "";
  }
}

}  // namespace autoscale::config::detail
