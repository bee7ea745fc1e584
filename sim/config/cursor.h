// A node of a configuration tree together with the path of keys that led to it, and the reading of
// single values there. Every reading function returns whether it succeeded and has reported if not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "sim/config/diagnostics.h"
#include "sim/config/node.h"

namespace autoscale::config {

class Cursor {
 public:
  /// Refers to all three; the path is empty for the root.
  Cursor(const Node& node, std::string path, Diagnostics& diagnostics)
      : node_(&node), path_(std::move(path)), diagnostics_(&diagnostics) {}

  const Node& node() const { return *node_; }

  /// The entry of a map, the item of a list.
  Cursor at_key(std::string_view key, const Node& value) const;
  Cursor at_index(std::size_t index) const;

  /// Reports a mistake at this node, or at the key of one of its entries. Returns false.
  bool error(std::string_view message) const;
  bool key_error(const Node::Entry& entry, std::string_view message) const;
  /// Reports "expected `what`, got ...". Returns false.
  bool expected(std::string_view what) const;

 private:
  const Node* node_;
  std::string path_;
  Diagnostics* diagnostics_;
};

bool read_bool(const Cursor& at, bool& out);
bool read_double(const Cursor& at, double& out);
bool read_signed(const Cursor& at, std::int64_t low, std::int64_t high, std::int64_t& out);
bool read_unsigned(const Cursor& at, std::uint64_t high, std::uint64_t& out);
/// Takes any scalar as text, 5 and true too, but not a missing value.
bool read_string(const Cursor& at, std::string& out);
/// The text as an index into `names`.
bool read_name(const Cursor& at, std::span<const std::string> names, std::size_t& index);
/// The key of an entry as an index into `names`; `what` says what it would name.
bool read_key(const Cursor& at, const Node::Entry& entry, std::string_view what,
              std::span<const std::string> names, std::size_t& index);
/// Whether this is an unquoted number; `what` says what was expected.
bool expect_number(const Cursor& at, std::string_view what);

}  // namespace autoscale::config
