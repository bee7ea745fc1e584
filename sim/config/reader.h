// Reads a configuration tree into structs by their field lists, collecting every mistake.
//
// Reading is strict: an unknown key, a missing key, a text that is not exactly a value of the type,
// a value outside its checks are errors, each with its place and the path of keys that leads to it.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "sim/config/node.h"
#include "sim/config/read_kinds.h"

namespace autoscale::config {

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
  } else if constexpr (IsOneOrMore<T>) {
    return detail::read_one_or_more(at, out);
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
