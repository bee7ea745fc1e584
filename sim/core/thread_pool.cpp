#include "sim/core/thread_pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace autoscale {

ThreadPool::ThreadPool(std::size_t threads)
    : threads_(std::max<std::size_t>(threads, 1)), barrier_(static_cast<std::ptrdiff_t>(threads_)) {
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
  if (!others_.empty()) barrier_.arrive_and_wait();
  (this->*part)(0);
  if (!others_.empty()) barrier_.arrive_and_wait();
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void ThreadPool::take_one_by_one(std::size_t thread) {
  for (std::size_t i = next_++; i < count_; i = next_++) {
    if (!succeeds(i, thread)) next_ = count_;
  }
}

void ThreadPool::take_stretch(std::size_t thread) {
  const std::size_t end = count_ * (thread + 1) / threads_;
  for (std::size_t i = count_ * thread / threads_; i < end; ++i) {
    if (!succeeds(i, thread)) return;
  }
}

bool ThreadPool::succeeds(std::size_t index, std::size_t thread) {
  try {
    (*work_)(index, thread);
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
  while (true) {
    barrier_.arrive_and_wait();
    if (!part_) return;
    (this->*part_)(thread);
    barrier_.arrive_and_wait();
  }
}

/// Stands in at the barrier for the caller and for threads that could not be made.
void ThreadPool::end() {
  part_ = nullptr;
  (void)barrier_.arrive(static_cast<std::ptrdiff_t>(threads_ - others_.size()));
}

}  // namespace autoscale
