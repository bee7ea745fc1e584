#include "sim/policy/cost_model.h"

#include "sim/system/system_model.h"

namespace autoscale {

CostModel::CostModel(const SystemModel& system, const DeviceType& type)
    : system_(system), type_(type), calm_(nominal_conditions(system, type)) {}

Cost CostModel::nominal(std::uint16_t dnn, ActionId action) const {
  const DnnOnType& on_type = type_.dnns[dnn];
  return predict(on_type.request, on_type.actions[action], calm_);
}

Cost CostModel::nominal(std::uint16_t dnn, std::span<const Segment> plan) const {
  return predict_plan(plan_context(dnn), plan, calm_);
}

Conditions CostModel::observed(const Observation& o) const {
  Conditions now = calm_;
  now.load = o.load;
  for (std::size_t l = 0; l < kLinks; ++l) {
    now.link[l] = link_conditions(system_.links[l].technology, type_.radio[l], o.signal_dbm[l], 0);
  }
  return now;
}

PlanContext CostModel::plan_context(std::uint16_t dnn) const {
  return system_.plan_context(type_, dnn);
}

const DnnOnType& CostModel::dnn(std::uint16_t i) const { return type_.dnns[i]; }

std::uint16_t CostModel::dnn_count() const { return static_cast<std::uint16_t>(type_.dnns.size()); }

const Constraints& CostModel::constraints() const { return system_.constraints; }

}  // namespace autoscale
