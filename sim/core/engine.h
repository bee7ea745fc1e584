// The simulation clock and the events ahead of it, run in (time, rank, first-in-first-out) order.
//
// There is no cancel: an event whose entity has moved on carries an old Event::stamp and its
// handler ignores it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sim/core/check.h"
#include "sim/core/event_queue.h"
#include "sim/core/time.h"

namespace autoscale {

/// The order of simultaneous events: resources are freed, then the world changes, then requests
/// arrive, and decisions see all of it.
enum class EventRank : std::uint8_t { kCompletion, kEnvironment, kArrival, kDecision };

class Engine {
 public:
  /// The current instant: of the running event or, after run_until, the horizon.
  Time now() const { return now_; }

  /// An instant and a rank as one number: events run in ascending order of it, equal ones in the order
  /// in which they were scheduled.
  using Order = EventQueue::Key;
  /// Of the running event, or of the last one.
  Order order() const { return current_key_; }
  /// Of the next event; there must be one.
  Order next_order() const { return queue_.min_key(); }

  /// The event that comes next if nothing is scheduled before it and it is known without a search.
  std::optional<Event> upcoming() const { return queue_.upcoming(); }

  /// Events not yet run, cancelled ones included.
  std::size_t pending() const { return queue_.size(); }

  /// Events run since the engine was built.
  std::uint64_t processed() const { return processed_; }

  /// Makes room for `events` pending events, so that up to that many nothing is allocated.
  void reserve(std::size_t events) { queue_.reserve(events); }

  /// Schedules `event`. Throws TimeOverflow when `time` is not before kNever. Fails a check when
  /// (time, rank) is before the current event: work that takes no time and belongs to an earlier
  /// rank is a function call, not an event.
  void at(Time time, EventRank rank, Event event) {
    AUTOSCALE_CHECK(kStart <= time, "{} ns is not an instant", time.time_since_epoch().count());
    if (time >= kNever) throw_overflow();
    const EventQueue::Key key = key_of(time, rank);
    AUTOSCALE_CHECK(key >= current_key_,
                    "event kind {} id {} at {} ns rank {}, but it is {} ns rank {}", event.kind,
                    event.id, key >> kRankBits, key & kRankMask, current_key_ >> kRankBits,
                    current_key_ & kRankMask);
    queue_.push(key, event);
  }

  /// Schedules `event` a span from now. Throws and fails checks as at() does, and fails one when
  /// `delay` is negative.
  void after(Duration delay, EventRank rank, Event event) {
    AUTOSCALE_CHECK(Duration::zero() <= delay, "a delay of {} ns at {} ns", delay.count(),
                    now_.time_since_epoch().count());
    at(now_ + std::min(delay, kNever - now_), rank, event);
  }

  /// Runs every event up to and at `horizon`, those scheduled meanwhile included, calling
  /// `handler(Event)` for each, and leaves now() == horizon; then only decisions can still be
  /// scheduled at the horizon itself. Returns early, with now() at the event just run, when the
  /// handler calls stop(), and likewise when it throws. Fails a check when `horizon` is before
  /// now(). Not reentrant.
  template <class Handler>
  void run_until(Time horizon, Handler&& handler) {
    AUTOSCALE_CHECK(now_ <= horizon && horizon <= kNever, "a horizon of {} ns at {} ns",
                    horizon.time_since_epoch().count(), now_.time_since_epoch().count());
    const EventQueue::Key last_key = key_of(horizon, EventRank::kDecision);
    stopped_ = false;
    while (!queue_.empty()) {
      const EventQueue::Key next = queue_.min_key();
      if (next > last_key) break;
      current_key_ = next;
      now_ = Time{Duration{static_cast<Duration::rep>(current_key_ >> kRankBits)}};
      ++processed_;
      handler(queue_.pop());
      if (stopped_) return;
    }
    current_key_ = last_key;
    now_ = horizon;
  }

  /// Back to kStart with no events and none counted; keeps what was allocated. Not from a handler.
  void reset() {
    queue_.clear();
    current_key_ = 0;
    now_ = kStart;
    processed_ = 0;
  }

  /// Makes run_until return after the running event; call it from the handler.
  void stop() { stopped_ = true; }

 private:
  static constexpr unsigned kRankBits = 3;
  static constexpr EventQueue::Key kRankMask = (1U << kRankBits) - 1;

  static constexpr EventQueue::Key key_of(Time time, EventRank rank) {
    return static_cast<EventQueue::Key>(time.time_since_epoch().count()) << kRankBits |
           static_cast<EventQueue::Key>(rank);
  }

  EventQueue queue_;
  EventQueue::Key current_key_ = 0;
  Time now_ = kStart;
  std::uint64_t processed_ = 0;
  bool stopped_ = false;
};

}  // namespace autoscale
