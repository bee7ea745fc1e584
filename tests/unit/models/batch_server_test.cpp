// Continuous batching by hand, against the published H100, and against a simulation that moves every
// sequence in every step.
#include "sim/models/batch_server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "sim/core/random_field.h"
#include "tests/support/config_testing.h"

namespace autoscale {
namespace {

using std::chrono::milliseconds;
using Kind = Happening::Kind;

/// 10 ms and 100 W alone, 16 ms and 150 W for two, 20 ms and 180 W for three.
BatchLaw three_points(double limit = 3) {
  return {{1, 2, 3}, {10e-3, 16e-3, 20e-3}, {100, 150, 180}, 1000, limit};
}

/// Llama 3.1 8B on an H100 as measured: sequences, W, ms between tokens, J per token.
struct H100Point {
  double sequences, watts, token_ms, token_j;
};
constexpr H100Point kH100[] = {{8, 486, 7.3, 0.455},
                               {32, 560, 8.9, 0.165},
                               {64, 610, 11.5, 0.119},
                               {128, 669, 16.5, 0.095},
                               {256, 691, 26.1, 0.077}};

BatchLaw h100() {
  std::vector<double> sequences, token_s, watts;
  for (const H100Point& p : kH100) {
    sequences.push_back(p.sequences);
    token_s.push_back(p.token_ms / 1e3);
    watts.push_back(p.watts);
  }
  return {sequences, token_s, watts, 10000, 256};
}

void expect_next(BatchServer& server, double at_s, std::uint32_t phone, Kind kind,
                 double joules = 0) {
  const Time at = server.next();
  EXPECT_NEAR(to_seconds(at), at_s, 5e-9);
  const Happening happening = server.step(at);
  EXPECT_EQ(happening.phone, phone);
  EXPECT_EQ(happening.kind, kind);
  EXPECT_NEAR(happening.joules, joules, 1e-6);
}

TEST(BatchLawTest, IsLinearBetweenPointsAndAsSaidOutside) {
  const BatchLaw law = h100();
  for (const H100Point& p : kH100) {
    EXPECT_DOUBLE_EQ(law.token_s(p.sequences), p.token_ms / 1e3);
    EXPECT_DOUBLE_EQ(law.power_w(p.sequences), p.watts);
  }
  EXPECT_DOUBLE_EQ(law.token_s(20), 8.1e-3);
  EXPECT_DOUBLE_EQ(law.power_w(96), 639.5);
  EXPECT_NEAR(law.token_s(2), 7.3e-3 - 6 * 1.6e-3 / 24, 1e-12);
  EXPECT_NEAR(law.power_w(2), 486 - 6 * 74.0 / 24, 1e-9);
  EXPECT_NEAR(law.token_s(384), 26.1e-3 + 9.6e-3, 1e-12);
  EXPECT_EQ(law.power_w(384), 691);
  EXPECT_DOUBLE_EQ(law.prefill_s(500), 0.05);
}

TEST(BatchLawTest, NeverFallsUnderHalfOfTheFirstPoint) {
  const BatchLaw steep({10, 20}, {1, 2}, {100, 300}, 1, 20);
  EXPECT_DOUBLE_EQ(steep.token_s(6), 0.6);
  EXPECT_DOUBLE_EQ(steep.token_s(1), 0.5);
  EXPECT_DOUBLE_EQ(steep.power_w(9), 80);
  EXPECT_DOUBLE_EQ(steep.power_w(7), 50);
}

TEST(BatchLawTest, OnePointIsTheSameForAll) {
  const BatchLaw one({4}, {0.01}, {50}, 1, 20);
  for (const double b : {0.5, 4.0, 20.0}) {
    EXPECT_EQ(one.token_s(b), 0.01);
    EXPECT_EQ(one.power_w(b), 50);
  }
}

constexpr const char* kEntry =
    "{dnn: llama_3_1_8b, answers: [llama_3_2_1b], processor: gpu, precision: fp16,\n"
    " concurrency: {unit: \"1\", values: [8, 32], cited: a},\n"
    " token_time: {unit: ms, values: [7.3, 8.9], cited: a},\n"
    " power: {unit: W, values: [486, 560], cited: a},\n"
    " prefill_rate: {value: 10000 /s, derived: a}, limit: {value: 256, assumed: a}}";

/// kEntry with `from` replaced.
std::string entry_with(const std::string& from, const std::string& to) {
  std::string text = kEntry;
  return text.replace(text.find(from), from.size(), to);
}

TEST(BatchConfigTest, ReadsAnEntry) {
  const auto config = config::read_text<BatchingConfig>(kEntry);
  EXPECT_EQ(config.dnn.value, "llama_3_1_8b");
  ASSERT_EQ(config.answers.size(), 1);
  EXPECT_EQ(config.processor.value, ProcessorKind::kGpu);
  config::Diagnostics diagnostics;
  const BatchLaw law = make_batch_law(config, {}, diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_DOUBLE_EQ(law.token_s(8), 7.3e-3);
  EXPECT_DOUBLE_EQ(law.power_w(32), 560);
  EXPECT_DOUBLE_EQ(law.prefill_s(1000), 0.1);
  EXPECT_EQ(law.limit(), 256);
}

TEST(BatchConfigTest, RefusesWhatCannotBe) {
  const auto refused = [](const std::string& from, const std::string& to) {
    return config::read_error<BatchingConfig>(entry_with(from, to));
  };
  EXPECT_NE(refused("[8, 32]", "[32, 8]").find("must be greater"), std::string::npos);
  EXPECT_NE(refused("[8, 32]", "[0.5, 8]").find("at least 1"), std::string::npos);
  EXPECT_NE(refused("[8, 32]", "[]").find("must not be empty"), std::string::npos);
  EXPECT_NE(refused("[7.3, 8.9]", "[7.3, 7.2]").find("must not be less"), std::string::npos);
  EXPECT_NE(refused("[486, 560]", "[486, 0]").find("greater than 0 W"), std::string::npos);
  EXPECT_NE(refused("10000 /s", "10000").find("a rate such as '100 /s'"), std::string::npos);
  EXPECT_NE(refused("value: 256", "value: 0").find("greater than 0"), std::string::npos);
}

TEST(BatchConfigTest, ReportsListsOfDifferentLengths) {
  for (const char* list : {"[8, 32]", "[7.3, 8.9]", "[486, 560]"}) {
    const auto config = config::read_text<BatchingConfig>(entry_with(list, "[500]"));
    config::Diagnostics diagnostics;
    make_batch_law(config, {}, diagnostics);
    ASSERT_EQ(diagnostics.list().size(), 1) << list;
    EXPECT_NE(diagnostics.list()[0].message.find("token times"), std::string::npos);
  }
}

TEST(BatchServerTest, OneRequestHasTheGpuAlone) {
  BatchServer server(three_points(), 0, 4);
  EXPECT_EQ(server.next(), kNever);
  server.arrive(2, 0.1, 50, kStart + milliseconds(3));
  EXPECT_EQ(server.running(), 1);
  expect_next(server, 0.103, 2, Kind::kFirstToken);
  expect_next(server, 0.603, 2, Kind::kLastToken, 0.6 * 100);
  EXPECT_EQ(server.running(), 0);
  EXPECT_EQ(server.next(), kNever);
}

TEST(BatchServerTest, TwoRequestsByHand) {
  BatchServer server(three_points(), 0, 2);
  server.arrive(0, 0.1, 30, kStart);
  expect_next(server, 0.1, 0, Kind::kFirstToken);
  // 10 tokens alone, then 20 beside phone 1, whose prompt is read in the first 0.08 s of 0.32 s.
  server.arrive(1, 0.08, 25, kStart + milliseconds(200));
  EXPECT_EQ(server.running(), 2);
  expect_next(server, 0.28, 1, Kind::kFirstToken);
  expect_next(server, 0.52, 0, Kind::kLastToken, 0.2 * 100 + 0.32 * 75);
  // Phone 1 has made 0.24 s / 16 ms = 15 tokens; ten are left, alone.
  expect_next(server, 0.62, 1, Kind::kLastToken, 0.32 * 75 + 0.1 * 100);
}

TEST(BatchServerTest, ThreeRequestsForTwoSlotsBesideABackground) {
  BatchServer server(three_points(), 1, 3);  // two slots of ours; alone they run at two
  server.arrive(0, 0.16, 10, kStart);
  server.arrive(1, 0.04, 5, kStart);
  server.arrive(2, 0.10, 0, kStart);  // waits for a slot
  EXPECT_EQ(server.running(), 3);
  EXPECT_EQ(server.waiting(), 1);
  expect_next(server, 0.16, 0, Kind::kFirstToken);
  expect_next(server, 0.20, 1, Kind::kFirstToken);  // its prompt waited for the first
  expect_next(server, 0.30, 1, Kind::kLastToken, 0.30 * 60);
  EXPECT_EQ(server.waiting(), 0);
  expect_next(server, 0.36, 0, Kind::kLastToken, 0.36 * 60);
  EXPECT_EQ(server.running(), 2);
  expect_next(server, 0.40, 2, Kind::kFirstToken);
  expect_next(server, 0.40, 2, Kind::kLastToken, 0.06 * 60 + 0.04 * 75);
}

TEST(BatchServerTest, WhatHappensAtOneInstantComesByPhone) {
  for (int tokens = 1; tokens < 200; ++tokens) {  // some make 28.999999999999996
    BatchServer server(three_points(9), 0, 9);
    for (const std::uint32_t phone : {7U, 3U, 5U}) server.arrive(phone, 0, tokens, kStart);
    for (const std::uint32_t phone : {7U, 3U, 5U}) expect_next(server, 0, phone, Kind::kFirstToken);
    const Time end = server.next();
    for (const std::uint32_t phone : {3U, 5U, 7U}) {
      ASSERT_EQ(server.next(), end);
      EXPECT_EQ(server.step(end).phone, phone);
    }
  }
}

TEST(BatchServerTest, FirstTokensComeBeforeLastOnes) {
  BatchServer server(three_points(), 0, 2);
  server.arrive(0, 0.1, 10, kStart);
  server.arrive(1, 0.16, 0, kStart);
  expect_next(server, 0.1, 0, Kind::kFirstToken);
  expect_next(server, 0.26, 1, Kind::kFirstToken);
  expect_next(server, 0.26, 0, Kind::kLastToken, 0.26 * 75);
  expect_next(server, 0.26, 1, Kind::kLastToken, 0.26 * 75);
}

TEST(BatchServerTest, SequencesOfTheH100MakeItsTokens) {
  for (const H100Point& p : kH100) {
    BatchServer server(h100(), p.sequences - 1, 1);
    constexpr double kTokens = 1000;
    server.arrive(0, 0, kTokens, kStart);
    server.step(server.next());
    const Time end = server.next();
    EXPECT_NEAR(to_seconds(end) / kTokens, p.token_ms / 1e3, 1e-9);
    const double token_j = server.step(end).joules / kTokens;
    EXPECT_NEAR(token_j, p.watts * p.token_ms / 1e3 / p.sequences, 1e-6);
    // The published joules are of output tokens under load; some slots then read prompts, which
    // this batch, all decoding, does not have. So W t / b is 2 to 9 % lower.
    EXPECT_LT(token_j, 0.98 * p.token_j);
    EXPECT_GT(token_j, 0.90 * p.token_j);
  }
}

TEST(BatchServerTest, ResetForgetsRequests) {
  BatchServer server(three_points(), 1, 3);
  for (int round = 0; round < 2; ++round) {
    server.arrive(0, 0.1, 10, kStart + milliseconds(10));
    server.arrive(1, 0.1, 10, kStart + milliseconds(10));
    server.arrive(2, 0.1, 10, kStart + milliseconds(10));
    expect_next(server, 0.11, 0, Kind::kFirstToken);
    server.reset();
    EXPECT_EQ(server.next(), kNever);
    EXPECT_EQ(server.running(), 1);
    EXPECT_EQ(server.waiting(), 0);
  }
}

TEST(BatchServerDeathTest, MisuseIsABug) {
  EXPECT_DEATH(BatchServer(three_points(3), 2.5, 1), "leaves no slot");
  BatchServer server(three_points(), 0, 1);
  EXPECT_DEATH(server.step(kNever), "nothing happens");
  server.arrive(0, 0.1, 10, kStart + milliseconds(1));
  EXPECT_DEATH(server.arrive(0, 0.1, 10, kStart + milliseconds(2)), "request here already");
  EXPECT_DEATH(server.arrive(0, 0.1, 10, kStart), "runs backwards");
  EXPECT_DEATH(server.step(kStart + milliseconds(2)), "nothing happens");
}

/// A request, and what became of it. Times in seconds.
struct BatchRequest {
  double arrival_s = 0, prefill_s = 0, tokens = 0;
  double first_s = 0, last_s = 0, joules = 0;
};

std::vector<BatchRequest> random_requests(std::uint64_t seed, std::uint32_t count) {
  const RandomField random(seed);
  std::vector<BatchRequest> requests;
  double now_s = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    Draw draw = random.at(Stream::kArrivals, 0, i);
    if (draw.uniform() < 0.8) now_s += draw.exponential(0.15);  // some come together
    const double prefill_s = draw.uniform() < 0.1 ? 0 : 0.2 * draw.uniform();
    requests.push_back({to_seconds(from_seconds(now_s)), to_seconds(from_seconds(prefill_s)),
                        draw.uniform() < 0.1 ? 0.0 : draw.below(60)});
  }
  return requests;
}

/// The definition, request by request: in every step all sequences lose what they have done.
class NaiveBatch {
 public:
  NaiveBatch(const BatchLaw& law, double background, std::vector<BatchRequest> requests)
      : law_(law), background_(background), requests_(std::move(requests)) {
    for (const BatchRequest& r : requests_) {
      prefill_left_.push_back(r.prefill_s);
      tokens_left_.push_back(r.tokens);
    }
  }

  std::vector<BatchRequest> run() {
    while (arrived_ < requests_.size() || !slots_.empty()) step();
    return requests_;
  }

 private:
  static constexpr double kRest = 1e-12;

  void step() {
    const double b = static_cast<double>(slots_.size()) + background_;
    double wait_s = arrived_ < requests_.size() ? requests_[arrived_].arrival_s - now_s_ : 1e9;
    const auto reading = lane();
    for (const std::size_t i : slots_) {
      if (prefill_left_[i] < 0) wait_s = std::min(wait_s, tokens_left_[i] * law_.token_s(b));
    }
    if (reading) wait_s = std::min(wait_s, prefill_left_[*reading]);
    now_s_ += wait_s;
    for (const std::size_t i : slots_) {
      requests_[i].joules += wait_s * law_.power_w(b) / b;
      if (prefill_left_[i] < 0) tokens_left_[i] -= wait_s / law_.token_s(b);
    }
    if (reading && (prefill_left_[*reading] -= wait_s) < kRest) {
      prefill_left_[*reading] = -1;
      requests_[*reading].first_s = now_s_;
    }
    std::erase_if(slots_, [this](std::size_t i) {
      const bool done = prefill_left_[i] < 0 && tokens_left_[i] < kRest;
      if (done) requests_[i].last_s = now_s_;
      return done;
    });
    for (; arrived_ < requests_.size() && requests_[arrived_].arrival_s <= now_s_ + kRest;
         ++arrived_) {
      waiting_.push_back(arrived_);
    }
    while (!waiting_.empty() &&
           static_cast<double>(slots_.size()) + background_ + 1 <= law_.limit()) {
      slots_.push_back(waiting_.front());
      waiting_.erase(waiting_.begin());
    }
  }

  /// The first in the order of slots whose prompt is not read.
  std::optional<std::size_t> lane() const {
    for (const std::size_t i : slots_) {
      if (prefill_left_[i] >= 0) return i;
    }
    return std::nullopt;
  }

  const BatchLaw& law_;
  double background_;
  double now_s_ = 0;
  std::size_t arrived_ = 0;
  std::vector<BatchRequest> requests_;
  std::vector<double> prefill_left_, tokens_left_;
  std::vector<std::size_t> waiting_, slots_;  // in the order of their coming
};

/// What the server makes of the requests, every one of its own phone; `drawn_j` is all that the GPU
/// drew while one was there, less the background's share.
std::vector<BatchRequest> serve(BatchServer& server, std::vector<BatchRequest> requests,
                                double background, double* drawn_j) {
  Time before = kStart;
  const auto spend = [&](Time now) {
    const double b = server.running(), ours = b - background;
    if (ours > 0) *drawn_j += to_seconds(now - before) * server.law().power_w(b) * ours / b;
    before = now;
  };
  std::size_t arrived = 0;
  while (true) {
    const Time arrival =
        arrived < requests.size() ? kStart + from_seconds(requests[arrived].arrival_s) : kNever;
    const Time next = server.next();
    if (next == kNever && arrival == kNever) return requests;
    spend(std::min(next, arrival));
    if (next <= arrival) {
      const Happening h = server.step(next);
      const bool first = h.kind == Kind::kFirstToken;
      (first ? requests[h.phone].first_s : requests[h.phone].last_s) = to_seconds(next);
      if (!first) requests[h.phone].joules = h.joules;
    } else {
      const BatchRequest& r = requests[arrived];
      server.arrive(static_cast<std::uint32_t>(arrived++), r.prefill_s, r.tokens, arrival);
    }
  }
}

TEST(BatchServerTest, EqualsASimulationThatMovesEverySequence) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    for (const double background : {0.0, 1.25}) {
      SCOPED_TRACE(testing::Message() << "seed " << seed << ", background " << background);
      const BatchLaw law = three_points(5);
      const auto requests = random_requests(seed, 200);
      BatchServer server(law, background, requests.size());
      double drawn_j = 0, shared_j = 0;
      const auto served = serve(server, requests, background, &drawn_j);
      const auto expected = NaiveBatch(law, background, requests).run();
      for (std::size_t i = 0; i < requests.size(); ++i) {
        ASSERT_NEAR(served[i].first_s, expected[i].first_s, 2e-6) << i;
        ASSERT_NEAR(served[i].last_s, expected[i].last_s, 2e-6) << i;
        ASSERT_NEAR(served[i].joules, expected[i].joules, 2e-4) << i;
        shared_j += served[i].joules;
      }
      EXPECT_NEAR(shared_j, drawn_j, 1e-9 * drawn_j);
    }
  }
}

TEST(BatchServerTest, ForetellsSlotAndFirstToken) {
  std::size_t had_to_wait = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto requests = random_requests(seed, 300);
    BatchServer server(three_points(4), 0.5, requests.size() + 1);
    for (std::uint32_t i = 0; i < requests.size(); ++i) {
      const Time now = kStart + from_seconds(requests[i].arrival_s);
      while (server.next() < now) server.step(server.next());
      BatchServer alone = server;
      const auto phone = static_cast<std::uint32_t>(requests.size());
      const Time slot = alone.slot_at(now), first = alone.first_token_at(0.05, now);
      const std::size_t before = alone.waiting();
      alone.arrive(phone, 0.05, 3, now);
      EXPECT_EQ(slot == now, alone.waiting() == 0);
      had_to_wait += before > 0;
      Time at = now;
      for (bool done = false; !done;) {
        at = alone.next();
        const std::size_t queue = alone.waiting();
        const Happening h = alone.step(at);
        if (queue == 1 && alone.waiting() == 0) {
          EXPECT_NEAR(to_seconds(at), to_seconds(slot), 1e-7);
        }
        done = h.phone == phone;
      }
      ASSERT_NEAR(to_seconds(at), to_seconds(first), 1e-7) << i;
      server.arrive(i, requests[i].prefill_s, requests[i].tokens, now);
    }
  }
  EXPECT_GT(had_to_wait, 100);
}

}  // namespace
}  // namespace autoscale
