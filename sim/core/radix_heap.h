// A monotone heap of keyed values: what is added is at least what was taken last.
//
// A radix heap (Ahuja, Mehlhorn, Orlin and Tarjan, J. ACM 37(2), 1990) with digits of six bits. A
// key is filed by the highest digit in which it differs from the reference, the smallest key that
// was taken last, which is its level, and by the value of that digit. So the lowest bucket of the
// lowest level holds the minimum. A bucket that is too large to be taken at once is spread over
// lower levels, by its minimum as the new reference. On level 0 all keys of a bucket are equal. A
// value moves at most ten times in its life, and in practice once or twice.
//
// Buckets are circular lists of chunks in one slab, filled at the tail and emptied from the head,
// so equal keys keep their order. A chunk holds several values, because following a link per value
// misses the cache at each. Nothing is allocated but the slab.
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

template <class Value>
class RadixHeap {
 public:
  using Key = std::uint64_t;
  struct Entry {
    Key key;
    Value value;
  };

  /// Values that are taken at once, at most.
  static constexpr std::uint32_t kChunkSize = 15;

  RadixHeap() { tails_.fill(kNil); }

  /// Makes room for `values` in all. There must be room for what is added.
  void reserve(std::size_t values) {
    // Each bucket may have one chunk that is not full, and spread() holds one.
    const std::size_t chunks = values / kChunkSize + std::min(values, kBuckets) + 1;
    AUTOSCALE_CHECK(chunks < kNil, "{} pending events are too many", values);
    slab_.reserve(chunks);
    while (slab_.size() < chunks) {
      slab_.emplace_back();
      release_chunk(static_cast<Index>(slab_.size() - 1));
    }
  }

  bool empty() const { return levels_ == 0; }

  /// Allows every key again. The heap must be empty.
  void restart() { reference_ = 0; }

  /// The smallest key. The heap must not be empty.
  Key min_key() const { return slab_[tails_[lowest_bucket()]].min_key; }

  /// Adds a value, behind those of equal key. `key` must not be below the smallest one taken last.
  void add(const Entry& entry) {
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

  /// Hands the values of the smallest key and what is near it to `take(entry)`, in the order in
  /// which they were added, and returns a bound: keys below it are gone, and of what is equal to it
  /// the rest was added later. The heap must not be empty.
  template <class Take>
  Key take_first(Take&& take) {
    std::size_t bucket = lowest_bucket();
    reference_ = slab_[tails_[bucket]].min_key;
    if (bucket >= kDigits && has_several_chunks(bucket)) {
      spread(bucket);
      bucket = reference_ % kDigits;
    }
    const bool rest = has_several_chunks(bucket);  // of many equal keys
    const Index head = take_head(bucket);
    const Chunk& chunk = slab_[head];
    for (std::uint32_t i = 0; i < chunk.size; ++i) take(chunk.entries[i]);
    release_chunk(head);
    const Key last = reference_ | ((Key{1} << bucket / kDigits * kDigitBits) - 1);
    return rest || last == std::numeric_limits<Key>::max() ? last : last + 1;
  }

 private:
  using Index = std::uint32_t;
  static constexpr Index kNil = std::numeric_limits<Index>::max();
  static constexpr unsigned kDigitBits = 6;
  static constexpr std::size_t kDigits = 1U << kDigitBits;
  static constexpr std::size_t kLevels = (std::numeric_limits<Key>::digits - 1) / kDigitBits + 1;
  static constexpr std::size_t kBuckets = kLevels * kDigits;

  struct alignas(64) Chunk {
    Index next = kNil;
    std::uint32_t size = 0;
    Key min_key = 0;  // of the whole bucket, in its tail
    std::array<Entry, kChunkSize> entries;
  };

  /// Precondition: the heap is not empty.
  std::size_t lowest_bucket() const {
    const auto level = static_cast<std::size_t>(std::countr_zero(levels_));
    return level * kDigits + static_cast<std::size_t>(std::countr_zero(digits_[level]));
  }

  bool has_several_chunks(std::size_t bucket) const {
    return slab_[tails_[bucket]].next != tails_[bucket];
  }

  /// Files the values of a bucket anew, whose minimum is the reference now: all into lower levels.
  void spread(std::size_t bucket) {
    const Index tail = tails_[bucket];
    close(bucket);
    Index index = slab_[tail].next;
    while (true) {
      const Chunk& chunk = slab_[index];
      for (std::uint32_t i = 0; i < chunk.size; ++i) add(chunk.entries[i]);
      const Index next = chunk.next;
      release_chunk(index);
      if (index == tail) return;
      index = next;
    }
  }

  /// Takes the first chunk out of a bucket, for release_chunk().
  Index take_head(std::size_t bucket) {
    const Index tail = tails_[bucket];
    const Index head = slab_[tail].next;
    if (head == tail) {
      close(bucket);
    } else {
      slab_[tail].next = slab_[head].next;
    }
    return head;
  }

  /// Marks a bucket as empty.
  void close(std::size_t bucket) {
    const std::size_t level = bucket / kDigits;
    tails_[bucket] = kNil;
    digits_[level] &= ~(std::uint64_t{1} << bucket % kDigits);
    if (digits_[level] == 0) levels_ &= ~(1U << level);
  }

  /// reserve() has made enough chunks, so there is always a free one.
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
  Key reference_ = 0;                            // at most every key
  std::vector<Chunk> slab_;
  Index free_ = kNil;
};

}  // namespace autoscale
