// The pending events: a monotone priority queue with first-in-first-out order among equal keys.
//
// A radix heap (Ahuja, Mehlhorn, Orlin and Tarjan, J. ACM 37(2), 1990) with digits of six bits.
// Simulated time never runs backwards, so every key is at least the last one popped, the reference.
// A key is filed by the highest digit in which it differs from the reference, which is its level,
// and by the value of that digit. So the bucket of the lowest digit on the lowest level holds the
// minimum. If it holds more than that event, the minimum becomes the reference and the bucket's
// events move to lower levels; on level 0 all keys of a bucket are equal. An event moves at most
// ten times in its life, and in practice once or twice.
//
// Buckets are circular lists of chunks in one slab, filled at the tail and emptied from the head,
// so equal keys keep their order. A chunk holds several events, because following a link per event
// misses the cache at each. Nothing is allocated but the slab, which grows only when more events
// are pending than ever before.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "sim/core/check.h"

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
 public:
  using Key = std::uint64_t;

  EventQueue() { tails_.fill(kNil); }

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  /// Makes room for `events` pending events; up to that many, nothing is allocated.
  void reserve(std::size_t events) {
    if (events <= capacity_) return;
    // Each bucket may have one chunk that is not full, the one that is popped from one more at its
    // head, and spread() holds one.
    const std::size_t chunks = events / kChunkSize + std::min(events, kBuckets) + 2;
    AUTOSCALE_CHECK(chunks < kNil, "{} pending events are too many", events);
    slab_.reserve(chunks);
    while (slab_.size() < chunks) {
      slab_.emplace_back();
      release_chunk(static_cast<Index>(slab_.size() - 1));
    }
    capacity_ = events;
  }

  /// Adds an event. `key` must not be below the last popped key.
  void push(Key key, Event event) {
    AUTOSCALE_CHECK(key >= reference_, "key {} is below the current key {}", key, reference_);
    if (size_ == capacity_) reserve(2 * capacity_ + kChunkSize);
    append({key, event});
    ++size_;
  }

  /// Drops all events and allows every key again; what was allocated stays.
  void clear() {
    while (!empty()) pop();
    reference_ = 0;
  }

  /// The smallest pending key. The queue must not be empty.
  Key min_key() const {
    AUTOSCALE_CHECK(!empty(), "an empty queue has no smallest key");
    return slab_[tails_[lowest_bucket()]].min_key;
  }

  /// Removes the event of the smallest key that was pushed first. The queue must not be empty.
  Event pop() {
    AUTOSCALE_CHECK(!empty(), "pop from an empty queue");
    std::size_t bucket = lowest_bucket();
    Index tail = tails_[bucket];
    reference_ = slab_[tail].min_key;
    if (bucket >= kDigits && (slab_[tail].size > 1 || slab_[tail].next != tail)) {
      spread(bucket);
      bucket = reference_ % kDigits;
      tail = tails_[bucket];
    }
    const Index head = slab_[tail].next;
    const Chunk& chunk = slab_[head];
    const Event event = chunk.entries[front_++].event;
    if (front_ == chunk.size) {
      front_ = 0;
      if (head == tail) {
        close(bucket);
      } else {
        slab_[tail].next = chunk.next;
      }
      release_chunk(head);
    }
    --size_;
    return event;
  }

 private:
  using Index = std::uint32_t;
  static constexpr Index kNil = std::numeric_limits<Index>::max();
  static constexpr unsigned kDigitBits = 6;
  static constexpr std::size_t kDigits = 1U << kDigitBits;
  static constexpr std::size_t kLevels = (std::numeric_limits<Key>::digits - 1) / kDigitBits + 1;
  static constexpr std::size_t kBuckets = kLevels * kDigits;
  static constexpr std::uint32_t kChunkSize = 15;

  struct Entry {
    Key key;
    Event event;
  };
  struct alignas(64) Chunk {
    Index next = kNil;
    std::uint32_t size = 0;
    Key min_key = 0;  // of the whole bucket, in its tail
    std::array<Entry, kChunkSize> entries;
  };

  /// Precondition: the queue is not empty.
  std::size_t lowest_bucket() const {
    const auto level = static_cast<std::size_t>(std::countr_zero(levels_));
    return level * kDigits + static_cast<std::size_t>(std::countr_zero(digits_[level]));
  }

  void append(const Entry& entry) {
    const Key apart = entry.key ^ reference_;
    const auto level = (static_cast<unsigned>(std::bit_width(apart | 1)) - 1) / kDigitBits;
    const std::size_t bucket = level * kDigits + (entry.key >> (level * kDigitBits)) % kDigits;
    Index tail = tails_[bucket];
    if (tail == kNil) {
      tail = tails_[bucket] = take_chunk();
      slab_[tail].next = tail;
      slab_[tail].min_key = entry.key;
      digits_[level] |= std::uint64_t{1} << bucket % kDigits;
      levels_ |= 1U << level;
    } else if (slab_[tail].size == kChunkSize) {
      const Index chunk = take_chunk();
      slab_[chunk].next = slab_[tail].next;
      slab_[chunk].min_key = slab_[tail].min_key;
      slab_[tail].next = chunk;
      tail = tails_[bucket] = chunk;
    }
    Chunk& chunk = slab_[tail];
    chunk.entries[chunk.size++] = entry;
    chunk.min_key = std::min(chunk.min_key, entry.key);
  }

  /// Files the events of a bucket anew, whose minimum is the reference now: all into lower levels.
  void spread(std::size_t bucket) {
    const Index tail = tails_[bucket];
    close(bucket);
    Index index = slab_[tail].next;
    while (true) {
      const Chunk& chunk = slab_[index];
      for (std::uint32_t i = 0; i < chunk.size; ++i) append(chunk.entries[i]);
      const Index next = chunk.next;
      release_chunk(index);
      if (index == tail) return;
      index = next;
    }
  }

  /// Marks a bucket as empty.
  void close(std::size_t bucket) {
    const std::size_t level = bucket / kDigits;
    tails_[bucket] = kNil;
    digits_[level] &= ~(std::uint64_t{1} << bucket % kDigits);
    if (digits_[level] == 0) levels_ &= ~(1U << level);
  }

  /// The slab holds enough chunks for capacity_ events, so there is always a free one.
  Index take_chunk() {
    const Index index = free_;
    free_ = slab_[index].next;
    slab_[index].size = 0;
    return index;
  }

  void release_chunk(Index index) {
    slab_[index].next = free_;
    free_ = index;
  }

  std::array<Index, kBuckets> tails_;            // kNil: the bucket is empty
  std::array<std::uint64_t, kLevels> digits_{};  // bit d of level l: its bucket d is not empty
  std::uint32_t levels_ = 0;                     // bit l: some bucket of level l is not empty
  Key reference_ = 0;                            // the last popped key
  std::uint32_t front_ = 0;  // of the head chunk of the reference's bucket: what is popped next
  std::vector<Chunk> slab_;
  Index free_ = kNil;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

}  // namespace autoscale
