// Reading single values.
#include "sim/config/cursor.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sim/config/units.h"

namespace autoscale::config {
namespace {

bool find_name(std::string_view name, std::span<const std::string> names, std::size_t& index) {
  const auto found = std::find(names.begin(), names.end(), name);
  index = static_cast<std::size_t>(found - names.begin());
  return found != names.end();
}

template <class T>
bool read_whole(const Cursor& at, T low, T high, T& out) {
  const Node& node = at.node();
  if (!expect_number(at, "a whole number")) return false;
  const char* end = node.text.data() + node.text.size();
  const auto [stop, error] = std::from_chars(node.text.data(), end, out);
  const bool too_long = error == std::errc::result_out_of_range;
  if (stop != end || (error != std::errc() && !too_long)) {
    const bool negative = node.text.starts_with('-');  // no whole number to an unsigned from_chars
    const bool whole = node.text.find_first_of(".eE") == std::string::npos;
    if (!negative || !whole) return at.expected("a whole number");
  } else if (!too_long && out >= low && out <= high) {
    return true;
  }
  return at.expected(fmt::format("a whole number from {} to {}", low, high));
}

}  // namespace

Cursor Cursor::at_key(std::string_view key, const Node& value) const {
  return {value, path_.empty() ? printable(key) : path_ + "." + printable(key), *diagnostics_};
}

Cursor Cursor::at_index(std::size_t index) const {
  return {node_->items[index], fmt::format("{}[{}]", path_, index), *diagnostics_};
}

bool Cursor::error(std::string_view message) const {
  diagnostics_->error(node_->mark, path_, message);
  return false;
}

bool Cursor::key_error(const Node::Entry& entry, std::string_view message) const {
  diagnostics_->error(entry.mark, at_key(entry.key, entry.value).path_, message);
  return false;
}

bool Cursor::expected(std::string_view what) const {
  const std::string_view hint = node_->quoted ? " in quotes" : "";
  return error(fmt::format("expected {}, got {}{}", what, describe(*node_), hint));
}

bool read_bool(const Cursor& at, bool& out) {
  const Node& node = at.node();
  out = node.text == "true";
  const bool good = node.kind == Node::Kind::kScalar && !node.quoted;
  return (good && (out || node.text == "false")) || at.expected("true or false");
}

bool read_double(const Cursor& at, double& out) {
  if (!expect_number(at, "a number")) return false;
  const Parsed<double> parsed = parse_number(at.node().text);
  if (!parsed.ok()) return at.expected(fmt::format("a number ({})", parsed.error));
  out = parsed.value;
  return true;
}

bool read_signed(const Cursor& at, std::int64_t low, std::int64_t high, std::int64_t& out) {
  return read_whole(at, low, high, out);
}

bool read_unsigned(const Cursor& at, std::uint64_t high, std::uint64_t& out) {
  return read_whole(at, std::uint64_t{0}, high, out);
}

bool read_string(const Cursor& at, std::string& out) {
  if (at.node().kind != Node::Kind::kScalar) return at.expected("a text");
  out = at.node().text;
  return true;
}

bool read_name(const Cursor& at, std::span<const std::string> names, std::size_t& index) {
  const Node& node = at.node();
  if (node.kind != Node::Kind::kScalar) return at.expected("a name" + suggest("", names));
  return find_name(node.text, names, index) ||
         at.error(
             fmt::format("unknown name '{}'{}", printable(node.text), suggest(node.text, names)));
}

bool read_key(const Cursor& at, const Node::Entry& entry, std::string_view what,
              std::span<const std::string> names, std::size_t& index) {
  return find_name(entry.key, names, index) ||
         at.key_error(entry, fmt::format("unknown {}{}", what, suggest(entry.key, names)));
}

bool expect_number(const Cursor& at, std::string_view what) {
  const Node& node = at.node();
  const bool good = node.kind == Node::Kind::kScalar && !node.quoted && is_number(node.text);
  return good || at.expected(what);
}

}  // namespace autoscale::config
