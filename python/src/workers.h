// Threads that wait for work: run(n, work) calls work(0) ... work(n - 1) once each, shared out in
// equal stretches, and returns when all are done.
#pragma once

#include <algorithm>
#include <barrier>
#include <cstddef>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

namespace autoscale::python {

class Workers {
 public:
  /// `threads` in all, the calling one included; 1 makes none.
  explicit Workers(std::size_t threads)
      : threads_(std::max<std::size_t>(threads, 1)),
        barrier_(static_cast<std::ptrdiff_t>(threads_)),
        errors_(threads_) {
    for (std::size_t t = 1; t < threads_; ++t) {
      others_.emplace_back([this, t] { serve(t); });
    }
  }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers() {
    work_ = nullptr;
    if (threads_ > 1) barrier_.arrive_and_wait();
  }

  /// Throws what the first failing stretch threw.
  void run(std::size_t count, const std::function<void(std::size_t)>& work) {
    if (threads_ == 1) {
      for (std::size_t i = 0; i < count; ++i) work(i);
      return;
    }
    work_ = &work;
    count_ = count;
    barrier_.arrive_and_wait();
    stretch(0);
    barrier_.arrive_and_wait();
    for (std::exception_ptr& error : errors_) {
      if (error) std::rethrow_exception(std::exchange(error, nullptr));
    }
  }

 private:
  void serve(std::size_t thread) {
    while (true) {
      barrier_.arrive_and_wait();
      if (!work_) return;
      stretch(thread);
      barrier_.arrive_and_wait();
    }
  }

  void stretch(std::size_t thread) {
    try {
      for (std::size_t i = count_ * thread / threads_; i < count_ * (thread + 1) / threads_; ++i) {
        (*work_)(i);
      }
    } catch (...) {
      errors_[thread] = std::current_exception();
    }
  }

  std::size_t threads_;
  std::barrier<> barrier_;
  std::vector<std::exception_ptr> errors_;
  const std::function<void(std::size_t)>* work_ = nullptr;
  std::size_t count_ = 0;
  std::vector<std::jthread> others_;
};

}  // namespace autoscale::python
