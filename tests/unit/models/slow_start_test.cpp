// The closed form of slow start against a sender that sends segment by segment.
#include "sim/models/slow_start.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <queue>

namespace autoscale {
namespace {

constexpr double kSegmentBits = 1460 * 8;

SlowStart ten_segments() { return {10 * kSegmentBits, kSegmentBits, 0.2}; }

/// When the last of `segments` has left the sender: it sends whenever the path is free and fewer
/// than a window are unacknowledged; every acknowledgement comes a round trip after its segment has
/// left and widens the window by one.
double end_segment_by_segment(int segments, double rate_bps, double rtt_s) {
  std::queue<double> acknowledgements;  // of the segments under way, by time
  double now = 0;
  int window = 10, under_way = 0;
  for (int sent = 0; sent < segments; ++sent) {
    while (!acknowledgements.empty() && (acknowledgements.front() <= now || under_way == window)) {
      now = std::max(now, acknowledgements.front());
      acknowledgements.pop();
      --under_way;
      ++window;
    }
    now += kSegmentBits / rate_bps;
    acknowledgements.push(now + rtt_s);
    ++under_way;
  }
  return now;
}

TEST(SlowStartTest, EqualsASenderThatSendsSegmentBySegment) {
  for (const double rate_bps : {1e6, 8e6, 40e6, 109e6, 400e6}) {
    for (const double rtt_s : {0.001, 0.004, 0.02, 0.06, 0.3}) {
      for (const int segments : {1, 9, 10, 11, 30, 31, 103, 411, 2000}) {
        const double bits = segments * kSegmentBits;
        EXPECT_NEAR(ten_segments().pauses_s(bits, rate_bps, rtt_s) + bits / rate_bps,
                    end_segment_by_segment(segments, rate_bps, rtt_s), 1e-9)
            << rate_bps << " bit/s, " << rtt_s << " s, " << segments << " segments";
      }
    }
  }
}

TEST(SlowStartTest, APhotoOverWifiByHand) {
  // 150,528 B at 109 Mbit/s, 5 ms: pauses after 10, 20 and 40 segments, which take 1.07, 2.14 and
  // 4.29 ms to send: 5 + 0.107 - each.
  const double expected = 3 * 5e-3 + (3 - 10 - 20 - 40) * kSegmentBits / 109e6;
  EXPECT_NEAR(ten_segments().pauses_s(150528 * 8, 109e6, 5e-3), expected, 1e-12);
}

TEST(SlowStartTest, ColdOnlyAfterIdlenessAndOnlyWithAWindow) {
  EXPECT_TRUE(ten_segments().cold_after(0.21));
  EXPECT_FALSE(ten_segments().cold_after(0.2));
  EXPECT_FALSE(SlowStart{}.cold_after(1e9));
  SlowStart kept = ten_segments();
  kept.idle_reset_s = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(kept.cold_after(std::numeric_limits<double>::infinity()));
}

TEST(SlowStartTest, MoreBandwidthNeverHurts) {
  for (const double rtt_s : {0.002, 0.02}) {
    double before = 1e9;
    for (double rate_bps = 1e5; rate_bps < 1e9; rate_bps *= 1.05) {
      const double total = ten_segments().pauses_s(2e6, rate_bps, rtt_s) + 2e6 / rate_bps;
      EXPECT_LE(total, before + 1e-12);
      before = total;
    }
  }
}

}  // namespace
}  // namespace autoscale
