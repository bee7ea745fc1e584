// Nominal costs that planners may use: the tables, without the present state of the world; with the
// scenario's planner_model, as far as planners know them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "sim/policy/observation.h"
#include "sim/system/dnn_on_type.h"
#include "sim/system/model_error.h"
#include "sim/system/segment.h"

namespace autoscale {

struct SystemModel;
struct DeviceType;

class CostModel {
 public:
  /// The truth. Both must outlive the cost model.
  CostModel(const SystemModel& system, const DeviceType& type);
  /// What the owner of an erring model, a phone or a device type by its number, takes for true.
  CostModel(const SystemModel& system, const DeviceType& type, const ModelError& error,
            const RandomField& random, std::uint32_t owner);

  /// Cost of a legal action in the calm world (environment S1 without noise).
  Cost nominal(std::uint16_t dnn, ActionId action) const;
  /// The same of a valid plan in segments.
  Cost nominal(std::uint16_t dnn, std::span<const Segment> plan) const;
  /// The calm world with the signals and the co-runners of an observation.
  Conditions observed(const Observation& o) const;

  /// Lengths of an observed request; none if it is not generative.
  Tokens expected_tokens(const Observation& o) const;

  /// Of the logarithm of a link's round trips.
  double rtt_sigma(std::size_t link) const;

  PlanContext plan_context(std::uint16_t dnn) const;
  const DnnOnType& dnn(std::uint16_t i) const;
  std::uint16_t dnn_count() const;
  const Constraints& constraints() const;

 private:
  /// Turns true conditions of a link into what the planner takes them for.
  void mistake(std::size_t link, LinkConditions& conditions) const;

  const SystemModel& system_;
  const DeviceType& type_;
  std::unique_ptr<const MistakenModel> mistaken_;  // null: the truth
  Conditions calm_;
};

}  // namespace autoscale
