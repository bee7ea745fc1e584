// A shared radio channel: the transfers on it get equal air time (processor sharing).
//
// Model   with n transfers each gets 1/n of the air time. Virtual time V grows at 1/n, so a transfer
//         that needs w seconds of air time and starts at V0 ends when V = V0 + w.
// Assumes ideal fairness, no collisions; valid for long transfers against the frame time.
// Source  egalitarian processor sharing (Kleinrock, Queueing Systems II).
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim/core/check.h"
#include "sim/core/time.h"

namespace autoscale {

class Medium {
 public:
  /// `phones` that may send at the same time: room for that many is made at once.
  explicit Medium(std::size_t phones = 0) { jobs_.reserve(phones); }

  /// Virtual time at `now`, in seconds of air time per transfer. `now` never runs backwards.
  double advance(Time now) {
    if (!jobs_.empty())
      virtual_s_ += to_seconds(now - updated_) / static_cast<double>(jobs_.size());
    updated_ = now;
    return virtual_s_;
  }

  /// Adds a transfer of `phone` that needs `air_s` more seconds of air time. After advance(now).
  void join(std::uint32_t phone, double air_s) {
    jobs_.push_back({virtual_s_ + air_s, phone});
    std::push_heap(jobs_.begin(), jobs_.end(), Later{});
  }

  /// Sets the air time that the transfer of `phone` still needs. After advance(now).
  void rework(std::uint32_t phone, double air_s) {
    const auto job = std::find_if(jobs_.begin(), jobs_.end(),
                                  [phone](const Job& j) { return j.phone == phone; });
    AUTOSCALE_CHECK(job != jobs_.end(), "phone {} has no transfer on this medium", phone);
    job->finish_s = virtual_s_ + air_s;
    std::make_heap(jobs_.begin(), jobs_.end(), Later{});
  }

  /// The phone whose transfer ends first. Only if not empty.
  std::uint32_t front() const { return jobs_.front().phone; }

  /// When the first transfer ends if nobody joins or leaves, never before the last advance(); kNever
  /// if not before that. Only if not empty.
  Time next_finish() const {
    const double wait_s = std::max(0.0, jobs_.front().finish_s - virtual_s_);
    return after_seconds(updated_, wait_s * static_cast<double>(jobs_.size()));
  }

  void pop() {
    std::pop_heap(jobs_.begin(), jobs_.end(), Later{});
    jobs_.pop_back();
  }

  std::size_t active() const { return jobs_.size(); }

  /// Back to time 0 without transfers; keeps what was allocated.
  void reset() {
    jobs_.clear();
    virtual_s_ = 0;
    updated_ = kStart;
    stamp = 0;
  }

  /// Distinguishes the one valid pending end-of-transfer event from outdated ones.
  std::uint16_t stamp = 0;

 private:
  struct Job {
    double finish_s;
    std::uint32_t phone;
  };
  struct Later {
    bool operator()(const Job& a, const Job& b) const {
      return a.finish_s != b.finish_s ? a.finish_s > b.finish_s : a.phone > b.phone;
    }
  };

  std::vector<Job> jobs_;
  double virtual_s_ = 0;
  Time updated_{};
};

}  // namespace autoscale
