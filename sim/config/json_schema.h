// The JSON Schema (draft 2020-12) of a configuration file, from the field list of its struct: for
// editors, and as the reference of all keys.
//
// It says what the reader says, except what a schema cannot: limits of values with units and the
// order of lists are only described, and a file that relies on `include` may lack required keys.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "sim/config/json.h"
#include "sim/config/schema_checks.h"
#include "sim/config/traits.h"
#include "sim/config/units.h"

namespace autoscale::config {

namespace detail {

template <class T>
Json schema_of();

/// An object that allows only `properties`.
Json object_schema(Json properties, const std::vector<std::string>& required);

/// {"type": type}, {"enum": names}, {"anyOf": [value, null]}
Json typed_schema(std::string_view type);
Json enum_schema(const std::vector<std::string>& names);
Json nullable_schema(Json value);

/// A whole number within limits, both included.
Json integer_schema(std::int64_t lowest, std::int64_t highest);
Json integer_schema(std::uint64_t lowest, std::uint64_t highest);

/// A text that is a number with a unit, or 0.
Json physical_schema(const std::string& pattern);

/// A list, or one item or a list of them.
Json list_schema(Json items);
Json one_or_more_schema(const Json& item);
Json array_schema(Json items, std::size_t size);

/// An origin's four keys; a value or a list of values beside them.
Json origin_schema();
Json sourced_schema(Json value);
Json physical_list_schema(const std::vector<std::string>& units);
Json bare_list_schema(Json item);

/// The visitor that describes one struct.
class SchemaWriter {
 public:
  template <class T, class... Checks>
  void required(std::string_view key, T&, std::string_view doc, const Checks&... checks) {
    add<T>(key, doc, checks...);
    required_.emplace_back(key);
  }

  template <class T, class... Checks>
  void optional(std::string_view key, T& value, std::string_view doc, const Checks&... checks) {
    Json& property = add<T>(key, doc, checks...);
    if constexpr (!IsOptional<T>) set_default(property, write_value(value));
  }

  bool all_optional() const { return required_.empty(); }
  Json take() { return object_schema(std::move(properties_), required_); }

 private:
  template <class T, class... Checks>
  Json& add(std::string_view key, std::string_view doc, const Checks&... checks) {
    Json schema = schema_of<T>();
    (constrain<T>(schema, checks), ...);
    std::string description(doc);
    ((description += demand_text<T>(checks)), ...);
    return put(key, std::move(description), schema);
  }

  Json& put(std::string_view key, std::string description, const Json& schema);
  /// Nothing for a list or a map.
  static void set_default(Json& property, Json value);

  Json properties_ = Json::object();
  std::vector<std::string> required_;
};

template <class T>
SchemaWriter describe_struct() {
  SchemaWriter writer;
  T sample{};
  sample.fields(writer);
  return writer;
}

/// Adds {name: {...}}, and just the name of an alternative without required keys.
void add_alternative(Json& one_of, std::string_view name, SchemaWriter writer);

template <class T>
struct VariantSchema;
template <class... Alternatives>
struct VariantSchema<std::variant<Alternatives...>> {
  static Json get() {
    Json schema = Json::object();
    Json& one_of = schema["oneOf"] = Json::array();
    (add_alternative(one_of, Alternatives::kName, describe_struct<Alternatives>()), ...);
    return schema;
  }
};

template <class T>
Json sourced_list_schema() {
  if constexpr (Physical<T>) {
    std::vector<std::string> units;
    for (const Unit& known : kDimension<T>->units) units.emplace_back(known.name);
    return physical_list_schema(units);
  } else {
    return bare_list_schema(schema_of<T>());
  }
}

template <std::integral T>
Json limits_schema() {
  using Limits = std::numeric_limits<T>;
  using Wide = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
  return integer_schema(Wide{Limits::min()}, Wide{Limits::max()});
}

template <class T>
Json map_schema() {
  Json schema = typed_schema("object");
  if constexpr (NamedEnum<typename T::key_type>) {
    schema["propertyNames"] = schema_of<typename T::key_type>();
  }
  schema["additionalProperties"] = schema_of<typename T::mapped_type>();
  return schema;
}

template <class T>
Json schema_of() {
  if constexpr (std::is_same_v<T, bool>) {
    return typed_schema("boolean");
  } else if constexpr (std::is_same_v<T, double>) {
    return typed_schema("number");
  } else if constexpr (std::integral<T>) {
    return limits_schema<T>();
  } else if constexpr (std::is_same_v<T, std::string>) {
    return typed_schema("string");
  } else if constexpr (Physical<T>) {
    return physical_schema(kDimension<T>->pattern());
  } else if constexpr (NamedEnum<T>) {
    return enum_schema(enum_names<T>());
  } else if constexpr (std::is_same_v<T, Node>) {
    return Json::object();  // anything
  } else if constexpr (std::is_same_v<T, Origin>) {
    return origin_schema();
  } else if constexpr (IsLocated<T>) {
    return schema_of<typename T::value_type>();
  } else if constexpr (IsOptional<T>) {
    return nullable_schema(schema_of<typename T::value_type>());
  } else if constexpr (IsSourced<T>) {
    return sourced_schema(schema_of<typename T::value_type>());
  } else if constexpr (IsSourcedList<T>) {
    return sourced_list_schema<typename T::value_type>();
  } else if constexpr (IsVector<T>) {
    return list_schema(schema_of<typename T::value_type>());
  } else if constexpr (IsOneOrMore<T>) {
    return one_or_more_schema(schema_of<typename T::value_type>());
  } else if constexpr (IsArray<T>) {
    return array_schema(schema_of<typename T::value_type>(), std::tuple_size_v<T>);
  } else if constexpr (IsMap<T>) {
    return map_schema<T>();
  } else if constexpr (IsVariant<T>) {
    return VariantSchema<T>::get();
  } else if constexpr (HasFields<T>) {
    return describe_struct<T>().take();
  } else {
    static_assert(kUnsupported<T>, "not a type that fields.h lists");
  }
}

/// `fields`, with what every file may have.
Json file_schema(std::string_view title, const Json& fields);

}  // namespace detail

/// The schema of a file that is read as a T.
template <HasFields T>
Json json_schema(std::string_view title) {
  return detail::file_schema(title, detail::schema_of<T>());
}

}  // namespace autoscale::config
