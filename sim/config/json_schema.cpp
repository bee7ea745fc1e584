// What the schema of a type is made of, once the type is known.
#include "sim/config/json_schema.h"

namespace autoscale::config::detail {

namespace {

/// Adds the four origin keys to an object's schema: exactly one of them.
Json with_origin(Json schema) {
  Json one_of = Json::array();
  for (const std::string& name : enum_names<OriginKind>()) {
    schema["properties"][name] = {{"type", "string"}, {"minLength", 1}};
    one_of.push_back({{"required", {name}}});
  }
  schema["oneOf"] = std::move(one_of);
  return schema;
}

Json sourced_list(Json unit, Json item, const std::vector<std::string>& required) {
  return with_origin(object_schema(
      {{"unit", std::move(unit)}, {"values", list_schema(std::move(item))}}, required));
}

template <class Integer>
Json whole_number(Integer lowest, Integer highest) {
  return {{"type", "integer"}, {"minimum", lowest}, {"maximum", highest}};
}

}  // namespace

Json object_schema(Json properties, const std::vector<std::string>& required) {
  Json schema = {{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = required;
  schema["additionalProperties"] = false;
  return schema;
}

Json typed_schema(std::string_view type) { return {{"type", type}}; }

Json enum_schema(const std::vector<std::string>& names) { return {{"enum", names}}; }

Json nullable_schema(Json value) { return {{"anyOf", {std::move(value), typed_schema("null")}}}; }

Json integer_schema(std::int64_t lowest, std::int64_t highest) {
  return whole_number(lowest, highest);
}

Json integer_schema(std::uint64_t lowest, std::uint64_t highest) {
  return whole_number(lowest, highest);
}

Json physical_schema(const std::string& pattern) {
  Json text = {{"type", "string"}, {"pattern", pattern}};
  return {{"anyOf", {std::move(text), {{"const", 0}}}}};
}

Json list_schema(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }

Json one_or_more_schema(const Json& item) {
  return {{"anyOf", {item, {{"type", "array"}, {"items", item}, {"minItems", 1}}}}};
}

Json array_schema(Json items, std::size_t size) {
  return {{"type", "array"}, {"items", std::move(items)}, {"minItems", size}, {"maxItems", size}};
}

Json origin_schema() { return with_origin(object_schema(Json::object(), {})); }

Json sourced_schema(Json value) {
  return with_origin(object_schema({{"value", std::move(value)}}, {"value"}));
}

Json physical_list_schema(const std::vector<std::string>& units) {
  return sourced_list(enum_schema(units), typed_schema("number"), {"unit", "values"});
}

Json bare_list_schema(Json item) {
  return sourced_list({{"const", "1"}}, std::move(item), {"values"});
}

Json& entry(Json& schema, const char* key) { return schema[key]; }

Json& nullable_value(Json& schema) { return schema["anyOf"][0]; }

void require_content(Json& schema, const char* key) { schema[key] = 1; }

void constrain_number(Json& schema, const Interval& interval) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (interval.low_open) schema.erase("minimum");
  if (interval.low > -kInfinity) {
    schema[interval.low_open ? "exclusiveMinimum" : "minimum"] = interval.low;
  }
  if (interval.high < kInfinity) schema["maximum"] = interval.high;
}

Json& SchemaWriter::put(std::string_view key, std::string description, const Json& schema) {
  Json& property = properties_[std::string(key)];
  property["description"] = std::move(description);
  property.update(schema);
  return property;
}

void SchemaWriter::set_default(Json& property, Json value) {
  if (value.is_primitive()) property["default"] = std::move(value);
}

void add_alternative(Json& one_of, std::string_view name, SchemaWriter writer) {
  if (writer.all_optional()) one_of.push_back({{"const", name}});
  const std::string key(name);
  Json properties = Json::object();
  properties[key] = writer.take();
  one_of.push_back(object_schema(std::move(properties), {key}));
}

Json file_schema(std::string_view title, const Json& fields) {
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", title}};
  schema.update(fields);
  const Json file = {{"type", "string"}, {"minLength", 1}};
  schema["properties"]["include"] = {{"description", "files this one is put over, relative to it"},
                                     {"anyOf", {file, {{"type", "array"}, {"items", file}}}}};
  return schema;
}

}  // namespace autoscale::config::detail
