#include "sim/world/stepped_world.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "sim/policy/oracle.h"

namespace autoscale {
namespace {

std::uint16_t type_of(const SystemModel& system, std::uint32_t phone) {
  std::uint32_t first = 0;
  for (const DeviceGroup& group : system.groups) {
    if (phone - first < group.count) return group.type;
    first += group.count;
  }
  throw std::invalid_argument("no phone " + std::to_string(phone) + " in this system of " +
                              std::to_string(system.devices()));
}

std::uint64_t length_of(const SteppedWorldSetup& setup) {
  std::uint64_t all = 0;
  for (const EpisodePhase& phase : setup.phases) all += phase.taken ? phase.plan.length() : 0;
  if (all == 0) throw std::invalid_argument("no phase with requests makes the episode");
  return setup.length == 0 ? all : std::min(all, setup.length);
}

}  // namespace

SteppedWorld::SteppedWorld(const SystemModel& system, SteppedWorldSetup setup)
    : system_(system),
      setup_(std::move(setup)),
      type_(type_of(system, setup_.steering.phone)),
      length_(length_of(setup_)),
      world_(system, 0, setup_.others, *this, setup_.steering),
      costs_(system, system.types[type_]) {}

void SteppedWorld::reset(std::uint64_t seed) {
  seed_ = seed;
  steps_ = 0;
  next_ = 0;
  dropped_ = 0;
  over_ = true;  // should the world throw on its way to the first decision
  finished_.clear();
  outcome_ = {};
  world_.reset(seed);
  begin_next_phase();
  started_ = true;
  advance();
}

void SteppedWorld::step(const ExecutionPlan& plan) {
  require_decision("step");
  world_.decide(plan);
  finished_.clear();
  dropped_ = 0;
  ++steps_;
  over_ = true;  // should the world throw on its way to the next decision
  advance();
}

bool SteppedWorld::begin_next_phase() {
  for (; next_ < setup_.phases.size(); ++next_) {
    const EpisodePhase& phase = setup_.phases[next_];
    if (phase.taken && phase.plan.length() > 0) {
      at_ = next_++;
      world_.begin(phase.plan);
      return true;
    }
    world_.skip(phase.plan);
  }
  return false;
}

void SteppedWorld::advance() {
  while (!world_.advance()) {
    world_.end();
    if (begin_next_phase()) continue;
    over_ = true;
    observation_ = outcome_.next;
    return;
  }
  observation_ = world_.steered();
  over_ = steps_ == length_;
}

void SteppedWorld::on_dropped(std::uint32_t phone, std::uint16_t, std::uint16_t,
                              std::uint32_t count) {
  if (phone == setup_.steering.phone) dropped_ += count;
}

void SteppedWorld::on_finished(const RequestRecord& r, const Observation& next) {
  finished_.push_back({.observation = r.observation,
                       .next = next,
                       .type = r.type,
                       .action = r.action,
                       .executed = r.executed,
                       .since_phase_start = r.since_phase_start,
                       .latency = r.latency(),
                       .ledger = r.ledger,
                       .verdict = r.verdict,
                       .temperature_c = r.temperature_c,
                       .tokens = r.tokens,
                       .ttft = r.ttft,
                       .tpot_s = r.tpot_s()});
  if (r.observation.phone == setup_.steering.phone) outcome_ = finished_.back();
}

void SteppedWorld::require_decision(const char* what) const {
  if (!started_) throw std::logic_error(std::string(what) + ": reset the environment first");
  if (over_) {
    throw std::logic_error(std::string(what) + ": the episode is over; reset the environment");
  }
}

OracleChoice SteppedWorld::best(OracleForm form) const {
  require_decision("oracle");
  return world_.oracle().best(observation_, form);
}

const CostModel& SteppedWorld::costs_for(const PolicyInfo& info, std::uint64_t seed) const {
  const ModelError& error = system_.planner_error;
  if (error.exact() || info.needs_oracle) return costs_;
  const std::uint32_t owner = setup_.others.per_device ? setup_.steering.phone : type_;
  return mistaken_costs_.try_emplace(seed, system_, type(), error, RandomField(seed), owner)
      .first->second;
}

PolicyContext SteppedWorld::policy_context(const PolicyInfo& info, std::uint64_t seed) const {
  return {type().actions,
          system_.dnns,
          type().dnns,
          info.needs_costs ? &costs_for(info, seed) : nullptr,
          info.needs_oracle ? &world_.oracle() : nullptr,
          RandomField(seed),
          type().profile.id,
          system_.constraints.qos_s};
}

}  // namespace autoscale
