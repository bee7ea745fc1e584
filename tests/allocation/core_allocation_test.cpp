// The event loop allocates nothing once it is warm.
#include <gtest/gtest.h>

#include "sim/core/engine.h"
#include "sim/core/random_field.h"
#include "tests/allocation/allocation_counter.h"

namespace autoscale {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kPending = 1'000;

/// Keeps kPending events pending, with short and long delays about 1 s in the mean.
class Hold {
 public:
  explicit Hold(Time start) {
    for (std::uint32_t id = 0; id < kPending; ++id)
      engine_.at(start, EventRank::kArrival, {.id = id});
  }

  void run(std::uint64_t events) {
    const std::uint64_t last = engine_.processed() + events;
    engine_.run_until(kNever, [&](Event event) {
      Draw draw = field_.at(Stream::kWorkload, event.id, engine_.processed());
      const double mean_seconds = draw.below(10) == 0 ? 10.0 : 0.005;
      engine_.after(from_seconds(draw.exponential(mean_seconds)), EventRank::kArrival, event);
      if (engine_.processed() == last) engine_.stop();
    });
  }

  Engine& engine() { return engine_; }

 private:
  Engine engine_;
  RandomField field_{5};
};

TEST(Allocation, NoneInFourMillionEventsAcrossAPowerOfTwo) {
  const Time boundary{Duration{std::int64_t{1} << 42}};
  Hold hold(boundary - 2'000s);
  hold.run(100'000);
  ASSERT_LT(hold.engine().now(), boundary);

  const std::uint64_t before = allocations();
  hold.run(4'000'000);
  EXPECT_EQ(allocations() - before, 0U);
  EXPECT_GT(hold.engine().now(), boundary);
  EXPECT_EQ(hold.engine().pending(), kPending);
}

TEST(Allocation, NoneUpToTheReservedNumberOfEvents) {
  Engine engine;
  engine.reserve(kPending);
  const std::uint64_t before = allocations();
  for (std::uint32_t i = 0; i < kPending; ++i) {
    engine.at(kStart + Duration{std::int64_t{1} << (i % 60)}, EventRank::kArrival, {.id = i});
  }
  engine.run_until(kNever, [](Event) {});
  EXPECT_EQ(allocations() - before, 0U);
}

TEST(Allocation, IsCounted) {
  const std::uint64_t before = allocations();
  Engine engine;
  engine.reserve(1000);
  EXPECT_GT(allocations() - before, 0U);
}

}  // namespace
}  // namespace autoscale
