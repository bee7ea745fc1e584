// A simulated phone: its conditions and its request in flight, of which it has at most one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/models/co_runner.h"
#include "sim/models/link.h"
#include "sim/models/signal.h"
#include "sim/models/thermal.h"
#include "sim/system/cost.h"
#include "sim/world/request.h"

namespace autoscale {

/// One of a phone's radio links.
struct PhoneLink {
  SignalState signal;
  LinkConditions now;
  Time last_used = kNever;  // in this phase; kNever: not yet

  bool used() const { return last_used != kNever; }
};

/// What a phone meets, as of when it was last looked at (see Surroundings).
struct PhoneConditions {
  CoRunnerState co_runner;
  ThermalState thermal;
  std::array<PhoneLink, kLinks> links;
  // Powers of now, for the temperature.
  double active_w = 0;     // of the work in flight
  double co_runner_w = 0;  // of the co-runner, per unit of its CPU utilisation

  const CoRunnerLoad& load() const { return co_runner.load; }
};

/// Bytes that a processor loads at once; of most of today's.
inline constexpr std::size_t kCacheLine = 64;

struct alignas(kCacheLine) Phone {
  Request request;
  PhoneConditions conditions;
  std::uint32_t number = 0;
  std::uint32_t done = 0;  // requests of the phase that are over (finished or dropped)
  std::uint16_t type = 0;
};

}  // namespace autoscale
