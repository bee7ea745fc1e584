#include "sim/policy/cost_model.h"

#include "sim/system/system_model.h"

namespace autoscale {

CostModel::CostModel(const SystemModel& system, const DeviceType& type)
    : system_(system), type_(type), calm_(nominal_conditions(system, type)) {}

CostModel::CostModel(const SystemModel& system, const DeviceType& type, const ModelError& error,
                     const RandomField& random, std::uint32_t owner)
    : CostModel(system, type) {
  mistaken_ = std::make_unique<MistakenModel>(mistaken_model(type, error, random, owner));
  for (std::size_t l = 0; l < kLinks; ++l) {
    mistake(l, calm_.link[l]);
    calm_.rtt_s[l] *= mistaken_->rtt[l];
  }
}

void CostModel::mistake(std::size_t link, LinkConditions& conditions) const {
  if (!mistaken_) return;
  conditions.up_bps *= mistaken_->rate[link];
  conditions.down_bps *= mistaken_->rate[link];
  conditions.tx_w *= mistaken_->radio[link];
  conditions.rx_w *= mistaken_->radio[link];
}

Cost CostModel::nominal(std::uint16_t i, ActionId action) const {
  return predict(dnn(i).request, dnn(i).actions[action], calm_);
}

Cost CostModel::nominal(std::uint16_t dnn, std::span<const Segment> plan) const {
  return predict_plan(plan_context(dnn), plan, calm_);
}

Conditions CostModel::observed(const Observation& o) const {
  Conditions now = calm_;
  now.load = o.load;
  now.tokens = expected_tokens(o);
  for (std::size_t l = 0; l < kLinks; ++l) {
    now.link[l] = link_conditions(system_.links[l].technology, type_.radio[l], o.signal_dbm[l], 0);
    mistake(l, now.link[l]);
  }
  return now;
}

Tokens CostModel::expected_tokens(const Observation& o) const {
  return system_.expected_tokens(o.prompt_tokens);
}

double CostModel::rtt_sigma(std::size_t link) const {
  return system_.links[link].technology.rtt_sigma;
}

PlanContext CostModel::plan_context(std::uint16_t dnn) const {
  return {this->dnn(dnn).request, this->dnn(dnn).actions, type_.actions, system_.cuts[dnn]};
}

const DnnOnType& CostModel::dnn(std::uint16_t i) const {
  return mistaken_ ? mistaken_->dnns[i] : type_.dnns[i];
}

std::uint16_t CostModel::dnn_count() const { return static_cast<std::uint16_t>(type_.dnns.size()); }

const Constraints& CostModel::constraints() const { return system_.constraints; }

}  // namespace autoscale
