// The pending events: a monotone priority queue with first-in-first-out order among equal keys.
//
// A radix heap (Ahuja, Mehlhorn, Orlin and Tarjan, J. ACM 37(2), 1990). Simulated time never runs
// backwards, so every key is at least the last one popped, and a key is filed by the highest bit in
// which it differs from that one: bucket 0 holds equal keys, bucket b keys that first differ in bit
// b - 1. When bucket 0 is empty, the lowest occupied bucket holds the minimum; it becomes the new
// reference and the bucket's events move to lower buckets. An event moves at most 64 times in its
// life, and in practice a few times.
//
// Buckets are linked lists of chunks in one slab, filled at the tail and emptied from the head, so
// equal keys keep their order. A chunk holds many events, because following a link per event misses
// the cache at each: with a million pending, chunks of one took six to ten times as long. Nothing
// is allocated but the slab, which grows only when more events are pending than ever before.
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

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  /// Makes room for `events` pending events; up to that many, nothing is allocated.
  void reserve(std::size_t events) {
    if (events <= capacity_) return;
    // Each bucket may have one chunk that is not full, bucket 0 one more at its head, and
    // redistribution holds one.
    const std::size_t chunks = events / kChunkSize + kBuckets + 2;
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
    return buckets_[0].head != kNil ? reference_ : buckets_[lowest_occupied()].min_key;
  }

  /// Removes the event of the smallest key that was pushed first. The queue must not be empty.
  Event pop() {
    AUTOSCALE_CHECK(!empty(), "pop from an empty queue");
    Bucket& current = buckets_[0];
    if (current.head == kNil) redistribute(lowest_occupied());
    const Index head = current.head;
    const Event event = slab_[head].entries[front_++].event;
    if (front_ == (head == current.tail ? current.tail_size : kChunkSize)) {
      current.head = slab_[head].next;
      front_ = 0;
      release_chunk(head);
    }
    --size_;
    return event;
  }

 private:
  using Index = std::uint32_t;
  static constexpr Index kNil = std::numeric_limits<Index>::max();
  static constexpr std::size_t kBuckets = 1 + std::numeric_limits<Key>::digits;
  static constexpr std::uint32_t kChunkSize = 32;

  struct Entry {
    Key key;
    Event event;
  };
  struct Chunk {
    std::array<Entry, kChunkSize> entries;
    Index next = kNil;
  };
  /// The members after `head` mean something only while it is not kNil.
  struct Bucket {
    Index head = kNil;
    Index tail = kNil;
    std::uint32_t tail_size = 0;
    Key min_key = 0;
  };

  /// Precondition: bucket 0 is empty and the queue is not.
  std::size_t lowest_occupied() const {
    return 1 + static_cast<std::size_t>(std::countr_zero(occupied_));
  }

  void append(const Entry& entry) {
    const auto rank = static_cast<std::size_t>(std::bit_width(entry.key ^ reference_));
    Bucket& bucket = buckets_[rank];
    if (bucket.head == kNil) {
      const Index chunk = take_chunk();
      bucket = {chunk, chunk, 0, entry.key};
      if (rank > 0) occupied_ |= std::uint64_t{1} << (rank - 1);
    } else if (bucket.tail_size == kChunkSize) {
      const Index chunk = take_chunk();
      slab_[bucket.tail].next = chunk;
      bucket.tail = chunk;
      bucket.tail_size = 0;
    }
    slab_[bucket.tail].entries[bucket.tail_size++] = entry;
    bucket.min_key = std::min(bucket.min_key, entry.key);
  }

  /// Makes the minimum of bucket `rank` the reference and files the bucket's events anew, all into
  /// lower buckets.
  void redistribute(std::size_t rank) {
    const Bucket old = buckets_[rank];
    buckets_[rank].head = kNil;
    occupied_ &= ~(std::uint64_t{1} << (rank - 1));
    reference_ = old.min_key;
    for (Index index = old.head; index != kNil;) {
      const Chunk& chunk = slab_[index];
      const std::uint32_t size = index == old.tail ? old.tail_size : kChunkSize;
      for (std::uint32_t i = 0; i < size; ++i) append(chunk.entries[i]);
      const Index next = chunk.next;
      release_chunk(index);
      index = next;
    }
  }

  /// The slab holds enough chunks for capacity_ events, so there is always a free one.
  Index take_chunk() {
    const Index index = free_;
    free_ = slab_[index].next;
    slab_[index].next = kNil;
    return index;
  }

  void release_chunk(Index index) {
    slab_[index].next = free_;
    free_ = index;
  }

  std::array<Bucket, kBuckets> buckets_;
  std::uint64_t occupied_ = 0;  // Bit b - 1: bucket b > 0 is not empty.
  Key reference_ = 0;           // The last popped key, and that of every event in bucket 0.
  std::uint32_t front_ = 0;     // The first event of bucket 0 is this entry of its head chunk.
  std::vector<Chunk> slab_;
  Index free_ = kNil;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

}  // namespace autoscale
