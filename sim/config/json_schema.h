// The JSON Schema (draft 2020-12) of a configuration file, from the field list of its struct: for
// editors, and as the reference of all keys.
//
// It says what the reader says, except what a schema cannot: limits of values with units and the
// order of lists are only described, and a file that relies on `include` may lack required keys.
#pragma once

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
inline Json object_schema(Json properties, const std::vector<std::string>& required) {
  Json schema = {{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = required;
  schema["additionalProperties"] = false;
  return schema;
}

/// Adds the four origin keys to an object's schema: exactly one of them.
inline Json with_origin(Json schema) {
  Json one_of = Json::array();
  for (const std::string& name : enum_names<OriginKind>()) {
    schema["properties"][name] = {{"type", "string"}, {"minLength", 1}};
    one_of.push_back({{"required", {name}}});
  }
  schema["oneOf"] = std::move(one_of);
  return schema;
}

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
    if constexpr (IsOptional<T>) return;
    Json written = write_value(value);
    if (written.is_primitive()) property["default"] = std::move(written);
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
    Json& property = properties_[std::string(key)];
    property["description"] = std::move(description);
    property.update(schema);
    return property;
  }

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

/// {name: {...}}, or just the name of an alternative without required keys.
template <class Alternative>
void add_alternative(Json& one_of) {
  SchemaWriter writer = describe_struct<Alternative>();
  const std::string name(Alternative::kName);
  if (writer.all_optional()) one_of.push_back({{"const", name}});
  Json properties = Json::object();
  properties[name] = writer.take();
  one_of.push_back(object_schema(std::move(properties), {name}));
}

template <class T>
struct VariantSchema;
template <class... Alternatives>
struct VariantSchema<std::variant<Alternatives...>> {
  static Json get() {
    Json one_of = Json::array();
    (add_alternative<Alternatives>(one_of), ...);
    return {{"oneOf", std::move(one_of)}};
  }
};

template <class T>
Json physical_schema() {
  Json text = {{"type", "string"}, {"pattern", kDimension<T>->pattern()}};
  return {{"anyOf", {std::move(text), {{"const", 0}}}}};
}

template <class T>
Json sourced_list_schema() {
  Json unit = Json::object();
  Json item = Json::object();
  std::vector<std::string> required = {"values"};
  if constexpr (Physical<T>) {
    for (const Unit& known : kDimension<T>->units) unit["enum"].push_back(known.name);
    item["type"] = "number";
    required.insert(required.begin(), "unit");
  } else {
    unit["const"] = "1";
    item.update(schema_of<T>());
  }
  Json values = {{"type", "array"}, {"items", std::move(item)}};
  return with_origin(
      object_schema({{"unit", std::move(unit)}, {"values", std::move(values)}}, required));
}

template <class T>
Json integer_schema() {
  using Limits = std::numeric_limits<T>;
  return {{"type", "integer"}, {"minimum", Limits::min()}, {"maximum", Limits::max()}};
}

template <class T>
Json map_schema() {
  Json schema = {{"type", "object"}};
  if constexpr (NamedEnum<typename T::key_type>) {
    schema["propertyNames"] = schema_of<typename T::key_type>();
  }
  schema["additionalProperties"] = schema_of<typename T::mapped_type>();
  return schema;
}

template <class T>
Json schema_of() {
  if constexpr (std::is_same_v<T, bool>) {
    return {{"type", "boolean"}};
  } else if constexpr (std::is_same_v<T, double>) {
    return {{"type", "number"}};
  } else if constexpr (std::integral<T>) {
    return integer_schema<T>();
  } else if constexpr (std::is_same_v<T, std::string>) {
    return {{"type", "string"}};
  } else if constexpr (Physical<T>) {
    return physical_schema<T>();
  } else if constexpr (NamedEnum<T>) {
    return {{"enum", enum_names<T>()}};
  } else if constexpr (std::is_same_v<T, Node>) {
    return Json::object();  // anything
  } else if constexpr (std::is_same_v<T, Origin>) {
    return with_origin(object_schema(Json::object(), {}));
  } else if constexpr (IsLocated<T>) {
    return schema_of<typename T::value_type>();
  } else if constexpr (IsOptional<T>) {
    return {{"anyOf", {schema_of<typename T::value_type>(), {{"type", "null"}}}}};
  } else if constexpr (IsSourced<T>) {
    return with_origin(object_schema({{"value", schema_of<typename T::value_type>()}}, {"value"}));
  } else if constexpr (IsSourcedList<T>) {
    return sourced_list_schema<typename T::value_type>();
  } else if constexpr (IsVector<T>) {
    return {{"type", "array"}, {"items", schema_of<typename T::value_type>()}};
  } else if constexpr (IsOneOrMore<T>) {
    const Json item = schema_of<typename T::value_type>();
    return {{"anyOf", {item, {{"type", "array"}, {"items", item}, {"minItems", 1}}}}};
  } else if constexpr (IsArray<T>) {
    constexpr std::size_t kSize = std::tuple_size_v<T>;
    return {{"type", "array"},
            {"items", schema_of<typename T::value_type>()},
            {"minItems", kSize},
            {"maxItems", kSize}};
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

}  // namespace detail

/// The schema of a file that is read as a T.
template <HasFields T>
Json json_schema(std::string_view title) {
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", title}};
  schema.update(detail::schema_of<T>());
  const Json file = {{"type", "string"}, {"minLength", 1}};
  schema["properties"]["include"] = {{"description", "files this one is put over, relative to it"},
                                     {"anyOf", {file, {{"type", "array"}, {"items", file}}}}};
  return schema;
}

}  // namespace autoscale::config
