// Nominal costs that planners may use: the tables, without the present state of the world.
#pragma once

#include <cstdint>
#include <span>

#include "sim/policy/observation.h"
#include "sim/system/dnn_on_type.h"
#include "sim/system/segment.h"

namespace autoscale {

struct SystemModel;
struct DeviceType;

class CostModel {
 public:
  /// Both must outlive the cost model.
  CostModel(const SystemModel& system, const DeviceType& type);

  /// Cost of a legal action in the calm world (environment S1 without noise).
  Cost nominal(std::uint16_t dnn, ActionId action) const;
  /// The same of a valid plan in segments.
  Cost nominal(std::uint16_t dnn, std::span<const Segment> plan) const;
  /// The calm world with the signals and the co-runners of an observation.
  Conditions observed(const Observation& o) const;

  PlanContext plan_context(std::uint16_t dnn) const;
  const DnnOnType& dnn(std::uint16_t i) const;
  std::uint16_t dnn_count() const;
  const Constraints& constraints() const;

 private:
  const SystemModel& system_;
  const DeviceType& type_;
  Conditions calm_;
};

}  // namespace autoscale
