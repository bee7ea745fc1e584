// The states a radio passes through after its last transfer, until it is idle.
//
// Model   states in order, each with a time and a power above the baseline: connected and receiving
//         now and then, RRC inactive, an LTE tail behind that of NR. Sending from a state may need
//         a promotion first; most need none.
// Assumes the timers run from the end of the last transfer, and nothing else wakes the radio.
// Source  RRC states as Narayanan et al. (SIGCOMM 2021) infer them from round trips after a pause.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

namespace autoscale {

/// The way back to connected, before sending can start.
struct Promotion {
  double time_s = 0;
  double power_w = 0;
};

struct RadioState {
  double time_s = 0;
  double power_w = 0;
  Promotion promotion;  // from it
};

/// No memory of its own: cost models are copied often.
class RadioTail {
 public:
  static constexpr std::size_t kMostStates = 4;

  /// At most kMostStates times.
  void add(const RadioState& state) { states_[count_++] = state; }

  double time_s() const {
    double seconds = 0;
    for (std::size_t i = 0; i < count_; ++i) seconds += states_[i].time_s;
    return seconds;
  }

  /// Of its first `seconds`; beyond time_s() the last state goes on.
  double energy_j(double seconds) const {
    double joules = 0;
    for (std::size_t i = 0; i + 1 < count_; ++i) {
      const double here = std::min(seconds, states_[i].time_s);
      joules += states_[i].power_w * here;
      seconds -= here;
    }
    return count_ == 0 ? 0 : joules + states_[count_ - 1].power_w * seconds;
  }

  /// Where the radio is `idle_s` after the last transfer; null: idle.
  const RadioState* state_after(double idle_s) const {
    double end_s = 0;
    for (std::size_t i = 0; i < count_; ++i) {
      end_s += states_[i].time_s;
      if (idle_s < end_s) return &states_[i];
    }
    return nullptr;
  }

  void scale_power(double factor) {
    for (RadioState& state : states_) state.power_w *= factor;
  }

 private:
  std::array<RadioState, kMostStates> states_{};
  std::size_t count_ = 0;
};

}  // namespace autoscale
