// Where a run is: its draws, and the phase it is in with the phase's clock and draws.
#pragma once

#include <cstdint>

#include "sim/core/random_field.h"
#include "sim/core/time.h"
#include "sim/system/system_model.h"
#include "sim/world/phase.h"
#include "sim/world/phone.h"

namespace autoscale {

class RunState {
 public:
  RunState(const SystemModel& system, std::uint64_t seed) : system_(system) { reset(seed); }

  /// Back to before the first phase.
  void reset(std::uint64_t seed) {
    seed_ = seed;
    random_ = phase_random_ = RandomField(seed);
    next_phase_ = first_ = 0;
  }

  /// `phase` must live until end().
  void begin(const PhasePlan& phase, Time now) {
    phase_ = &phase;
    start_ = now;
    phase_random_ = RandomField(seed_ + next_phase_++ * kPhaseSeed);
  }
  void end() { first_ += phase_->length(); }
  void skip(const PhasePlan& phase) {
    ++next_phase_;
    first_ += phase.length();
  }

  const SystemModel& system() const { return system_; }
  const PhasePlan& phase() const { return *phase_; }
  const Variance& variance() const { return system_.variances[phase_->variance]; }
  /// Draws of requests: arrivals, noise, policies.
  const RandomField& random() const { return random_; }
  /// Draws of the phase's signals and co-runners.
  const RandomField& phase_random() const { return phase_random_; }

  Time phase_start() const { return start_; }
  /// Signals and co-runners live in the time of their phase.
  Time phase_time(Time at) const { return kStart + (at - start_); }
  Time world_time(Time at) const { return at == kNever ? kNever : start_ + (at - kStart); }

  /// Number of the phone's present request in its run.
  std::uint32_t request_of(const Phone& phone) const { return first_ + phone.done; }
  /// DNN of the phone's present request.
  std::uint16_t dnn_of(const Phone& phone) const {
    return phase_->dnn_of(phone.done, random_, phone.number, request_of(phone));
  }

 private:
  /// Apart enough that no phase of one seed meets a phase of a neighbouring one.
  static constexpr std::uint64_t kPhaseSeed = 0x9e3779b97f4a7c15;

  const SystemModel& system_;
  std::uint64_t seed_ = 0;
  RandomField random_{0};
  RandomField phase_random_{0};
  const PhasePlan* phase_ = nullptr;
  Time start_{};
  std::uint32_t next_phase_ = 0;
  std::uint32_t first_ = 0;  // number of the phase's first request in a phone's run
};

}  // namespace autoscale
