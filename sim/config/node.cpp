// The tree built from yaml-cpp's events, includes, and overrides.
//
// yaml-cpp's own tree (YAML::Load) is not used: it keeps duplicate keys, follows aliases and is
// built recursively. Its event parser recurses too, but guards itself at 500 levels (seen in
// version 0.7) and is stopped here at 64.
#include "sim/config/node.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "sim/config/yaml_text.h"

namespace autoscale::config {
namespace {

namespace fs = std::filesystem;
using FileName = std::shared_ptr<const std::string>;

/// Thrown through yaml-cpp to end the parsing; its message has been collected.
struct StopParsing {};

/// Builds the tree of one document. Mistakes that leave the rest readable are only collected.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view source, FileName file, Diagnostics& diagnostics)
      : source_(source), file_(std::move(file)), diagnostics_(diagnostics) {}

  bool has_document() const { return documents_ > 0; }

  /// The tree, after the parser has reached the end.
  Node take_root() {
    for (const Mark& mark : bad_keys_) diagnostics_.error(mark, std::string(kKeyMustBeText));
    return std::move(root_);
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) stop(mark, "expected the end of the file: one document is allowed");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_properties(mark, "", anchor);
    add(make_node(mark, Node::Kind::kNull), mark);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    error(mark, "aliases are not allowed");
    add(make_node(mark, Node::Kind::kNull), mark);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_properties(mark, tag, anchor);
    if (value.find('\0') != std::string::npos) error(mark, "a text must not contain NUL");
    if (!is_closed(static_cast<std::size_t>(mark.pos))) error(mark, "the quote is not closed");
    Node node = make_node(mark, Node::Kind::kScalar);
    node.text = value;
    node.quoted = tag == "!";
    add(std::move(node), mark);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::kSequence);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::kMap);
  }
  void OnMapEnd() override { close(); }

  Mark mark_of(const YAML::Mark& mark) const {
    return {file_, std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1};
  }

 private:
  static constexpr std::string_view kKeyMustBeText = "a key must be a text";

  /// A map or sequence whose end has not been seen.
  struct Open {
    Node node;
    YAML::Mark mark;
    std::optional<Node> key;  // of a map, when its value is next
    std::set<std::string> keys;
  };

  Node make_node(const YAML::Mark& mark, Node::Kind kind) const {
    Node node;
    node.kind = kind;
    node.mark = mark_of(mark);
    return node;
  }

  void error(const YAML::Mark& mark, std::string message) {
    diagnostics_.error(mark_of(mark), std::move(message));
  }

  [[noreturn]] void stop(const YAML::Mark& mark, std::string message) {
    error(mark, std::move(message));
    throw StopParsing{};
  }

  /// yaml-cpp says "?" for no tag and "!" for quotes, but also "!" for the tag "!", which only the
  /// source text can tell apart. The first node of a block map stands where the map stands: one
  /// mistake is reported once.
  void refuse_properties(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    const auto position = static_cast<std::size_t>(std::max(mark.pos, 0));
    if (last_refused_ == position) return;
    const bool tagged = (!tag.empty() && tag != "?" && tag != "!") ||
                        (position < source_.size() && source_[position] == '!');
    if (tagged) error(mark, "tags are not allowed");
    if (anchor != YAML::NullAnchor) error(mark, "anchors are not allowed");
    if (tagged || anchor != YAML::NullAnchor) last_refused_ = position;
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            Node::Kind kind) {
    refuse_properties(mark, tag, anchor);
    if (open_.size() >= kMaxNesting) stop(mark, too_deep_message(kMaxNesting));
    open_.push_back({make_node(mark, kind), mark, std::nullopt, {}});
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    add(std::move(done.node), done.mark);
  }

  /// Whether the quoted scalar at `begin`, if it is one, ends. yaml-cpp lets the end of the file
  /// close a quote after a line break.
  bool is_closed(std::size_t begin) const {
    if (begin >= source_.size()) return true;
    const char quote = source_[begin];
    if (quote != '"' && quote != '\'') return true;
    for (std::size_t i = begin + 1; i < source_.size(); ++i) {
      const bool escape = quote == '"' ? source_[i] == '\\' : source_.substr(i, 2) == "''";
      if (escape) {
        ++i;
      } else if (source_[i] == quote) {
        return true;
      }
    }
    return false;
  }

  void add(Node node, const YAML::Mark& mark) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (open_.back().node.kind == Node::Kind::kSequence) {
      open_.back().node.items.push_back(std::move(node));
    } else if (!open_.back().key) {
      add_key(std::move(node), mark);
    } else {
      add_value(std::move(node));
    }
  }

  void add_key(Node key, const YAML::Mark& mark) {
    if (key.kind != Node::Kind::kScalar || key.text.empty()) {
      bad_keys_.push_back(key.mark);
    } else if (key.text == "<<") {
      error(mark, "merge keys are not allowed");
    } else if (!open_.back().keys.insert(key.text).second) {
      error(mark, fmt::format("key '{}' appears twice in the same map", printable(key.text)));
    }
    open_.back().key = std::move(key);
  }

  void add_value(Node value) {
    Open& map = open_.back();
    // yaml-cpp places a missing value at whatever follows; its key is where the user should look.
    if (value.kind == Node::Kind::kNull && value.mark.line != map.key->mark.line) {
      value.mark = map.key->mark;
    }
    map.node.entries.push_back({std::move(map.key->text), map.key->mark, std::move(value)});
    map.key.reset();
  }

  std::string_view source_;
  FileName file_;
  Diagnostics& diagnostics_;
  std::vector<Open> open_;
  Node root_;
  int documents_ = 0;
  std::optional<std::size_t> last_refused_;
  // Reported only at the end: yaml-cpp takes a bracket that is never closed for the begin of a key.
  std::vector<Mark> bad_keys_;
};

/// Parses one document and collects its mistakes; nothing when there is no tree to go on with.
std::optional<Node> parse(std::string_view text, const FileName& file, Diagnostics& diagnostics) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text.remove_prefix(kByteOrderMark.size());
  }
  if (const auto bad = find_bad_byte(text, kMaxNesting)) {
    diagnostics.error({file, bad->line, bad->column}, bad->message);
    return std::nullopt;
  }
  TreeBuilder builder(text, file, diagnostics);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const StopParsing&) {
    return std::nullopt;
  } catch (const YAML::Exception& e) {
    diagnostics.error(builder.mark_of(e.mark), e.msg);
    return std::nullopt;
  }
  if (!builder.has_document()) {
    diagnostics.error({file, 1, 1}, "the file is empty");
    return std::nullopt;
  }
  return builder.take_root();
}

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

/// Puts `winner` over `base`: maps key by key, everything else as a whole.
void merge(Node& base, Node winner) {
  if (base.kind != Node::Kind::kMap || winner.kind != Node::Kind::kMap) {
    base = std::move(winner);
    return;
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
    std::optional<Node> root = parse(content.bytes, file, diagnostics_);
    content = {};  // not kept while the included files are read
    if (!root || root->kind != Node::Kind::kMap) return root;
    chain_.push_back(path);
    Node merged = resolve_includes(std::move(*root), path);
    chain_.pop_back();
    return merged;
  }

 private:
  Node resolve_includes(Node root, const fs::path& path) {
    const auto include = std::find_if(root.entries.begin(), root.entries.end(),
                                      [](const Node::Entry& e) { return e.key == "include"; });
    if (include == root.entries.end()) return root;
    const Node list = std::move(include->value);
    root.entries.erase(include);

    Node base;
    base.kind = Node::Kind::kMap;
    base.mark = root.mark;
    if (list.kind == Node::Kind::kSequence) {
      for (const Node& item : list.items) include_one(item, path, base);
    } else {
      include_one(list, path, base);
    }
    merge(base, std::move(root));
    return base;
  }

  void include_one(const Node& name, const fs::path& includer, Node& base) {
    const auto fail = [&](std::string_view message) {
      diagnostics_.error(name.mark, "include", message);
    };
    if (name.kind != Node::Kind::kScalar || name.text.empty()) {
      return fail(fmt::format("expected a file name or a list of them, got {}", describe(name)));
    }
    const fs::path path = find(name, includer.parent_path());
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

  fs::path find(const Node& name, const fs::path& folder) const {
    const fs::path beside = folder / name.text;
    std::error_code ignored;  // what cannot be looked at is reported when it is read
    if (!find_ || fs::exists(beside, ignored)) return beside;
    return find_(name.text, name.mark, diagnostics_).value_or(beside);
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

/// One step of a path: a key, or an index when `key` is empty.
struct Step {
  std::string key;
  std::size_t index = 0;
};

/// The steps of "devices[0].count", or nothing when that is not a path.
std::optional<std::vector<Step>> parse_path(std::string_view path) {
  std::vector<Step> steps;
  bool key_next = !path.starts_with('[');
  while (key_next || !path.empty()) {
    if (key_next) {
      const std::size_t end = std::min(path.find_first_of(".["), path.size());
      if (end == 0) return std::nullopt;
      steps.push_back({std::string(path.substr(0, end))});
      path.remove_prefix(end);
    } else {
      Step step;
      const char* begin = path.data() + 1;
      const char* end = path.data() + path.size();
      const auto [stop, error] = std::from_chars(begin, end, step.index);
      if (path[0] != '[' || error != std::errc() || stop == end || *stop != ']') {
        return std::nullopt;
      }
      steps.push_back(step);
      path.remove_prefix(static_cast<std::size_t>(stop + 1 - path.data()));
    }
    key_next = path.starts_with('.');
    if (key_next) path.remove_prefix(1);
  }
  return steps;
}

/// Parses VALUE inside "[VALUE]", which makes YAML read it in flow style.
std::optional<Node> parse_flow_value(std::string_view text, const FileName& file,
                                     Diagnostics& diagnostics) {
  Diagnostics inner;
  std::optional<Node> list = parse(fmt::format("[{}\n]", text), file, inner);
  const Mark mark{file, 0, 0};
  if (!inner.empty()) {
    diagnostics.error(mark, inner.list().front().message);
    return std::nullopt;
  }
  if (!list || list->kind != Node::Kind::kSequence || list->items.size() != 1) {
    diagnostics.error(
        mark, fmt::format("expected one value after '=', got {}", list ? list->items.size() : 0));
    return std::nullopt;
  }
  return std::move(list->items.front());
}

/// The override's own text is its place; positions inside it would point into nothing the user
/// sees.
void set_mark(Node& node, const Mark& mark) {
  node.mark = mark;
  for (Node& item : node.items) set_mark(item, mark);
  for (Node::Entry& entry : node.entries) {
    entry.mark = mark;
    set_mark(entry.value, mark);
  }
}

/// The node one step below `node`, or nullptr and an error text when the tree cannot have one. Does
/// not change the tree: a node that can be created is returned as nullptr without an error.
Node* descend(Node& node, const Step& step, std::string& error) {
  if (step.key.empty()) {
    if (node.kind != Node::Kind::kSequence) {
      error = fmt::format("[{}]: expected a list, found {}", step.index, describe(node));
    } else if (step.index >= node.items.size()) {
      error = fmt::format("[{}]: the list has {} items", step.index, node.items.size());
    } else {
      return &node.items[step.index];
    }
    return nullptr;
  }
  if (node.kind != Node::Kind::kMap && node.kind != Node::Kind::kNull) {
    error = fmt::format("{}: expected a map, found {}", printable(step.key), describe(node));
    return nullptr;
  }
  return node.find(step.key);
}

/// Adds `steps` of keys below `node`, the last with `value`.
void create(Node& node, std::span<const Step> steps, Node value, const Mark& mark) {
  Node* at = &node;
  for (const Step& step : steps) {
    if (at->kind == Node::Kind::kNull) {
      at->kind = Node::Kind::kMap;
      at->mark = mark;
    }
    at->entries.push_back({step.key, mark, {}});
    at = &at->entries.back().value;
  }
  *at = std::move(value);
}

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
  std::optional<Node> root = parse(text, std::make_shared<const std::string>(name), diagnostics);
  diagnostics.throw_if_any();
  return std::move(*root);
}

Node load_yaml(const fs::path& path, const IncludeFinder& find) {
  Diagnostics diagnostics;
  std::optional<Node> root = IncludeLoader(find, diagnostics).load(path, std::nullopt);
  diagnostics.throw_if_any();
  return std::move(*root);
}

void set_value(Node& root, std::string_view path, Node value, Diagnostics& diagnostics) {
  const Mark mark = value.mark;
  const auto steps = parse_path(path);
  if (!steps) {
    diagnostics.error(
        mark, fmt::format("expected a path such as devices[0].count, got '{}'", printable(path)));
    return;
  }
  if (steps->size() > kMaxNesting) {
    diagnostics.error(mark, too_deep_message(kMaxNesting));
    return;
  }
  Node* node = &root;
  for (std::size_t i = 0; i < steps->size(); ++i) {
    std::string error;
    Node* next = descend(*node, (*steps)[i], error);
    if (next == nullptr) {
      const auto rest = std::span(*steps).subspan(i);
      const auto index = std::find_if(rest.begin() + 1, rest.end(),
                                      [](const Step& step) { return step.key.empty(); });
      if (error.empty() && index != rest.end()) {
        error = fmt::format("[{}]: there is no list", index->index);
      }
      if (error.empty()) {
        create(*node, rest, std::move(value), mark);
      } else {
        diagnostics.error(mark, error);
      }
      return;
    }
    node = next;
  }
  *node = std::move(value);
}

void apply_override(Node& root, std::string_view assignment, Diagnostics& diagnostics) {
  const auto name = std::make_shared<const std::string>(fmt::format("--set {}", assignment));
  const Mark mark{name, 0, 0};
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos) {
    diagnostics.error(mark, "expected PATH=VALUE such as devices[0].count=5");
    return;
  }
  std::optional<Node> value = parse_flow_value(assignment.substr(equals + 1), name, diagnostics);
  if (!value) return;
  set_mark(*value, mark);
  set_value(root, assignment.substr(0, equals), std::move(*value), diagnostics);
}

}  // namespace autoscale::config
