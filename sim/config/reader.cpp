// The part of reading a map that does not depend on types.
#include "sim/config/reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace autoscale::config {

MapReader::MapReader(const Cursor& at, bool bare)
    : at_(at), is_map_(bare || at.node().kind == Node::Kind::kMap), good_(is_map_) {
  if (!is_map_) at_.expected("a map");
}

const Node* MapReader::take(std::string_view key) {
  legal_.emplace_back(key);
  return at_.node().find(key);
}

void MapReader::missing(std::string_view key) {
  if (!is_map_) return;
  good_ = at_.error(fmt::format("missing key '{}'", key));
}

void MapReader::origin(Origin& out) {
  std::vector<std::string> found;
  for (const auto& [kind, name] : EnumNames<OriginKind>::value) {
    const Node* text = take(name);
    if (text == nullptr) continue;
    found.emplace_back(name);
    out.kind = kind;
    read_checked(at_.at_key(name, *text), out.text, [](const std::string& t) {
      return t.find_first_not_of(" \t\n\r") == std::string::npos ? "must not be empty" : "";
    });
  }
  if (found.size() == 1 || !is_map_) return;
  good_ = at_.error(
      fmt::format("expected exactly one of {}, got {}", fmt::join(enum_names<OriginKind>(), ", "),
                  found.empty() ? "none" : fmt::format("{}", fmt::join(found, ", "))));
}

bool MapReader::finish() {
  int unknown = 0;
  for (const Node::Entry& entry : at_.node().entries) {
    std::size_t index = 0;
    if (read_key(at_, entry, "key", legal_, index)) continue;
    good_ = false;
    // Further ones would not be shown, and what is similar to each is dear to find.
    if (++unknown > Diagnostics::kMaxPerFile) break;
  }
  return good_;
}

}  // namespace autoscale::config
