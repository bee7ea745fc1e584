// Threads that wait for work, the one pool of runs, sweeps and vectors of episodes. There are two
// ways of sharing the indices 0 ... count - 1 out:
//   hand_out    one by one to whoever is free: for work of unequal length, as runs and trials are;
//   share_out   in equal stretches, always the same to the same thread: for short work on data that
//               stays in a processor's cache, as the steps of episodes are (1 to 2 us each).
// Either way the calling thread works too and returns when all threads are done.
#pragma once

#include <atomic>
#include <barrier>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace autoscale {

/// Is used by one thread at a time: the one that calls.
class ThreadPool {
 public:
  /// Called once per index; `thread` counts the pool's threads from 0, the calling one.
  using Work = std::function<void(std::size_t index, std::size_t thread)>;

  /// `threads` in all, the calling one included; 1 makes none. Throws std::system_error if there
  /// cannot be so many.
  explicit ThreadPool(std::size_t threads);
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool() { end(); }

  std::size_t threads() const { return threads_; }

  /// Indices in ascending order, each to the next thread that is free. After a failure no further
  /// index is handed out. Throws what the lowest of the indices that failed threw.
  void hand_out(std::size_t count, const Work& work);

  /// Equal stretches, one per thread. A stretch ends at its first failure. Throws what the lowest of
  /// the indices that failed threw.
  void share_out(std::size_t count, const Work& work);

 private:
  using Part = void (ThreadPool::*)(std::size_t thread);

  /// Lets every thread do its part and waits for all of them.
  void run(std::size_t count, const Work& work, Part part);
  void take_one_by_one(std::size_t thread);
  void take_stretch(std::size_t thread);
  /// Whether the work at an index did not throw; keeps what the lowest such index threw.
  bool succeeds(std::size_t index, std::size_t thread);
  void serve(std::size_t thread);
  void end();

  std::size_t threads_;
  std::barrier<> barrier_;  // before and after every run
  const Work* work_ = nullptr;
  Part part_ = nullptr;  // null: the threads end
  std::size_t count_ = 0;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;  // of the two below
  std::exception_ptr failure_;
  std::size_t failed_ = 0;  // its index
  std::vector<std::jthread> others_;
};

}  // namespace autoscale
