#include "sim/core/thread_pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace autoscale {

namespace {

/// Waits until a value is another: awake for a while, of which the second half gives way to others.
void await_change(const std::atomic<std::uint32_t>& value, std::uint32_t from,
                  std::chrono::microseconds awake) {
  const auto start = std::chrono::steady_clock::now();
  while (value == from) {
    const auto waited = std::chrono::steady_clock::now() - start;
    if (waited >= awake) return value.wait(from);
    if (waited > awake / 2) std::this_thread::yield();
  }
}

}  // namespace

ThreadPool::ThreadPool(std::size_t threads)
    : threads_(std::max<std::size_t>(threads, 1)), begun_(threads_) {
  try {
    for (std::size_t t = 1; t < threads_; ++t) others_.emplace_back([this, t] { serve(t); });
  } catch (const std::system_error& problem) {
    end();
    throw std::system_error(problem.code(), fmt::format("cannot start {} threads", threads_));
  } catch (...) {
    end();
    throw;
  }
}

void ThreadPool::hand_out(std::size_t count, const Work& work) {
  run(count, work, &ThreadPool::take_one_by_one);
}

void ThreadPool::share_out(std::size_t count, const Work& work) {
  run(count, work, &ThreadPool::take_stretch);
}

void ThreadPool::run(std::size_t count, const Work& work, Part part) {
  work_ = &work;
  part_ = part;
  count_ = count;
  next_ = 0;
  unfinished_ = static_cast<std::uint32_t>(threads_);
  const std::uint32_t number = ++run_;
  run_.notify_all();
  take_parts(0, number);
  for (std::uint32_t left = unfinished_; left > 0; left = unfinished_) {
    await_change(unfinished_, left, kAwake);
  }
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

/// Only who begins a part of a run may look at its work: the caller waits for it. Others may be
/// late, when all parts have begun and perhaps those of later runs.
void ThreadPool::take_parts(std::size_t thread, std::uint32_t run) {
  for (std::size_t i = 0; i < threads_; ++i) {
    const std::size_t part = (thread + i) % threads_;
    std::uint32_t before = run - 1;
    if (!begun_[part].compare_exchange_strong(before, run)) continue;
    (this->*part_)(part);
    if (--unfinished_ == 0) unfinished_.notify_one();
  }
}

void ThreadPool::take_one_by_one(std::size_t part) {
  for (std::size_t i = next_++; i < count_; i = next_++) {
    if (!succeeds(i, part)) next_ = count_;
  }
}

void ThreadPool::take_stretch(std::size_t part) {
  const std::size_t end = count_ * (part + 1) / threads_;
  for (std::size_t i = count_ * part / threads_; i < end; ++i) {
    if (!succeeds(i, part)) return;
  }
}

bool ThreadPool::succeeds(std::size_t index, std::size_t part) {
  try {
    (*work_)(index, part);
    return true;
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!failure_ || index < failed_) {
      failure_ = std::current_exception();
      failed_ = index;
    }
    return false;
  }
}

void ThreadPool::serve(std::size_t thread) {
  std::uint32_t run = 0;
  while (true) {
    await_change(run_, run, kAwake);
    if (ended_) return;
    run = run_;
    take_parts(thread, run);
  }
}

void ThreadPool::end() {
  ended_ = true;
  ++run_;
  run_.notify_all();
}

}  // namespace autoscale
