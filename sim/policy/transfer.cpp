#include "sim/policy/transfer.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace autoscale {
namespace {

/// The point among `m` nearest to point `i` of `n`, by relative position i / (n - 1).
std::size_t nearest_point(std::size_t i, std::size_t n, std::size_t m) {
  if (n == 1) return m - 1;
  return (2 * i * (m - 1) + n - 2) / (2 * (n - 1));  // i (m - 1) / (n - 1) rounded, halves down
}

}  // namespace

void require_same(const nlohmann::ordered_json& saved, const char* key,
                  const nlohmann::ordered_json& expected) {
  if (!saved.contains(key) || saved.at(key) != expected) {
    throw std::invalid_argument(fmt::format("the table's '{}' is not that of this run", key));
  }
}

void require_size(const nlohmann::ordered_json& values, std::size_t expected) {
  if (values.size() == expected) return;
  throw std::invalid_argument(
      fmt::format("the table has {} values, expected {}", values.size(), expected));
}

std::vector<std::optional<std::size_t>> counterparts(const std::vector<std::string>& from,
                                                     const ActionSpace& to) {
  std::map<std::string, std::vector<std::size_t>> points;  // of each group, ascending
  for (std::size_t i = 0; i < from.size(); ++i) {
    points[from[i].substr(0, from[i].find('@'))].push_back(i);
  }
  std::vector<std::optional<std::size_t>> found(to.size());
  for (const TargetGroup& group : to.groups()) {
    const auto there = points.find(group.name);
    if (there == points.end()) continue;
    for (std::size_t i = 0; i < group.count; ++i) {
      found[group.first + i] = there->second[nearest_point(i, group.count, there->second.size())];
    }
  }
  return found;
}

}  // namespace autoscale
