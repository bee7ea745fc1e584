// Where an inference can run: execution targets, and the action space of a device type made of
// them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/models/device_profile.h"

namespace autoscale {

enum class Site : std::uint8_t { kPhone, kTablet, kCloud };

template <>
struct config::EnumNames<Site> {
  static constexpr std::array<std::pair<Site, std::string_view>, 3> value{
      {{Site::kPhone, "phone"}, {Site::kTablet, "tablet"}, {Site::kCloud, "cloud"}}};
};

/// Index of an execution target in its device type's action space.
using ActionId = std::uint16_t;

struct Target {
  Site site{};
  ProcessorKind processor{};
  Precision precision{};
  std::uint16_t point = 0;  // operating point, 0 the lowest
};

/// Site x processor x precision as one index, the same for every device type. Draws are addressed by
/// it, so the kinds of a later precision follow all others.
inline constexpr std::size_t kTargetKinds = 3 * kProcessorKinds * kPrecisions;
constexpr std::size_t target_kind(Site site, ProcessorKind processor, Precision precision) {
  const std::size_t where =
      static_cast<std::size_t>(site) * kProcessorKinds + static_cast<std::size_t>(processor);
  constexpr std::size_t kFirst = 3;  // precisions that came first
  const auto p = static_cast<std::size_t>(precision);
  return p < kFirst ? where * kFirst + p : 3 * kProcessorKinds * p + where;
}

/// The targets that differ only in their operating point; consecutive in the action space.
struct TargetGroup {
  Site site{};
  ProcessorKind processor{};
  Precision precision{};
  ActionId first = 0;
  ActionId count = 0;
  std::string name;  // e.g. phone_cpu_fp32
};

/// Every (site, processor, precision, operating point) of a phone with its tablet and its cloud.
/// Order: phone, cloud, tablet; within a site by processor, precision, operating point.
class ActionSpace {
 public:
  ActionSpace() = default;
  ActionSpace(const DeviceProfile& phone, const DeviceProfile& tablet, const DeviceProfile& cloud);

  std::size_t size() const { return targets_.size(); }
  const Target& operator[](ActionId a) const { return targets_[a]; }
  const std::vector<TargetGroup>& groups() const { return groups_; }
  std::uint8_t group_of(ActionId a) const { return group_of_[a]; }
  const TargetGroup& group(ActionId a) const { return groups_[group_of_[a]]; }

  /// The group's name and the operating point, e.g. phone_cpu_fp32@22.
  std::string name(ActionId a) const;
  std::vector<std::string> names() const;  // by ActionId

 private:
  void add_group(Site site, const Processor& processor, Precision precision, int first_point,
                 int last_point);
  void add_server(Site site, const DeviceProfile& server);

  std::vector<Target> targets_;
  std::vector<std::uint8_t> group_of_;
  std::vector<TargetGroup> groups_;
};

}  // namespace autoscale
