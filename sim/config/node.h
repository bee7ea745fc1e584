// A configuration file as a tree in which every node knows where it stands, read from a strict
// subset of YAML.
//
// Refused, each at its line and column: files above 8 MiB (unread), nesting deeper than 64,
// anchors, aliases, merge keys, tags, duplicate keys, keys that are not plain text, several
// documents, no document, and bytes that are not UTF-8 text. Scalars stay text; what they mean is
// for the reader to say. JSON is a subset of what is accepted.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/config/diagnostics.h"

namespace autoscale::config {

inline constexpr std::size_t kMaxFileBytes = std::size_t{8} << 20;
inline constexpr int kMaxNesting = 64;
inline constexpr int kMaxIncludeDepth = 16;
/// Of one configuration. Bounds the work that files including each other several times can cause.
inline constexpr int kMaxIncludedFiles = 256;

struct Node {
  enum class Kind { kNull, kScalar, kSequence, kMap };
  struct Entry;

  Kind kind = Kind::kNull;
  Mark mark;
  std::string text;     // of a scalar
  bool quoted = false;  // a scalar in quotes or a block scalar: certainly text
  std::vector<Node> items;
  std::vector<Entry> entries;  // in the order of the file, each key once

  /// The value at `key` of a map, or nullptr.
  const Node* find(std::string_view key) const;
  Node* find(std::string_view key);
};

struct Node::Entry {
  std::string key;
  Mark mark;  // of the key
  Node value;
};

/// What `node` is, for a message: "'text'", "a list", "a map" or "nothing".
std::string describe(const Node& node);

/// Parses one document; `name` stands for the file in messages. Throws ConfigError.
Node parse_yaml(std::string_view text, const std::string& name);

/// What an include stands for: a file, or nothing. Gets its name and where it stands; may report a
/// mistake.
using IncludeFinder = std::function<std::optional<std::filesystem::path>(
    const std::string& name, const Mark& where, Diagnostics& diagnostics)>;

/// Reads `path` with everything it includes. A map at the top may have a key `include`: one file or
/// a list of them, where `find` knows or else relative to the including file. Maps merge key by key;
/// where both have a key that is not a map in both, the including file wins over the included, a
/// later include over an earlier. A number with an origin (`measured` and so on) takes the origin of
/// the one below away. Throws ConfigError, also when a file cannot be read.
Node load_yaml(const std::filesystem::path& path, const IncludeFinder& find = {});

/// Changes one value of the tree, at a path such as "devices[0].count". Creates missing map keys,
/// but not list items. Mistakes go to `diagnostics` with the place of `value`; the tree is then
/// unchanged.
void set_value(Node& root, std::string_view path, Node value, Diagnostics& diagnostics);

/// The same as `--set PATH=VALUE` asks, the value in YAML's flow style. "--set PATH=VALUE" is the
/// place of the value and of mistakes.
void apply_override(Node& root, std::string_view assignment, Diagnostics& diagnostics);

}  // namespace autoscale::config
