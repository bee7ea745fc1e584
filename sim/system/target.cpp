#include "sim/system/target.h"

#include <fmt/format.h>

namespace autoscale {

ActionSpace::ActionSpace(const DeviceProfile& phone, const DeviceProfile& tablet,
                         const DeviceProfile& cloud) {
  for (const Processor& processor : phone.processors) {
    for (const auto& [precision, name] : config::EnumNames<Precision>::value) {
      if (processor.support(precision).supported) {
        add_group(Site::kPhone, processor, precision, 0, processor.top());
      }
    }
  }
  add_server(Site::kCloud, cloud);
  add_server(Site::kTablet, tablet);
}

void ActionSpace::add_server(Site site, const DeviceProfile& server) {
  for (const Processor& processor : server.processors) {
    for (const Precision p : processor.served) {
      add_group(site, processor, p, processor.top(), processor.top());
    }
  }
}

void ActionSpace::add_group(Site site, const Processor& processor, Precision precision,
                            int first_point, int last_point) {
  TargetGroup group{site, processor.kind, precision, static_cast<ActionId>(targets_.size()), 0, ""};
  group.name = fmt::format("{}_{}_{}", name_of(site), name_of(processor.kind), name_of(precision));
  for (int point = first_point; point <= last_point; ++point) {
    targets_.push_back({site, processor.kind, precision, static_cast<std::uint16_t>(point)});
    group_of_.push_back(static_cast<std::uint8_t>(groups_.size()));
    ++group.count;
  }
  groups_.push_back(std::move(group));
}

std::string ActionSpace::name(ActionId a) const {
  return fmt::format("{}@{}", group(a).name, targets_[a].point);
}

std::vector<std::string> ActionSpace::names() const {
  std::vector<std::string> names;
  for (std::size_t a = 0; a < size(); ++a) names.push_back(name(static_cast<ActionId>(a)));
  return names;
}

}  // namespace autoscale
