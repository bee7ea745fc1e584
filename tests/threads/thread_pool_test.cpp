// The pool of threads: every index once, what becomes of exceptions, and that threads stay.
#include "sim/core/thread_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>

namespace autoscale {
namespace {

/// A way of sharing out and the number of threads; "Threads" in the name, for TSan.
using Sharing = void (ThreadPool::*)(std::size_t, const ThreadPool::Work&);

class ThreadsOfPool : public testing::TestWithParam<std::tuple<Sharing, std::size_t>> {
 protected:
  void share(std::size_t count, const ThreadPool::Work& work) {
    (pool_.*std::get<Sharing>(GetParam()))(count, work);
  }

  ThreadPool pool_{std::get<std::size_t>(GetParam())};
};

TEST_P(ThreadsOfPool, DoEveryIndexOnceInEveryRun) {
  for (const std::size_t count : {0U, 1U, 2U, 3U, 64U, 1000U, 7U}) {
    std::vector<int> done(count);  // not atomic: a race is one for TSan
    share(count, [&](std::size_t i, std::size_t thread) {
      EXPECT_LT(thread, pool_.threads());
      ++done[i];
    });
    EXPECT_EQ(done, std::vector<int>(count, 1));
  }
}

TEST_P(ThreadsOfPool, SeeWhatTheCallerWroteAndShowWhatTheyWrote) {
  std::vector<std::size_t> cells(50);
  for (std::size_t round = 1; round <= 30; ++round) {
    share(cells.size(), [&](std::size_t i, std::size_t) { cells[i] += round; });
    for (std::size_t& cell : cells) ++cell;
  }
  EXPECT_EQ(cells, std::vector<std::size_t>(50, 30 * 31 / 2 + 30));
}

TEST_P(ThreadsOfPool, AreNotMissedWhenTheySleep) {
  std::vector<int> done(32);
  for (int run = 1; run <= 1000; ++run) {
    // Longer than they stay awake: some come when the run is over, and meet a later one.
    if (run % 50 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
    share(done.size(), [&](std::size_t i, std::size_t) { ++done[i]; });
    ASSERT_EQ(done, std::vector<int>(done.size(), run));
  }
}

TEST_P(ThreadsOfPool, TellTheLowestFailureAndWorkOn) {
  for (int round = 0; round < 5; ++round) {
    try {
      share(40, [](std::size_t i, std::size_t) {
        if (i % 10 == 5) throw std::runtime_error(std::to_string(i));
      });
      FAIL() << "nothing was thrown";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "5");
    }
    std::atomic<int> done = 0;
    share(40, [&](std::size_t, std::size_t) { ++done; });
    EXPECT_EQ(done, 40);
  }
}

TEST_P(ThreadsOfPool, LetGoOfAFailureThatWasTold) {
  const auto kept = std::make_shared<int>(1);
  try {
    share(9, [&](std::size_t, std::size_t) { throw kept; });
    FAIL() << "nothing was thrown";
  } catch (const std::shared_ptr<int>&) {
  }
  EXPECT_EQ(kept.use_count(), 1);
}

std::string name_of(const testing::TestParamInfo<ThreadsOfPool::ParamType>& info) {
  const bool hands = std::get<Sharing>(info.param) == &ThreadPool::hand_out;
  return (hands ? "hand_out_" : "share_out_") + std::to_string(std::get<std::size_t>(info.param));
}

INSTANTIATE_TEST_SUITE_P(Pools, ThreadsOfPool,
                         testing::Combine(testing::Values(&ThreadPool::hand_out,
                                                          &ThreadPool::share_out),
                                          testing::Values(0, 1, 2, 5, 16)),
                         name_of);

/// The threads that do some work.
std::set<std::thread::id> workers(ThreadPool& pool, Sharing sharing, std::size_t count) {
  std::mutex mutex;
  std::set<std::thread::id> ids;
  (pool.*sharing)(count, [&](std::size_t, std::size_t) {
    const std::lock_guard lock(mutex);
    ids.insert(std::this_thread::get_id());
  });
  return ids;
}

TEST(ThreadsOfPoolTest, OneThreadIsTheCaller) {
  for (const std::size_t threads : {0U, 1U}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), 1U);
    const std::set<std::thread::id> caller = {std::this_thread::get_id()};
    EXPECT_EQ(workers(pool, &ThreadPool::hand_out, 9), caller);
    EXPECT_EQ(workers(pool, &ThreadPool::share_out, 9), caller);
  }
}

TEST(ThreadsOfPoolTest, EqualStretchesStayWithThreadsThatAreInTime) {
  ThreadPool pool(3);
  std::vector<std::thread::id> first(10), again(10);
  for (auto* ids : {&first, &again}) {
    std::atomic<unsigned> parts = 0;  // a bit for each that has begun
    pool.share_out(10, [&](std::size_t i, std::size_t part) {
      parts |= 1U << part;
      while (parts != 7) std::this_thread::yield();
      (*ids)[i] = std::this_thread::get_id();
    });
  }
  EXPECT_EQ(first, again);
  EXPECT_EQ(std::set(first.begin(), first.end()).size(), 3U);
  EXPECT_EQ(std::count(first.begin(), first.end(), first.front()), 3);
}

TEST(ThreadsOfPoolTest, NothingIsHandedOutAfterAFailure) {
  ThreadPool alone(1);
  std::size_t last = 0;
  EXPECT_THROW(alone.hand_out(100,
                              [&](std::size_t i, std::size_t) {
                                last = i;
                                if (i == 7) throw std::runtime_error("no");
                              }),
               std::runtime_error);
  EXPECT_EQ(last, 7U);

  // The other thread holds one index at the failure and gets no further one.
  ThreadPool pool(2);
  std::atomic<bool> failed = false;
  std::atomic<int> begun = 0;
  EXPECT_THROW(pool.hand_out(1000,
                             [&](std::size_t i, std::size_t) {
                               ++begun;
                               if (i == 0) {
                                 failed = true;
                                 throw std::runtime_error("no");
                               }
                               while (!failed) std::this_thread::yield();
                               std::this_thread::sleep_for(std::chrono::milliseconds(20));
                             }),
               std::runtime_error);
  EXPECT_LT(begun, 1000);
}

TEST(ThreadsOfPoolTest, WhoIsFreeTakesTheNextIndex) {
  ThreadPool pool(2);
  std::atomic<int> left = 99;
  std::vector<std::size_t> by(100);
  pool.hand_out(100, [&](std::size_t i, std::size_t thread) {
    by[i] = thread;
    if (i > 0) {
      --left;
      return;
    }
    while (left > 0) std::this_thread::yield();  // the other thread does all the rest
  });
  EXPECT_EQ(std::count(by.begin(), by.end(), by[0]), 1);
}

TEST(ThreadsOfPoolTest, PoolsThatNeverWorkEnd) {
  for (const std::size_t threads : {1U, 2U, 32U}) ThreadPool pool(threads);
}

}  // namespace
}  // namespace autoscale
