// Cost of one event and of one draw, the floor under every simulation.
//
// The event queues are compared in the hold model: with a constant number of events pending, each
// step pops the earliest and pushes one a random delay later. The delays come from a table, so that
// no generator is timed.

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <map>
#include <queue>
#include <utility>
#include <vector>

#include "sim/core/engine.h"
#include "sim/core/event_queue.h"
#include "sim/core/random_field.h"

namespace autoscale {
namespace {

using Key = EventQueue::Key;

/// A binary heap; sequence numbers keep equal keys in order.
class BinaryHeap {
 public:
  void reserve(std::size_t) {}
  void push(Key key, Event event) { heap_.push({key, sequence_++, event}); }
  Key min_key() const { return heap_.top().key; }
  Event pop() {
    const Event event = heap_.top().event;
    heap_.pop();
    return event;
  }

 private:
  struct Entry {
    Key key;
    std::uint64_t sequence;
    Event event;
    bool operator<(const Entry& other) const {  // The earliest is the largest.
      return std::pair(other.key, other.sequence) < std::pair(key, sequence);
    }
  };
  std::priority_queue<Entry> heap_;
  std::uint64_t sequence_ = 0;
};

/// A red-black tree; std::multimap keeps equal keys in order.
class Tree {
 public:
  void reserve(std::size_t) {}
  void push(Key key, Event event) { events_.emplace(key, event); }
  Key min_key() const { return events_.begin()->first; }
  Event pop() {
    const Event event = events_.begin()->second;
    events_.erase(events_.begin());
    return event;
  }

 private:
  std::multimap<Key, Event> events_;
};

/// Delays in nanoseconds: exponential with mean 1 s.
std::uint64_t exponential_delay(Draw& draw) {
  return static_cast<std::uint64_t>(draw.exponential(1e9));
}

/// Delays in nanoseconds as a request has them: nine in ten are a stage of about 5 ms, the rest a
/// think time of about 10 s.
std::uint64_t bimodal_delay(Draw& draw) {
  const double mean = draw.below(10) == 0 ? 1e10 : 5e6;
  return static_cast<std::uint64_t>(draw.exponential(mean));
}

constexpr std::size_t kDelays = 1 << 20;

template <std::uint64_t (*delay)(Draw&)>
const std::vector<std::uint64_t>& delays() {
  static const std::vector<std::uint64_t> table = [] {
    std::vector<std::uint64_t> result;
    Draw draw = RandomField(1).at(Stream::kWorkload, 0, 0);
    while (result.size() < kDelays) result.push_back(delay(draw));
    return result;
  }();
  return table;
}

template <class Queue, std::uint64_t (*delay)(Draw&)>
void hold(benchmark::State& state) {
  const auto& table = delays<delay>();
  const auto pending = static_cast<std::size_t>(state.range(0));
  std::size_t next = 0;
  const auto step = [&](Queue& queue) {
    const Key now = queue.min_key();
    queue.push(now + (table[next++ % kDelays] << 3), queue.pop());
  };

  Queue queue;
  queue.reserve(pending + 1);
  for (std::size_t i = 0; i < pending; ++i) queue.push(table[next++ % kDelays] << 3, Event{});
  for (std::size_t i = 0; i < 4 * pending; ++i) step(queue);
  for (auto _ : state) step(queue);
  state.SetItemsProcessed(state.iterations());
}

#define AUTOSCALE_HOLD(queue, delay) \
  BENCHMARK(hold<queue, delay>)->RangeMultiplier(10)->Range(1'000, 1'000'000)
AUTOSCALE_HOLD(EventQueue, exponential_delay);
AUTOSCALE_HOLD(BinaryHeap, exponential_delay);
AUTOSCALE_HOLD(Tree, exponential_delay);
AUTOSCALE_HOLD(EventQueue, bimodal_delay);
AUTOSCALE_HOLD(BinaryHeap, bimodal_delay);
AUTOSCALE_HOLD(Tree, bimodal_delay);

/// The whole loop: one event run and one scheduled by its handler.
void engine_event(benchmark::State& state) {
  const auto& table = delays<bimodal_delay>();
  const auto pending = static_cast<std::size_t>(state.range(0));
  constexpr std::uint64_t kBatch = 1'000;
  std::size_t next = 0;
  const auto delay = [&] { return Duration{static_cast<Duration::rep>(table[next++ % kDelays])}; };

  Engine engine;
  engine.reserve(pending + 1);
  for (std::size_t i = 0; i < pending; ++i) engine.at(kStart + delay(), EventRank::kArrival, {});
  const auto run = [&](std::uint64_t events) {
    const std::uint64_t last = engine.processed() + events;
    engine.run_until(kNever, [&](Event event) {
      engine.after(delay(), EventRank::kArrival, event);
      if (engine.processed() == last) engine.stop();
    });
  };
  run(4 * pending);
  for (auto _ : state) run(kBatch);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
}
BENCHMARK(engine_event)->RangeMultiplier(10)->Range(1'000, 1'000'000);

/// One number per address, as the models draw them.
template <class Number>
void draw_each(benchmark::State& state, Number number) {
  const RandomField field(1);
  std::uint64_t index = 0;
  for (auto _ : state) {
    Draw draw = field.at(Stream::kServiceNoise, 7, index++);
    benchmark::DoNotOptimize(number(draw));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(draw_each, word, [](Draw& draw) { return draw(); });
BENCHMARK_CAPTURE(draw_each, uniform, [](Draw& draw) { return draw.uniform(); });
BENCHMARK_CAPTURE(draw_each, normal, [](Draw& draw) { return draw.normal(); });
BENCHMARK_CAPTURE(draw_each, exponential, [](Draw& draw) { return draw.exponential(1.0); });
BENCHMARK_CAPTURE(draw_each, log_normal, [](Draw& draw) { return draw.log_normal_unit_mean(0.1); });

}  // namespace
}  // namespace autoscale
