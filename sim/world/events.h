// The kinds of events of a world, and how they are scheduled.
#pragma once

#include <algorithm>
#include <cstdint>

#include "sim/core/engine.h"

namespace autoscale {

enum class WorldEvent : std::uint8_t {
  kArrival,
  kLocalStep,
  kUploadStart,
  kTransferStart,
  kTransferStep,
  kServerArrival,
  kDownloadStart,
  kMediumFinish,  // Event::extra is the link, Event::id the medium; else Event::id is the phone
  kMediumRerate,
  kBatchStep,  // Event::id is the batch
  kStreamEnd
};

/// Whether Event::id is a phone.
inline bool concerns_phone(Event event) {
  const auto kind = static_cast<WorldEvent>(event.kind);
  return kind != WorldEvent::kMediumFinish && kind != WorldEvent::kBatchStep;
}

/// Work that ends now ends one nanosecond later, so that the order of ranks holds.
inline Time soon(const Engine& engine, Time at) { return std::max(at, engine.now() + Duration(1)); }

/// Schedules an event of a phone.
inline void schedule(Engine& engine, Time at, EventRank rank, WorldEvent kind, std::uint32_t phone,
                     std::uint16_t stamp = 0) {
  engine.at(soon(engine, at), rank, {static_cast<std::uint8_t>(kind), 0, stamp, phone});
}

/// Schedules an event that ends the work at hand at `end`, or at the next change of its conditions
/// if that is earlier.
inline void schedule_step(Engine& engine, Time end, Time change, WorldEvent kind,
                          std::uint32_t phone) {
  if (end <= change) {
    schedule(engine, end, EventRank::kCompletion, kind, phone);
  } else {
    schedule(engine, change, EventRank::kEnvironment, kind, phone);
  }
}

}  // namespace autoscale
