// Continuous batching against queueing theory: processor sharing, rates that depend on the number of
// sequences, a limit with a waiting room, and the prefill lane alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "sim/core/random_field.h"
#include "sim/models/batch_server.h"
#include "tests/fidelity/statistics.h"

namespace autoscale {
namespace {

/// Poisson requests that all want the same, or exponential numbers of tokens.
struct PoissonRequests {
  double interval_s = 0;  // mean
  double prefill_s = 0;
  double tokens = 0;  // mean
  bool constant = false;
};

constexpr std::uint32_t kRequests = 2'000'000;

/// Times from arrival to last token.
BatchMeans batch_sojourns(BatchServer server, const PoissonRequests& requests, std::uint64_t seed) {
  const RandomField random(seed);
  constexpr std::uint32_t kPhones = 2000;
  std::vector<std::uint32_t> idle;
  for (std::uint32_t phone = kPhones; phone-- > 0;) idle.push_back(phone);
  std::vector<Time> started(kPhones);
  BatchMeans sojourns(kRequests / 100);
  Time arrival = kStart;
  for (std::uint32_t k = 0; k < kRequests; ++k) {
    Draw draw = random.at(Stream::kArrivals, 0, k);
    arrival += from_seconds(draw.exponential(requests.interval_s));
    while (server.next() <= arrival) {
      const Time now = server.next();
      const Happening happening = server.step(now);
      if (happening.kind == Happening::Kind::kFirstToken) continue;
      sojourns.add(to_seconds(now - started[happening.phone]));
      idle.push_back(happening.phone);
    }
    started[idle.back()] = arrival;
    server.arrive(idle.back(), requests.prefill_s,
                  requests.constant ? requests.tokens : draw.exponential(requests.tokens), arrival);
    idle.pop_back();
  }
  return sojourns;
}

BatchServer server_of(const BatchLaw& law, double background) { return {law, background, 2000}; }

/// Twice as many sequences take twice as long: one processor, shared.
BatchLaw shared_processor() { return {{1, 1000}, {1e-3, 1}, {1, 1}, 1, 1000}; }

/// More of them are faster together, less and less.
BatchLaw growing_batch(double limit) {
  return {{1, 2, 4, 16}, {8e-3, 9e-3, 12e-3, 30e-3}, {1, 1, 1, 1}, 1, limit};
}

/// Mean time in system by Little's law from the number in system, a birth and death process: n
/// requests, min(n, slots) of them in the batch, end at the rate at which the batch makes tokens.
double birth_death_sojourn_s(const BatchLaw& law, double background, const PoissonRequests& r) {
  double weight = 1, weights = 1, number = 0;
  for (int n = 1; n < 2000; ++n) {
    const double batch = std::min(static_cast<double>(n), law.limit() - background);
    const double per_s = batch / law.token_s(batch + background) / r.tokens;
    weight /= r.interval_s * per_s;
    weights += weight;
    number += n * weight;
  }
  return number / weights * r.interval_s;
}

TEST(BatchQueueingTest, ProcessorSharingDependsOnlyOnTheLoad) {
  for (const bool constant : {true, false}) {
    for (const double load : {0.3, 0.6}) {
      SCOPED_TRACE(testing::Message() << (constant ? "M/D/1-PS " : "M/M/1-PS ") << load);
      constexpr double kTokens = 10, kWorkS = 0.01;
      expect_mean(batch_sojourns(server_of(shared_processor(), 0),
                                 {kWorkS / load, 0, kTokens, constant}, constant ? 1 : 2),
                  kWorkS / (1 - load));
    }
  }
}

TEST(BatchQueueingTest, ABatchThatGrowsFasterIsInsensitiveToTheLengths) {
  const BatchLaw law = growing_batch(1000);
  for (const bool constant : {true, false}) {
    for (const double background : {0.0, 2.5}) {
      SCOPED_TRACE(testing::Message() << (constant ? "M/D " : "M/M ") << background);
      const PoissonRequests requests{0.03, 0, 10, constant};
      expect_mean(batch_sojourns(server_of(law, background), requests, constant ? 3 : 4),
                  birth_death_sojourn_s(law, background, requests));
    }
  }
}

TEST(BatchQueueingTest, RequestsWaitForASlotOfAFullBatch) {
  const BatchLaw law = growing_batch(4);
  for (const double background : {0.0, 1.0}) {
    SCOPED_TRACE(background);
    // Two thirds of what all slots together can do, with four slots and with three.
    const PoissonRequests requests{background > 0 ? 0.06 : 0.045, 0, 10, false};
    expect_mean(batch_sojourns(server_of(law, background), requests, 5),
                birth_death_sojourn_s(law, background, requests));
  }
}

TEST(BatchQueueingTest, ThePrefillLaneIsAQueueWithConstantService) {
  constexpr double kPrefillS = 0.02, kLoad = 0.5;
  const PoissonRequests requests{kPrefillS / kLoad, kPrefillS, 0, true};
  expect_mean(batch_sojourns(server_of(growing_batch(1000), 0), requests, 6),
              kPrefillS * (1 + kLoad / (2 * (1 - kLoad))));
}

}  // namespace
}  // namespace autoscale
