#include "sim/world/world_shard.h"

#include <algorithm>
#include <iterator>

namespace autoscale {

RequestRecord KeptRecord::record() const {
  return {.observation = observation_,
          .type = rest_.type,
          .action = rest_.action,
          .executed = rest_.executed,
          .segments = segments_,
          .arrival = rest_.arrival,
          .completion = rest_.completion,
          .since_phase_start = rest_.since_phase_start,
          .ledger = ledger_,
          .verdict = rest_.verdict,
          .temperature_c = rest_.temperature_c,
          .throttled = rest_.throttled,
          .oracle = oracle_,
          .tokens = rest_.tokens,
          .ttft = rest_.ttft};
}

void WorldShard::run_on() {
  if (steps_.size() >= kBuffered) return;
  world_.advance_while([this](const Engine& engine, Event event) {
    steps_.push_back({engine.order(), event.id, static_cast<std::uint32_t>(things_.size())});
    if (steps_.size() < kBuffered) return true;
    return engine.pending() > 0 && engine.next_order() == engine.order();
  });
}

void WorldShard::tell(Observer& observer) {
  struct Teller {
    Observer& observer;
    void operator()(const KeptRecord& r) const { observer.on_request(r.record()); }
    void operator()(const Dropped& d) const {
      observer.on_dropped(d.phone, d.type, d.dnn, d.count);
    }
    void operator()(const Learned& l) const { observer.on_learned(l.type, l.reward, l.oracle); }
  };
  const std::size_t end = steps_[told_++].told;
  for (; told_things_ < end; ++told_things_) std::visit(Teller{observer}, things_[told_things_]);
}

void WorldShard::drop_told() {
  steps_.erase(steps_.begin(), steps_.begin() + static_cast<std::ptrdiff_t>(told_));
  kept_.clear();
  std::move(things_.begin() + static_cast<std::ptrdiff_t>(told_things_), things_.end(),
            std::back_inserter(kept_));
  things_.swap(kept_);
  for (Step& step : steps_) step.told -= static_cast<std::uint32_t>(told_things_);
  told_ = told_things_ = 0;
}

}  // namespace autoscale
