// The radix heap against a binary heap with sequence numbers, which is slow and evidently right.
#include "sim/core/event_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <ostream>
#include <queue>
#include <string>
#include <tuple>
#include <vector>

#include "sim/core/random_field.h"
#include "tests/support/core_testing.h"

namespace autoscale {
namespace {

using Key = EventQueue::Key;
constexpr Key kLargestKey = std::numeric_limits<Key>::max();

class OracleQueue {
 public:
  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }
  Key min_key() const { return std::get<0>(heap_.top()); }
  void push(Key key, std::uint32_t id) { heap_.emplace(key, sequence_++, id); }
  std::uint32_t pop() {
    const std::uint32_t id = std::get<2>(heap_.top());
    heap_.pop();
    return id;
  }

 private:
  using Entry = std::tuple<Key, std::uint64_t, std::uint32_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> heap_;
  std::uint64_t sequence_ = 0;
};

struct Workload {
  std::string name;
  std::function<Key(Draw&)> delay;
  Key start = 0;
};

void PrintTo(const Workload& workload, std::ostream* out) { *out << workload.name; }

class EventQueueAgainstOracle : public testing::TestWithParam<Workload> {};

TEST_P(EventQueueAgainstOracle, RunsInTheSameOrder) {
  Draw draw = RandomField(3).at(Stream::kWorkload, 0, 0);
  EventQueue queue;
  OracleQueue oracle;
  Key now = GetParam().start;
  std::uint32_t next_id = 0;
  // Grows, holds, shrinks to nothing and starts again, so that chunks are recycled and the slab
  // outgrows itself.
  for (int round = 0; round < 4; ++round) {
    for (const std::uint32_t push_percent : {80, 50, 20}) {
      for (int i = 0; i < 20'000; ++i) {
        if (draw.below(100) < push_percent) {
          const Key key = now + std::min(GetParam().delay(draw), kLargestKey - now);
          queue.push(key, numbered(next_id));
          oracle.push(key, next_id++);
        } else if (!oracle.empty()) {
          now = oracle.min_key();
          ASSERT_EQ(queue.min_key(), now);
          ASSERT_EQ(queue.pop().id, oracle.pop());
        }
        ASSERT_EQ(queue.size(), oracle.size());
      }
    }
    while (!oracle.empty()) {
      now = oracle.min_key();
      ASSERT_EQ(queue.min_key(), now);
      ASSERT_EQ(queue.pop().id, oracle.pop());
    }
    ASSERT_TRUE(queue.empty());
  }
}

Key exponential(Draw& draw, double mean) { return static_cast<Key>(draw.exponential(mean)); }

INSTANTIATE_TEST_SUITE_P(
    Workloads, EventQueueAgainstOracle,
    testing::Values(
        Workload{"exponential", [](Draw& draw) { return exponential(draw, 1e9); }},
        Workload{"bimodal",
                 [](Draw& draw) { return exponential(draw, draw.below(10) == 0 ? 1e11 : 1e5); }},
        Workload{"ties", [](Draw& draw) { return Key{draw.below(3)}; }},
        Workload{"coarse_ties", [](Draw& draw) { return Key{draw.below(4)} << 30; }},
        Workload{"mostly_zero_delay",
                 [](Draw& draw) { return draw.below(10) == 0 ? exponential(draw, 1e6) : Key{0}; }},
        Workload{"all_scales", [](Draw& draw) { return Key{1} << draw.below(50); }},
        Workload{"near_the_limit", [](Draw& draw) { return exponential(draw, 1e5); },
                 kLargestKey - 200'000'000}),
    [](const auto& test) { return test.param.name; });

TEST(EventQueue, KeepsTheOrderOfEqualKeys) {
  EventQueue queue;
  constexpr std::uint32_t kEvents = 1'000;
  // The events meet in one bucket from different references: pushed before and after the first key
  // is popped.
  queue.push(5, numbered(kEvents));
  for (std::uint32_t id = 0; id < kEvents / 2; ++id) queue.push(1'000, numbered(id));
  EXPECT_EQ(queue.pop().id, kEvents);
  for (std::uint32_t id = kEvents / 2; id < kEvents; ++id) queue.push(1'000, numbered(id));
  for (std::uint32_t id = 0; id < kEvents; ++id) ASSERT_EQ(queue.pop().id, id);
}

TEST(EventQueue, CarriesTheWholeEvent) {
  EventQueue queue;
  const Event event{.kind = 1, .extra = 2, .stamp = 3, .id = 4};
  queue.push(kLargestKey, event);
  EXPECT_EQ(queue.pop(), event);
}

TEST(RadixHeap, HoldsTheWorstSpreadOverBuckets) {
  // One event in each bucket, which is a digit of six bits on a level, and a full chunk and more in
  // the last: the most chunks that so few events can need.
  RadixHeap<Event> heap;
  heap.reserve(645 + 100);
  std::size_t left = 0;
  for (int bits = 0; bits < 64; bits += 6) {
    for (Key digit = 1; digit <= std::min(kLargestKey >> bits, Key{63}); ++digit) {
      heap.add({digit << bits, numbered(0)});
      ++left;
    }
  }
  ASSERT_EQ(left, 645U);
  for (int i = 0; i < 100; ++i, ++left) heap.add({kLargestKey, numbered(0)});
  Key last = 0;
  while (!heap.empty()) {
    EXPECT_GE(heap.min_key(), last);
    heap.take_first([&](const auto& entry) {
      last = std::max(last, entry.key);
      --left;
    });
  }
  EXPECT_EQ(last, kLargestKey);
  EXPECT_EQ(left, 0U);
}

TEST(EventQueue, ClearDropsEverythingAndAllowsEarlierKeysAgain) {
  EventQueue queue;
  for (std::uint32_t i = 0; i < 100; ++i) queue.push(1000 + i % 7, {.id = i});
  queue.pop();
  queue.clear();
  EXPECT_TRUE(queue.empty());
  queue.push(5, {.id = 2});
  queue.push(3, {.id = 1});
  EXPECT_EQ(queue.min_key(), 3U);
  EXPECT_EQ(queue.pop().id, 1U);
  EXPECT_EQ(queue.pop().id, 2U);
}

TEST(EventQueueDeathTest, RefusesThePastAndTheEmpty) {
  EventQueue queue;
  EXPECT_DEATH(queue.pop(), "empty queue");
  EXPECT_DEATH(queue.min_key(), "empty queue");
  queue.push(10, {});
  queue.pop();
  queue.push(10, {});
  EXPECT_DEATH(queue.push(9, {}), "key 9 is below the current key 10");
}

}  // namespace
}  // namespace autoscale
