// The pending events: a monotone priority queue with first-in-first-out order among equal keys.
//
// The next events are in order in the front, from which they are popped; the others are in a radix
// heap, and when the front is empty, its smallest keys are sorted into it. What is pushed goes
// where its key belongs, so most events are filed once, and sorted among a few once. As long as all
// fit into the front, the heap has nothing to do.
// Simulated time never runs backwards, so every key is at least the last one popped.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "sim/core/check.h"
#include "sim/core/radix_heap.h"

namespace autoscale {

/// What happens: a value that the simulation's one switch interprets. `stamp` is the generation of
/// the entity `id` for which the event was scheduled; a handler that finds a newer generation
/// ignores the event, which is how events are cancelled.
struct Event {
  std::uint8_t kind = 0;
  std::uint8_t extra = 0;
  std::uint16_t stamp = 0;
  std::uint32_t id = 0;

  friend bool operator==(const Event&, const Event&) = default;
};
static_assert(sizeof(Event) == 8);

class EventQueue {
  using Packed = std::uint64_t;  // an event, moved as one word

 public:
  using Key = RadixHeap<Packed>::Key;

  bool empty() const { return begin_ == end_ && filed_ == 0; }
  std::size_t size() const { return end_ - begin_ + filed_; }

  /// Makes room for `events` pending events; up to that many, nothing is allocated.
  void reserve(std::size_t events) {
    if (events <= capacity_) return;
    later_.reserve(events);
    capacity_ = events;
  }

  /// Adds an event. `key` must not be below the last popped key.
  void push(Key key, Event event) {
    AUTOSCALE_CHECK(key >= current_, "key {} is below the current key {}", key, current_);
    const Entry entry{key, std::bit_cast<Packed>(event)};
    if (key < bound_ && end_ - begin_ == kFrontSize) send_half_back();
    if (key < bound_) {
      sort_in(entry);
    } else {
      file(entry);
    }
  }

  /// Drops all events and allows every key again; what was allocated stays.
  void clear() {
    while (!empty()) pop();
    begin_ = end_ = kStart;
    later_.restart();
    bound_ = kLargestKey;
    current_ = 0;
  }

  /// The smallest pending key. The queue must not be empty.
  Key min_key() const {
    AUTOSCALE_CHECK(!empty(), "an empty queue has no smallest key");
    return begin_ < end_ ? front_[begin_].key : later_.min_key();
  }

  /// The next event if it is known without a search.
  std::optional<Event> upcoming() const {
    if (begin_ == end_) return std::nullopt;
    return std::bit_cast<Event>(front_[begin_].value);
  }

  /// Removes the event of the smallest key that was pushed first. The queue must not be empty.
  Event pop() {
    AUTOSCALE_CHECK(!empty(), "pop from an empty queue");
    if (begin_ == end_) take_from_later();
    const Entry& entry = front_[begin_++];
    current_ = entry.key;
    return std::bit_cast<Event>(entry.value);
  }

 private:
  using Entry = RadixHeap<Packed>::Entry;
  static constexpr Key kLargestKey = std::numeric_limits<Key>::max();
  /// Events in the front, at most. Many more would take longer to move than to file.
  static constexpr std::size_t kFrontSize = 128;
  /// Before it lies an entry of key 0, and before begin_ what was popped: no search for a place
  /// passes either.
  static constexpr std::size_t kStart = 1;
  static constexpr std::size_t kEnd = kStart + kFrontSize;

  /// Into the front, behind its equals, from the end that is nearer. Precondition: there is room.
  void sort_in(Entry entry) {
    const std::size_t middle = begin_ + (end_ - begin_) / 2;
    if (begin_ > kStart && begin_ < end_ && entry.key < front_[middle].key) {
      Entry* at = &front_[--begin_];
      for (; at[1].key <= entry.key; ++at) at[0] = at[1];
      *at = entry;
      return;
    }
    if (end_ == kEnd) move_to_start();
    Entry* at = &front_[end_++];
    for (; at[-1].key > entry.key; --at) at[0] = at[-1];
    *at = entry;
  }

  void file(const Entry& entry) {
    if (filed_ == capacity_) reserve(2 * capacity_ + kFrontSize);
    later_.add(entry);
    ++filed_;
  }

  [[gnu::noinline]] void move_to_start() {
    std::copy(front_.begin() + begin_, front_.end(), front_.begin() + kStart);
    end_ -= begin_ - kStart;
    begin_ = kStart;
  }

  /// Files the larger half of a full front, all equal keys together, for later.
  [[gnu::noinline]] void send_half_back() {
    bound_ = front_[kStart + kFrontSize / 2].key;
    while (end_ > kStart && front_[end_ - 1].key >= bound_) --end_;
    for (std::size_t i = end_; i < kEnd; ++i) file(front_[i]);
  }

  /// Refills the empty front.
  [[gnu::noinline]] void take_from_later() {
    begin_ = end_ = kStart;
    const Key bound = later_.take_first([this](const Entry& entry) {
      sort_in(entry);
      --filed_;
    });
    bound_ = later_.empty() ? kLargestKey : bound;
  }

  std::array<Entry, kEnd> front_{};  // in order from begin_ to end_
  std::size_t begin_ = kStart;
  std::size_t end_ = kStart;
  Key bound_ = kLargestKey;  // of the front: below it, or equal and pushed before those in later_
  RadixHeap<Packed> later_;
  std::size_t filed_ = 0;  // events in later_
  Key current_ = 0;        // the last popped key
  std::size_t capacity_ = 0;
};

}  // namespace autoscale
