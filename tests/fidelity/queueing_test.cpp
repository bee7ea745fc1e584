// Waits in a WorkerPool against queueing theory: M/M/1, M/D/1, M/M/c.
#include <gtest/gtest.h>

#include "sim/core/random_field.h"
#include "sim/models/server.h"
#include "tests/fidelity/statistics.h"

namespace autoscale {
namespace {

constexpr double kServiceS = 0.010;

enum class Service { kExponential, kConstant };

/// Waits of Poisson arrivals at `load` (utilisation of each worker) with mean service kServiceS.
BatchMeans simulate_waits(std::size_t workers, double load, Service service, std::uint64_t seed,
                          std::uint64_t requests) {
  const RandomField random(seed);
  const double interval_s = kServiceS / (load * static_cast<double>(workers));
  WorkerPool pool(workers);
  BatchMeans waits(requests / 100);
  Time arrival = kStart;
  for (std::uint64_t k = 0; k < requests; ++k) {
    Draw draw = random.at(Stream::kArrivals, 0, k);
    arrival += from_seconds(draw.exponential(interval_s));
    const double service_s =
        service == Service::kConstant ? kServiceS : draw.exponential(kServiceS);
    waits.add(to_seconds(pool.admit(arrival, from_seconds(service_s)) - arrival));
  }
  return waits;
}

/// Probability that an arrival waits in M/M/c (Erlang C), by the recursion of Erlang B.
double erlang_c(std::size_t workers, double offered) {
  double blocked = 1;
  for (std::size_t c = 1; c <= workers; ++c) {
    blocked = offered * blocked / (static_cast<double>(c) + offered * blocked);
  }
  const double load = offered / static_cast<double>(workers);
  return blocked / (1 - load * (1 - blocked));
}

TEST(QueueingTest, Mm1Wait) {
  constexpr double kLoad = 0.5;
  expect_mean(simulate_waits(1, kLoad, Service::kExponential, 1, 4'000'000),
              kLoad / (1 - kLoad) * kServiceS);
}

TEST(QueueingTest, Md1Wait) {
  constexpr double kLoad = 0.5;
  expect_mean(simulate_waits(1, kLoad, Service::kConstant, 2, 4'000'000),
              kLoad / (2 * (1 - kLoad)) * kServiceS);  // Pollaczek and Khinchine
}

TEST(QueueingTest, MmcWait) {
  for (const std::size_t workers : {2, 4}) {
    SCOPED_TRACE(workers);
    constexpr double kLoad = 0.6;
    const auto c = static_cast<double>(workers);
    expect_mean(simulate_waits(workers, kLoad, Service::kExponential, 3, 20'000'000),
                erlang_c(workers, kLoad * c) / (c * (1 - kLoad)) * kServiceS);
  }
}

TEST(QueueingTest, ErlangCOfOneWorkerIsTheLoad) {
  EXPECT_DOUBLE_EQ(erlang_c(1, 0.7), 0.7);
  EXPECT_NEAR(erlang_c(2, 1.0), 1.0 / 3, 1e-15);
}

TEST(QueueingTest, RequestsStartInTheOrderOfTheirArrival) {
  using std::chrono::seconds;
  WorkerPool pool(2);
  const auto at = [](int s) { return kStart + seconds(s); };
  EXPECT_EQ(pool.admit(at(0), seconds(10)), at(0));
  EXPECT_EQ(pool.admit(at(1), seconds(3)), at(1));  // second worker until 4
  EXPECT_EQ(pool.earliest_start(at(2)), at(4));
  EXPECT_EQ(pool.admit(at(2), seconds(1)), at(4));   // until 5
  EXPECT_EQ(pool.admit(at(3), seconds(9)), at(5));   // until 14
  EXPECT_EQ(pool.admit(at(3), seconds(1)), at(10));  // first worker until 11
  EXPECT_EQ(pool.admit(at(20), seconds(1)), at(20));
}

TEST(QueueingTest, NoServiceTimeNoWait) {
  WorkerPool pool(3);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(pool.admit(kStart, Duration::zero()), kStart);
}

}  // namespace
}  // namespace autoscale
