#include "sim/run/episode.h"

#include <fmt/format.h>

#include <stdexcept>

namespace autoscale {

ActionId Episode::fallback() const {
  const ActionSpace& space = world_.type().actions;
  for (const TargetGroup& group : space.groups()) {
    const auto top = static_cast<ActionId>(group.first + group.count - 1);
    const bool edge = group.site == Site::kPhone && group.processor == ProcessorKind::kCpu &&
                      group.precision == Precision::kFp32;
    if (edge && world_.legal(top)) return top;
  }
  return world_.dnn().legal.front();
}

void Episode::refuse(std::int64_t action) const {
  const auto count = static_cast<std::int64_t>(actions());
  if (action < 0 || action >= count) {
    throw std::invalid_argument(fmt::format(
        "action {} is not in the action space: it has the actions 0 to {}", action, count - 1));
  }
  throw std::invalid_argument(fmt::format(
      "action {} ({}) is illegal for {}: choose one where info['action_mask'] is 1, or make the "
      "environment with illegal=\"penalty\"",
      action, world_.type().actions.name(static_cast<ActionId>(action)),
      world_.system().dnns[world_.observation().dnn].id));
}

}  // namespace autoscale
