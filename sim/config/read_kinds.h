// How each kind of type that fields.h lists is read; reader.h chooses among them.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sim/config/map_reader.h"
#include "sim/config/units.h"

namespace autoscale::config::detail {

template <class T>
bool read_struct(const Cursor& at, T& out, bool bare = false) {
  MapReader reader(at, bare);
  out.fields(reader);
  return reader.finish();
}

template <std::integral T>
bool read_integer(const Cursor& at, T& out) {
  using Limits = std::numeric_limits<T>;
  if constexpr (std::is_signed_v<T>) {
    std::int64_t value = 0;
    if (!read_signed(at, Limits::min(), Limits::max(), value)) return false;
    out = static_cast<T>(value);
  } else {
    std::uint64_t value = 0;
    if (!read_unsigned(at, Limits::max(), value)) return false;
    out = static_cast<T>(value);
  }
  return true;
}

template <Physical T>
bool read_physical(const Cursor& at, T& out) {
  if (at.node().kind != Node::Kind::kScalar) return at.expected(example_text(*kDimension<T>));
  const Parsed<T> parsed = parse_text<T>(at.node().text);
  if (!parsed.ok()) return at.error(parsed.error);
  out = parsed.value;
  return true;
}

template <NamedEnum T>
bool read_enum(const Cursor& at, T& out) {
  std::size_t index = 0;
  if (!read_name(at, enum_names<T>(), index)) return false;
  out = EnumNames<T>::value[index].first;
  return true;
}

template <class T>
bool read_vector(const Cursor& at, std::vector<T>& out) {
  if (at.node().kind != Node::Kind::kSequence) return at.expected("a list");
  bool good = true;
  out.clear();
  for (std::size_t i = 0; i < at.node().items.size(); ++i) {
    T value{};
    if (!read_value(at.at_index(i), value)) good = false;
    out.push_back(std::move(value));
  }
  return good;
}

template <class T>
bool read_one_or_more(const Cursor& at, OneOrMore<T>& out) {
  const Node& node = at.node();
  if (node.kind != Node::Kind::kSequence) {
    out.items.assign(1, T{});
    return read_value(at, out.items.front());
  }
  if (node.items.empty()) return at.error("expected at least one item, got none");
  return read_vector(at, out.items);
}

template <class T, std::size_t N>
bool read_array(const Cursor& at, std::array<T, N>& out) {
  const Node& node = at.node();
  if (node.kind != Node::Kind::kSequence) return at.expected("a list");
  if (node.items.size() != N) {
    return at.error("expected a list of " + std::to_string(N) + ", got " +
                    std::to_string(node.items.size()));
  }
  bool good = true;
  for (std::size_t i = 0; i < N; ++i) {
    if (!read_value(at.at_index(i), out[i])) good = false;
  }
  return good;
}

template <class K>
bool read_map_key(const Cursor& at, const Node::Entry& entry, K& key) {
  if constexpr (NamedEnum<K>) {
    std::size_t index = 0;
    if (!read_key(at, entry, "key", enum_names<K>(), index)) return false;
    key = EnumNames<K>::value[index].first;
  } else {
    key = entry.key;
  }
  return true;
}

template <class K, class T>
bool read_map(const Cursor& at, std::map<K, T>& out) {
  if (at.node().kind != Node::Kind::kMap) return at.expected("a map");
  bool good = true;
  out.clear();
  for (const Node::Entry& entry : at.node().entries) {
    K key{};
    const bool good_key = read_map_key(at, entry, key);
    const bool good_entry = good_key && read_value(at.at_key(entry.key, entry.value), out[key]);
    good = good && good_entry;
  }
  return good;
}

/// Reads the alternative that has the number `index`, counted from I.
template <std::size_t I = 0, class Variant>
bool read_alternative(const Cursor& at, std::size_t index, bool bare, Variant& out) {
  if constexpr (I < std::variant_size_v<Variant>) {
    if (index != I) return read_alternative<I + 1>(at, index, bare, out);
    return read_struct(at, out.template emplace<I>(), bare);
  } else {
    return false;
  }
}

template <class Variant>
bool read_variant(const Cursor& at, Variant& out) {
  const std::vector<std::string> names = alternative_names<Variant>();
  const Node& node = at.node();
  std::size_t index = 0;
  if (node.kind == Node::Kind::kScalar) {
    return read_name(at, names, index) &&
           read_alternative(at.at_key(node.text, node), index, true, out);
  }
  if (node.kind != Node::Kind::kMap) return at.expected("a map of one key" + suggest("", names));
  if (node.entries.size() != 1) {
    return at.error("expected exactly one key, got " + std::to_string(node.entries.size()) +
                    suggest("", names));
  }
  const Node::Entry& entry = node.entries.front();
  return read_key(at, entry, "kind", names, index) &&
         read_alternative(at.at_key(entry.key, entry.value), index, false, out);
}

/// The `values` of a SourcedList while they are read; without a unit they are only looked at.
template <class T>
struct ListInUnit {
  std::vector<T>& values;
  const Unit* unit;
};

template <class T>
bool read_list_in_unit(const Cursor& at, ListInUnit<T>& out) {
  if (at.node().kind != Node::Kind::kSequence) return at.expected("a list");
  bool good = true;
  out.values.clear();
  for (std::size_t i = 0; i < at.node().items.size(); ++i) {
    const Cursor item = at.at_index(i);
    T value{};
    if constexpr (Physical<T>) {
      if (out.unit == nullptr) continue;  // the wrong unit has been reported
      const std::string what = "a bare number of " + std::string(out.unit->name);
      const Parsed<T> parsed = parse_in_unit<T>(item.node().text, *out.unit);
      if (!expect_number(item, what)) {
        good = false;
      } else if (!parsed.ok()) {
        good = item.expected(what + " (" + parsed.error + ")");
      }
      value = parsed.value;
    } else if (!read_value(item, value)) {
      good = false;
    }
    out.values.push_back(value);
  }
  return good;
}

template <class T>
bool read_sourced_list(const Cursor& at, SourcedList<T>& out) {
  MapReader reader(at);
  std::string unit = "1";
  const Unit* found = nullptr;
  if constexpr (Physical<T>) {
    reader.required("unit", unit, "", [&](const std::string& name) {
      found = kDimension<T>->find(name);
      return found != nullptr ? "" : unit_name_error(*kDimension<T>, name);
    });
  } else {
    reader.optional("unit", unit, "", [](const std::string& name) {
      return name == "1" ? ""
                         : "expected the unit '1' of bare numbers, got '" + printable(name) + "'";
    });
  }
  ListInUnit<T> list{out.values, found};
  reader.required("values", list, "");
  reader.origin(out.origin);
  return reader.finish();
}

template <class T>
bool read_sourced(const Cursor& at, Sourced<T>& out) {
  MapReader reader(at);
  reader.required("value", out.value, "");
  reader.origin(out.origin);
  return reader.finish();
}

inline bool read_origin(const Cursor& at, Origin& out) {
  MapReader reader(at);
  reader.origin(out);
  return reader.finish();
}

}  // namespace autoscale::config::detail
