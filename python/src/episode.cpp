#include "episode.h"

#include <fmt/format.h>

#include <stdexcept>

namespace autoscale::python {

ActionId Episode::fallback() const {
  const ActionSpace& space = environment_.type().actions;
  for (const TargetGroup& group : space.groups()) {
    const auto top = static_cast<ActionId>(group.first + group.count - 1);
    const bool edge = group.site == Site::kPhone && group.processor == ProcessorKind::kCpu &&
                      group.precision == Precision::kFp32;
    if (edge && environment_.legal(top)) return top;
  }
  return environment_.dnn().legal.front();
}

void Episode::refuse(std::int64_t action) const {
  const auto count = static_cast<std::int64_t>(actions());
  if (action < 0 || action >= count) {
    throw std::invalid_argument(fmt::format(
        "action {} is not in the action space: it has the actions 0 to {}", action, count - 1));
  }
  const SteppedWorld& e = environment_;
  throw std::invalid_argument(fmt::format(
      "action {} ({}) is illegal for {}: choose one where info['action_mask'] is 1, or make the "
      "environment with illegal=\"penalty\"",
      action, e.type().actions.name(static_cast<ActionId>(action)),
      e.system().dnns[e.observation().dnn].id));
}

}  // namespace autoscale::python
