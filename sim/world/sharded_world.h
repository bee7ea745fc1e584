// One simulated run over several threads: the same as a World of all its phones, to the byte, as
// long as no phone meets another.
//
// Why it works. All draws are addressed by phone and request, so phones that share neither air nor a
// queue nor a learner (sim/run/independence.h says where they do) live the same life in any world. A
// shard is a World of consecutive phones. What is left to share is the order in which the observer is
// told: sums of floating-point numbers and the rows of files depend on it.
//
// Its order. A World runs events by (time, rank) and simultaneous ones in the order in which they were
// scheduled. A phone that meets no other has one event pending, which its event before scheduled. So
// of two simultaneous events the one comes first whose phone's event before came first, and of two
// phones without one that of the lower number. Merging the steps of all shards by (time, rank) and
// remembering when each phone had its turn is therefore the order of the one world exactly.
//
// How. Shards run on at the same time until each has some thousand steps; then what all of them know
// completely is merged and told by one thread, and they run on. That is the part that more threads do
// not make shorter.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "sim/core/thread_pool.h"
#include "sim/world/world_shard.h"

namespace autoscale {

class ShardedWorld {
 public:
  /// `shards` worlds at most (a tablet's phones stay together), each on a thread of its own; 1: a World
  /// that tells `observer` itself. `system` and `observer` must outlive it. Throws std::system_error
  /// if there cannot be so many threads.
  ShardedWorld(const SystemModel& system, std::uint64_t seed, const PolicyUnderTest& policy,
               Observer& observer, std::size_t shards);

  /// World::run. Where phones of several shards fail, the error is that of the lowest.
  void run(const PhasePlan& phase);

  /// One policy per device type, or per phone.
  std::vector<Policy*> policies() const;
  std::uint64_t events() const;
  /// World::mean_decision_ns over all shards.
  double mean_decision_ns() const;
  Time now() const;

 private:
  /// A step whose turn it is, together with others.
  struct Turn {
    std::uint32_t phone;
    WorldShard* shard;
  };

  void for_each_shard(const std::function<void(WorldShard&)>& work);
  bool over() const;
  /// Tells the observer what all shards know completely.
  void merge();
  /// The same of the events of one instant and rank.
  void tell(Engine::Order order);
  void report_progress();

  Observer& observer_;
  bool per_device_;
  std::unique_ptr<World> whole_;  // if there are no shards
  std::unique_ptr<ThreadPool> threads_;
  std::vector<std::unique_ptr<WorldShard>> shards_;
  std::vector<std::uint64_t> turn_of_;  // by phone: number of its last event, in the one order
  std::uint64_t turns_ = 0;
  std::vector<Turn> simultaneous_;
  std::uint64_t reported_ = 0;  // steps of progress
};

}  // namespace autoscale
