// Changing a value of a tree at a path such as "devices[0].count".
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <utility>

#include "sim/config/node.h"
#include "sim/config/yaml_parser.h"
#include "sim/config/yaml_text.h"

namespace autoscale::config {
namespace {

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
  std::optional<Node> list = parse_document(fmt::format("[{}\n]", text), file, inner);
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
