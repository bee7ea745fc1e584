// Trees: looking things up, reading files with what they include.
#include "sim/config/node.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "sim/config/fields.h"
#include "sim/config/yaml_parser.h"

namespace autoscale::config {
namespace {

namespace fs = std::filesystem;

/// The bytes of a file, or why they cannot be had.
struct FileContent {
  std::string bytes;
  std::string error;
};

FileContent read_file(const fs::path& path) {
  std::error_code code;
  const fs::file_status status = fs::status(path, code);
  if (!fs::exists(status)) {
    return {"", code ? code.message() : "No such file or directory"};
  }
  if (fs::is_directory(status)) return {"", "it is a directory"};
  if (!fs::is_regular_file(status)) return {"", "it is not a regular file"};
  const std::uintmax_t size = fs::file_size(path, code);
  if (code) return {"", code.message()};
  if (size > kMaxFileBytes) {
    return {"", fmt::format("it has {} bytes, more than {}", size, kMaxFileBytes)};
  }
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  std::string bytes(size, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(size));
  if (!stream.is_open() || stream.bad()) {
    return {"", std::generic_category().message(errno)};
  }
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  return {std::move(bytes), ""};
}

bool is_origin(const Node::Entry& entry) { return value_named<OriginKind>(entry.key).has_value(); }

/// Puts `winner` over `base`: maps key by key, everything else as a whole. A number that brings its
/// origin has no other.
void merge(Node& base, Node winner) {
  if (base.kind != Node::Kind::kMap || winner.kind != Node::Kind::kMap) {
    base = std::move(winner);
    return;
  }
  if (std::any_of(winner.entries.begin(), winner.entries.end(), is_origin)) {
    std::erase_if(base.entries, is_origin);
  }
  std::unordered_map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < base.entries.size(); ++i) index.emplace(base.entries[i].key, i);
  base.mark = winner.mark;
  for (Node::Entry& entry : winner.entries) {
    const auto found = index.find(entry.key);
    if (found == index.end()) {
      base.entries.push_back(std::move(entry));
      continue;
    }
    base.entries[found->second].mark = entry.mark;
    merge(base.entries[found->second].value, std::move(entry.value));
  }
}

/// Loads a file and what it includes, depth first.
class IncludeLoader {
 public:
  IncludeLoader(const IncludeFinder& find, Diagnostics& diagnostics)
      : find_(find), diagnostics_(diagnostics) {}

  /// `asked_at` is where an unreadable file is reported: the include, or the file itself.
  std::optional<Node> load(const fs::path& path, const std::optional<Mark>& asked_at) {
    const auto file = std::make_shared<const std::string>(path.string());
    FileContent content = read_file(path);
    if (!content.error.empty()) {
      diagnostics_.error(asked_at.value_or(Mark{file, 1, 1}),
                         fmt::format("cannot read '{}': {}", path.string(), content.error));
      return std::nullopt;
    }
    std::optional<Node> root = parse_document(content.bytes, file, diagnostics_);
    content = {};  // not kept while the included files are read
    if (!root || root->kind != Node::Kind::kMap) return root;
    chain_.push_back(path);
    Node merged = resolve_includes(std::move(*root));
    chain_.pop_back();
    return merged;
  }

 private:
  Node resolve_includes(Node root) {
    const auto include = std::find_if(root.entries.begin(), root.entries.end(),
                                      [](const Node::Entry& e) { return e.key == "include"; });
    if (include == root.entries.end()) return root;
    const Node list = std::move(include->value);
    root.entries.erase(include);

    Node base;
    base.kind = Node::Kind::kMap;
    base.mark = root.mark;
    if (list.kind == Node::Kind::kSequence) {
      for (const Node& item : list.items) include_one(item, base);
    } else {
      include_one(list, base);
    }
    merge(base, std::move(root));
    return base;
  }

  void include_one(const Node& name, Node& base) {
    const auto fail = [&](std::string_view message) {
      diagnostics_.error(name.mark, "include", message);
    };
    if (name.kind != Node::Kind::kScalar || name.text.empty()) {
      return fail(fmt::format("expected a file name or a list of them, got {}", describe(name)));
    }
    const fs::path path = find(name);
    if (is_in_chain(path)) return fail("include cycle: " + chain_text(path));
    if (chain_.size() > kMaxIncludeDepth) {
      return fail(fmt::format("includes deeper than {}: {}", kMaxIncludeDepth, chain_text(path)));
    }
    if (++included_ > kMaxIncludedFiles) {
      if (included_ == kMaxIncludedFiles + 1) {
        fail(fmt::format("more than {} files are included", kMaxIncludedFiles));
      }
      return;
    }
    std::optional<Node> node = load(path, name.mark);
    if (!node) return;
    if (node->kind != Node::Kind::kMap) {
      return fail(fmt::format("'{}' must be a map, it is {}", path.string(), describe(*node)));
    }
    merge(base, std::move(*node));
  }

  fs::path find(const Node& name) const {
    const auto found = find_ ? find_(name.text, name.mark, diagnostics_) : std::nullopt;
    return found.value_or(path_at(name.mark, name.text));  // not there: reported when it is read
  }

  bool is_in_chain(const fs::path& path) const {
    return std::any_of(chain_.begin(), chain_.end(), [&](const fs::path& open) {
      std::error_code missing;  // a file that does not exist is reported when it is read
      return fs::equivalent(open, path, missing);
    });
  }

  std::string chain_text(const fs::path& last) const {
    std::string text;
    for (const fs::path& path : chain_) text += path.string() + " -> ";
    return text + last.string();
  }

  const IncludeFinder& find_;
  Diagnostics& diagnostics_;
  std::vector<fs::path> chain_;  // the file being read and those that asked for it
  int included_ = 0;
};

}  // namespace

const Node* Node::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

Node* Node::find(std::string_view key) { return const_cast<Node*>(std::as_const(*this).find(key)); }

std::string describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kScalar:
      return "'" + printable(node.text) + "'";
    case Node::Kind::kSequence:
      return "a list";
    case Node::Kind::kMap:
      return "a map";
    case Node::Kind::kNull:
      break;
  }
  return "nothing";
}

Node parse_yaml(std::string_view text, const std::string& name) {
  Diagnostics diagnostics;
  std::optional<Node> root =
      parse_document(text, std::make_shared<const std::string>(name), diagnostics);
  diagnostics.throw_if_any();
  return std::move(*root);
}

Node load_yaml(const fs::path& path, const IncludeFinder& find) {
  Diagnostics diagnostics;
  std::optional<Node> root = IncludeLoader(find, diagnostics).load(path, std::nullopt);
  diagnostics.throw_if_any();
  return std::move(*root);
}

}  // namespace autoscale::config
