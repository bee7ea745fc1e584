#include "sim/world/deciders.h"

#include <chrono>

namespace autoscale {

Deciders::Deciders(const SystemModel& system, PolicyUnderTest setup,
                   std::optional<Steering> steering, Observer& observer)
    : system_(system), setup_(std::move(setup)), steering_(steering), observer_(observer) {
  if (setup_.info.deliberates) decision_ = from_seconds(system.decision_s);
  if (steering_ && steering_->deliberates) steered_decision_ = from_seconds(system.decision_s);
  for (const DeviceType& type : system.types) true_costs_.emplace_back(system, type);
}

void Deciders::make_policies(const Phones& phones, const RandomField& random,
                             const Oracle& oracle) {
  decisions_ = timed_decisions_ = 0;
  timed_ns_ = 0;
  policies_.clear();
  mistaken_costs_.clear();
  first_phone_ = phones.range().first;
  const auto types = static_cast<std::uint32_t>(system_.types.size());
  const PhoneRange owners = setup_.per_device ? phones.range() : PhoneRange{0, types};
  for (std::uint32_t i = owners.first; i < owners.end; ++i) {
    const std::size_t t = setup_.per_device ? phones[i].type : i;
    const DeviceType& type = system_.types[t];
    const std::uint32_t decides_for = setup_.per_device ? 1 : system_.count_of(t);
    const bool steered = steering_ && (setup_.per_device ? steering_->phone == i
                                                         : phones[steering_->phone].type == t);
    if (decides_for == 1 && steered) {
      policies_.push_back(nullptr);
      continue;
    }
    policies_.push_back(setup_.make({type.actions, system_.dnns, type.dnns,
                                     setup_.info.needs_costs ? &costs_for(t, i, random) : nullptr,
                                     setup_.info.needs_oracle ? &oracle : nullptr, random,
                                     type.profile.id, system_.constraints.qos_s}));
  }
}

const CostModel& Deciders::costs_for(std::size_t type, std::uint32_t owner,
                                     const RandomField& random) {
  const ModelError& error = system_.planner_error;
  if (error.exact() || setup_.info.needs_oracle) return true_costs_[type];
  return mistaken_costs_.emplace_back(system_, system_.types[type], error, random, owner);
}

void Deciders::set_mode(LearningMode mode) {
  for (const auto& policy : policies_) {
    if (policy) policy->set_mode(mode);
  }
}

ExecutionPlan Deciders::ask(const Phone& phone) {
  Policy& policy = policy_of(phone);
  const Observation& seen = phone.request.observation;
  if (++decisions_ % Observer::kProgressStep == 0) observer_.on_progress();
  if (decisions_ % 64 != 0) return policy.decide(seen);
  const auto start = std::chrono::steady_clock::now();
  const ExecutionPlan plan = policy.decide(seen);
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
  timed_ns_ += took.count();
  ++timed_decisions_;
  return plan;
}

}  // namespace autoscale
