// Writes configured structs as JSON, and the JSON Schema of their files, from the same field lists.
//
// What to_json writes is a configuration file again: JSON is YAML, and reading it gives an equal
// value. Numbers and texts with units are exact (units.h); numbers must be finite.
#pragma once

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sim/config/fields.h"
#include "sim/config/node.h"
#include "sim/config/traits.h"
#include "sim/config/units.h"

namespace autoscale::config {

using Json = nlohmann::ordered_json;

namespace detail {

// The values are not const, because fields() serves the reader too and is not.
template <class T>
Json write_value(T& value);

/// The visitor that writes one struct as one map.
class MapWriter {
 public:
  template <class T, class... Checks>
  void required(std::string_view key, T& value, std::string_view, const Checks&...) {
    put(key, write_value(value));
  }

  /// Writes null for a std::optional without value: the default of the key may be a value.
  template <class T, class... Checks>
  void optional(std::string_view key, T& value, std::string_view doc, const Checks&...) {
    required(key, value, doc);
  }

  void put(std::string_view key, Json written);
  Json take() { return std::move(object_); }

 private:
  Json object_ = Json::object();
};

template <HasFields T>
Json write_struct(T& value) {
  MapWriter writer;
  value.fields(writer);
  return writer.take();
}

/// A decimal text as a JSON number.
Json json_number(const std::string& text);

/// A tree that nobody has read yet, as it stands in the file.
Json write_node(const Node& node);

/// {name: value}
Json json_pair(std::string_view name, Json value);

/// {"value": value, ...origin}
Json write_sourced(Json value, const Origin& origin);

/// {"unit": unit, "values": values}
Json values_in_unit(std::string_view unit, Json values);

/// The values as bare numbers of `unit`; not a list when one of them would not read back exactly.
template <Physical T>
Json numbers_in_unit(const std::vector<T>& values, const Unit& unit) {
  Json numbers = Json::array();
  for (const T& value : values) {
    Json number = json_number(number_in_unit(value, unit));
    const Parsed<T> read_back = parse_in_unit<T>(number.dump(), unit);
    if (!read_back.ok() || read_back.value != value) return {};
    numbers.push_back(std::move(number));
  }
  return numbers;
}

/// Writes "unit" and "values" with the unit that gives the shortest exact text. The base unit is
/// always exact.
template <Physical T>
Json write_physical_list(const std::vector<T>& values) {
  Json best;
  std::size_t best_length = std::numeric_limits<std::size_t>::max();
  for (const Unit& unit : kDimension<T>->units) {
    if (!is_written(unit)) continue;
    Json numbers = numbers_in_unit(values, unit);
    const std::size_t length = numbers.dump().size();
    if (!numbers.is_array() || length >= best_length) continue;
    best = values_in_unit(unit.name, std::move(numbers));
    best_length = length;
  }
  return best;
}

template <class T>
Json write_sourced_list(SourcedList<T>& list) {
  Json object;
  if constexpr (Physical<T>) {
    object = write_physical_list(list.values);
  } else {
    object = values_in_unit("1", write_value(list.values));
  }
  object[name_of(list.origin.kind)] = list.origin.text;
  return object;
}

template <class List>
Json write_list(List& values) {
  Json array = Json::array();
  for (auto& value : values) array.push_back(write_value(value));
  return array;
}

template <class Map>
Json write_map(Map& values) {
  MapWriter writer;
  for (auto& [key, value] : values) writer.put(key_text(key), write_value(value));
  return writer.take();
}

template <class Variant>
Json write_variant(Variant& value) {
  return std::visit(
      [](auto& alternative) {
        using Alternative = std::remove_reference_t<decltype(alternative)>;
        return json_pair(Alternative::kName, write_struct(alternative));
      },
      value);
}

template <class T>
Json write_value(T& value) {
  if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
    return value;
  } else if constexpr (Physical<T>) {
    return format_text(value);
  } else if constexpr (NamedEnum<T>) {
    return name_of(value);
  } else if constexpr (std::is_same_v<T, Node>) {
    return write_node(value);
  } else if constexpr (std::is_same_v<T, Origin>) {
    return json_pair(name_of(value.kind), value.text);
  } else if constexpr (IsLocated<T>) {
    return write_value(value.value);
  } else if constexpr (IsSourced<T>) {
    return write_sourced(write_value(value.value), value.origin);
  } else if constexpr (IsSourcedList<T>) {
    return write_sourced_list(value);
  } else if constexpr (IsOptional<T>) {
    return value ? write_value(*value) : Json(nullptr);
  } else if constexpr (IsVector<T> || IsArray<T>) {
    return write_list(value);
  } else if constexpr (IsOneOrMore<T>) {
    return value.items.size() == 1 ? write_value(value.items.front()) : write_list(value.items);
  } else if constexpr (IsMap<T>) {
    return write_map(value);
  } else if constexpr (IsVariant<T>) {
    return write_variant(value);
  } else if constexpr (HasFields<T>) {
    return write_struct(value);
  } else {
    static_assert(kUnsupported<T>, "not a type that fields.h lists");
  }
}

}  // namespace detail

/// The configuration that reads back as `value`, with every default written out.
template <class T>
Json to_json(const T& value) {
  T copy = value;
  return detail::write_value(copy);
}

}  // namespace autoscale::config
