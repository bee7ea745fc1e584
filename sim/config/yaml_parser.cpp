// The tree built from yaml-cpp's events.
//
// yaml-cpp's own tree (YAML::Load) is not used: it keeps duplicate keys, follows aliases and is
// built recursively. Its event parser recurses too, but guards itself at 500 levels (seen in
// version 0.7) and is stopped here at 64.
#include "sim/config/yaml_parser.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

#include "sim/config/yaml_text.h"

namespace autoscale::config {
namespace {

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

}  // namespace

std::optional<Node> parse_document(std::string_view text, const FileName& file,
                                   Diagnostics& diagnostics) {
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

}  // namespace autoscale::config
