// Threads that wait for work, the one pool of runs, sweeps and vectors of episodes. There are two
// ways of sharing the indices 0 ... count - 1 out:
//   hand_out    one by one to whoever is free: for work of unequal length, as runs and trials are;
//   share_out   in equal stretches, the same to the same thread if it is there in time: for short
//               work on data that stays in a processor's cache, as the steps of episodes are.
// Either way the calling thread works too and returns when all work is done.
//
// A run consists of as many parts as there are threads. Each thread begins with its own part and
// goes on to those that nobody has begun, so a thread that wakes up late holds nobody up. It stays
// awake for kAwake after its last part: to be woken takes longer than the steps of 64 episodes.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace autoscale {

/// Is used by one thread at a time: the one that calls.
class ThreadPool {
 public:
  /// Called once per index. No two calls at the same time have the same `part`, which is below the
  /// number of threads.
  using Work = std::function<void(std::size_t index, std::size_t part)>;

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

  /// Equal stretches, one per part. A stretch ends at its first failure. Throws what the lowest of
  /// the indices that failed threw.
  void share_out(std::size_t count, const Work& work);

 private:
  using Part = void (ThreadPool::*)(std::size_t part);

  static constexpr std::chrono::microseconds kAwake{50};

  /// Lets the threads do all parts and waits for the last.
  void run(std::size_t count, const Work& work, Part part);
  void take_one_by_one(std::size_t part);
  void take_stretch(std::size_t part);
  /// Does the parts of a run that nobody has begun, first that of the thread.
  void take_parts(std::size_t thread, std::uint32_t run);
  /// Whether the work at an index did not throw; keeps what the lowest such index threw.
  bool succeeds(std::size_t index, std::size_t part);
  void serve(std::size_t thread);
  void end();

  std::size_t threads_;
  std::atomic<std::uint32_t> run_{0};              // number of the latest run
  std::vector<std::atomic<std::uint32_t>> begun_;  // by part: the latest run in which it was begun
  std::atomic<std::uint32_t> unfinished_{0};       // parts of the latest run
  std::atomic<bool> ended_{false};
  const Work* work_ = nullptr;
  Part part_ = nullptr;
  std::size_t count_ = 0;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;  // of the two below
  std::exception_ptr failure_;
  std::size_t failed_ = 0;  // its index
  std::vector<std::jthread> others_;
};

}  // namespace autoscale
