// Reads a configuration tree into structs by their field lists, collecting every mistake.
//
// Reading is strict: an unknown key, a missing key, a text that is not exactly a value of the type,
// a value outside its checks are errors, each with its place and the path of keys that leads to it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/config/checks.h"
#include "sim/config/cursor.h"
#include "sim/config/diagnostics.h"
#include "sim/config/fields.h"
#include "sim/config/node.h"
#include "sim/config/traits.h"
#include "sim/config/units.h"

namespace autoscale::config {

/// Reads the value at `at` into `out`. Returns whether it could be read; if not, that has been
/// reported and `out` is unspecified. Values that fail a check are reported too, but could be read.
template <class T>
bool read_value(const Cursor& at, T& out);

/// The visitor that fills one struct from one map.
class MapReader {
 public:
  /// With `bare`, a scalar stands for an empty map: a variant's kind that was written as its name.
  explicit MapReader(const Cursor& at, bool bare = false);

  template <class T, class... Checks>
  void required(std::string_view key, T& out, std::string_view, const Checks&... checks) {
    static_assert(!IsOptional<T>, "what is required cannot be a std::optional");
    if (const Node* value = take(key)) {
      read_checked(at_.at_key(key, *value), out, checks...);
    } else {
      missing(key);
    }
  }

  template <class T, class... Checks>
  void optional(std::string_view key, T& out, std::string_view, const Checks&... checks) {
    if (const Node* value = take(key)) read_checked(at_.at_key(key, *value), out, checks...);
  }

  /// Exactly one of the keys that an origin may have.
  void origin(Origin& out);

  /// To be called last: reports unknown keys and returns whether everything was right.
  bool finish();

 private:
  template <class T, class... Checks>
  void read_checked(const Cursor& at, T& out, const Checks&... checks) {
    const bool good = read_value(at, out);
    if (good) (check_value(at, out, checks), ...);
    good_ = good_ && good;
  }

  /// Makes `key` legal. Its value, or nullptr when it is not there.
  const Node* take(std::string_view key);
  void missing(std::string_view key);

  Cursor at_;
  bool is_map_;  // if not, that is reported once, and its missing keys are not
  bool good_ = true;
  std::vector<std::string> legal_;
};

namespace detail {

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

}  // namespace detail

template <class T>
bool read_value(const Cursor& at, T& out) {
  if constexpr (std::is_same_v<T, bool>) {
    return read_bool(at, out);
  } else if constexpr (std::is_same_v<T, double>) {
    return read_double(at, out);
  } else if constexpr (std::integral<T>) {
    return detail::read_integer(at, out);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return read_string(at, out);
  } else if constexpr (Physical<T>) {
    return detail::read_physical(at, out);
  } else if constexpr (NamedEnum<T>) {
    return detail::read_enum(at, out);
  } else if constexpr (std::is_same_v<T, Node>) {
    out = at.node();
    return true;
  } else if constexpr (std::is_same_v<T, Origin>) {
    return detail::read_origin(at, out);
  } else if constexpr (IsLocated<T>) {
    out.mark = at.node().mark;
    return read_value(at, out.value);
  } else if constexpr (IsSourced<T>) {
    return detail::read_sourced(at, out);
  } else if constexpr (IsSourcedList<T>) {
    return detail::read_sourced_list(at, out);
  } else if constexpr (detail::kIs<T, detail::ListInUnit>) {
    return detail::read_list_in_unit(at, out);
  } else if constexpr (IsOptional<T>) {
    out.reset();
    return at.node().kind == Node::Kind::kNull || read_value(at, out.emplace());
  } else if constexpr (IsVector<T>) {
    return detail::read_vector(at, out);
  } else if constexpr (IsArray<T>) {
    return detail::read_array(at, out);
  } else if constexpr (IsMap<T>) {
    return detail::read_map(at, out);
  } else if constexpr (IsVariant<T>) {
    return detail::read_variant(at, out);
  } else if constexpr (HasFields<T>) {
    return detail::read_struct(at, out);
  } else {
    static_assert(kUnsupported<T>, "not a type that fields.h lists");
  }
}

/// Reads a whole tree; mistakes go to `diagnostics`, and the result then is not to be used.
template <class T>
T read(const Node& root, Diagnostics& diagnostics) {
  T value{};
  read_value(Cursor(root, "", diagnostics), value);
  return value;
}

/// Reads a file with what it includes, changed by `overrides` ("devices[0].count=5"). Throws
/// ConfigError with every mistake.
template <class T>
T load(const std::filesystem::path& path, std::span<const std::string> overrides = {}) {
  Node root = load_yaml(path);
  Diagnostics diagnostics;
  for (const std::string& assignment : overrides) apply_override(root, assignment, diagnostics);
  T value = read<T>(root, diagnostics);
  diagnostics.throw_if_any();
  return value;
}

}  // namespace autoscale::config
