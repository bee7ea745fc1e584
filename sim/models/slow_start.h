// TCP's slow start: how long a transfer pauses because its sender begins with a small window.
//
// Model   The sender may have one window unacknowledged and begins with the initial one. Until the
//         window covers the path it sends a window and then pauses until the first acknowledgement
//         of it, for rtt + segment / rate - window / rate; each round doubles the window.
// Assumes one acknowledgement per segment, no loss, a receiver that never binds; that the window
//         covers the path once a transfer is through, and falls back to the initial one after
//         `idle_reset_s` without a transfer; that the connection itself is open.
// Source  RFC 6928 (initial window), RFC 2861, 5681 and 7661 (fall back after idleness); the sum of
//         the pauses is textbook arithmetic (Kurose and Ross, Computer Networking).
#pragma once

#include <algorithm>
#include <limits>

namespace autoscale {

struct SlowStart {
  double window_bits = 0;  // initial; 0: no slow start
  double segment_bits = 0;
  double idle_reset_s = std::numeric_limits<double>::infinity();

  /// Whether a transfer begins with the initial window after `idle_s` without one.
  bool cold_after(double idle_s) const { return window_bits > 0 && idle_s > idle_reset_s; }

  /// Seconds of all pauses of a cold transfer of `bits` at `rate_bps` over a round trip of `rtt_s`.
  double pauses_s(double bits, double rate_bps, double rtt_s) const {
    double sum = 0;
    each_round(bits, [&](double window) {
      sum += std::max(0.0, rtt_s - shortest_rtt_s(window, rate_bps));
    });
    return sum;
  }

  /// Calls visit(window in bits) for every round of a cold transfer that is not its last.
  template <class Visit>
  void each_round(double bits, Visit&& visit) const {
    double window = window_bits;
    for (double left = bits; window > 0 && left > window; left -= window, window *= 2) {
      visit(window);
    }
  }

  /// The round trip above which the sender pauses after a window.
  double shortest_rtt_s(double window, double rate_bps) const {
    return (window - segment_bits) / rate_bps;
  }
};

}  // namespace autoscale
