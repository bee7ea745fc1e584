#include "sim/world/sharded_world.h"

#include <algorithm>
#include <numeric>

namespace autoscale {
namespace {

/// Equal shares of a system's phones, those of a tablet in one.
std::vector<PhoneRange> shares(const SystemModel& system, std::size_t count) {
  const std::uint32_t phones = system.devices();
  const std::uint32_t together = std::max<std::uint32_t>(system.tablet.phones_each, 1);
  const std::size_t groups = (phones + std::size_t{together} - 1) / together;
  count = std::clamp<std::size_t>(count, 1, groups);
  const auto begin_of = [&](std::size_t i) {
    return static_cast<std::uint32_t>(std::min<std::size_t>(phones, groups * i / count * together));
  };
  std::vector<PhoneRange> ranges;
  for (std::size_t i = 0; i < count; ++i) ranges.push_back({begin_of(i), begin_of(i + 1)});
  return ranges;
}

}  // namespace

ShardedWorld::ShardedWorld(const SystemModel& system, std::uint64_t seed,
                           const PolicyUnderTest& policy, Observer& observer, std::size_t shards)
    : observer_(observer), per_device_(policy.per_device) {
  const std::vector<PhoneRange> ranges = shares(system, shards);
  if (ranges.size() == 1) {
    whole_ = std::make_unique<World>(system, seed, policy, observer);
    return;
  }
  threads_ = std::make_unique<ThreadPool>(ranges.size());
  shards_.resize(ranges.size());
  threads_->share_out(shards_.size(), [&](std::size_t i, std::size_t) {
    shards_[i] = std::make_unique<WorldShard>(system, seed, policy, ranges[i]);
  });
  turn_of_.resize(system.devices());
}

void ShardedWorld::run(const PhasePlan& phase) {
  if (whole_) return whole_->run(phase);
  for_each_shard([&phase](WorldShard& shard) { shard.world().begin(phase); });
  std::iota(turn_of_.begin(), turn_of_.end(), std::uint64_t{0});
  turns_ = turn_of_.size();
  while (!over()) {
    for_each_shard([](WorldShard& shard) { shard.run_on(); });
    merge();
    report_progress();
  }
  const Time end = now();
  for (const auto& shard : shards_) {
    shard->world().pass_to(end);
    shard->world().end();
  }
}

void ShardedWorld::for_each_shard(const std::function<void(WorldShard&)>& work) {
  threads_->share_out(shards_.size(), [&](std::size_t i, std::size_t) { work(*shards_[i]); });
}

bool ShardedWorld::over() const {
  return std::all_of(shards_.begin(), shards_.end(),
                     [](const auto& shard) { return shard->world().over(); });
}

void ShardedWorld::merge() {
  Engine::Order known = WorldShard::kAll;
  for (const auto& shard : shards_) known = std::min(known, shard->known());
  while (true) {
    Engine::Order order = WorldShard::kAll;
    for (const auto& shard : shards_) {
      if (const WorldShard::Step* next = shard->next()) order = std::min(order, next->order);
    }
    if (order == WorldShard::kAll || order > known) break;
    tell(order);
  }
  for (const auto& shard : shards_) shard->drop_told();
}

void ShardedWorld::tell(Engine::Order order) {
  simultaneous_.clear();
  for (const auto& shard : shards_) {
    for (std::size_t ahead = 0;; ++ahead) {
      const WorldShard::Step* step = shard->next(ahead);
      if (!step || step->order != order) break;
      simultaneous_.push_back({step->phone, shard.get()});
    }
  }
  // Most are alone, and looking up their turns would wait for memory.
  if (simultaneous_.size() > 1) {
    std::sort(simultaneous_.begin(), simultaneous_.end(), [this](const Turn& a, const Turn& b) {
      return turn_of_[a.phone] < turn_of_[b.phone];
    });
  }
  for (const Turn& turn : simultaneous_) {
    turn.shard->tell(observer_);
    turn_of_[turn.phone] = turns_++;
  }
}

/// Steps of progress of all shards together, as one world counts them.
void ShardedWorld::report_progress() {
  std::uint64_t decisions = 0;
  for (const auto& shard : shards_) decisions += shard->world().decisions();
  for (; reported_ < decisions / Observer::kProgressStep; ++reported_) observer_.on_progress();
}

std::vector<Policy*> ShardedWorld::policies() const {
  std::vector<Policy*> policies;
  const auto add = [&policies](const World& world) {
    for (const auto& policy : world.policies()) policies.push_back(policy.get());
  };
  if (whole_) add(*whole_);
  for (const auto& shard : shards_) {
    if (per_device_ || shard == shards_.front()) add(shard->world());
  }
  return policies;
}

std::uint64_t ShardedWorld::events() const {
  std::uint64_t events = whole_ ? whole_->events() : 0;
  for (const auto& shard : shards_) events += shard->world().events();
  return events;
}

double ShardedWorld::mean_decision_ns() const {
  if (whole_) return whole_->mean_decision_ns();
  double weighted = 0, decisions = 0;
  for (const auto& shard : shards_) {
    const auto own = static_cast<double>(shard->world().decisions());
    weighted += own * shard->world().mean_decision_ns();
    decisions += own;
  }
  return decisions == 0 ? 0 : weighted / decisions;
}

Time ShardedWorld::now() const {
  Time latest = whole_ ? whole_->now() : kStart;
  for (const auto& shard : shards_) latest = std::max(latest, shard->world().now());
  return latest;
}

}  // namespace autoscale
