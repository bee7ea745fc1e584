// A processor of a tablet or a cloud, shared by all devices that use it: c workers, one FIFO queue.
//
// Model   first come, first served with service times known on arrival (Kiefer and Wolfowitz 1955):
//         a request starts when the worker that is free first is free. No departure events needed.
// Assumes no batching, no pre-emption, requests join in the order of their arrival events.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "sim/core/time.h"

namespace autoscale {

class WorkerPool {
 public:
  explicit WorkerPool(std::size_t workers) : free_at_(workers, kStart) {}

  /// When a request arriving at `arrival` would start, given what has been admitted.
  Time earliest_start(Time arrival) const { return std::max(arrival, free_at_.front()); }

  /// Admits a request that needs `service` and returns when it starts. `arrival` never runs
  /// backwards.
  Time admit(Time arrival, Duration service) {
    const Time start = earliest_start(arrival);
    replace_first(start + service);
    return start;
  }

  std::size_t workers() const { return free_at_.size(); }

  /// All workers free from kStart on.
  void reset() { std::fill(free_at_.begin(), free_at_.end(), kStart); }

 private:
  /// Puts `value` in the place of the smallest element of the min-heap.
  void replace_first(Time value) {
    const std::size_t n = free_at_.size();
    std::size_t hole = 0;
    while (2 * hole + 1 < n) {
      const std::size_t left = 2 * hole + 1, right = std::min(left + 1, n - 1);
      // Added, not chosen: no branch predictor knows which it is.
      const std::size_t child = left + std::size_t{free_at_[right] < free_at_[left]};
      if (free_at_[child] >= value) break;
      free_at_[hole] = free_at_[child];
      hole = child;
    }
    free_at_[hole] = value;
  }

  std::vector<Time> free_at_;
};

}  // namespace autoscale
