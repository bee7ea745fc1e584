// A shard: a world of consecutive phones of a system, and what happened in it that the observer has
// not been told yet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <variant>
#include <vector>

#include "sim/world/world.h"

namespace autoscale {

/// A finished request, kept until its turn comes.
class KeptRecord {
 public:
  explicit KeptRecord(const RequestRecord& r)
      : observation_(r.observation),
        segments_(r.segments.begin(), r.segments.end()),
        ledger_(r.ledger),
        oracle_(r.oracle),
        rest_(r) {}
  /// As it was told; refers to this object.
  RequestRecord record() const;

 private:
  Observation observation_;
  std::vector<Segment> segments_;
  Ledger ledger_;
  OracleComparison oracle_;
  RequestRecord rest_;  // without what it refers to
};

class WorldShard final : private Observer {
 public:
  /// After every event.
  static constexpr Engine::Order kAll = std::numeric_limits<Engine::Order>::max();

  /// An event that has run.
  struct Step {
    Engine::Order order = 0;
    std::uint32_t phone = 0;
    std::uint32_t told = 0;  // number of the things told up to its end
  };

  /// `system` must outlive it.
  WorldShard(const SystemModel& system, std::uint64_t seed, const PolicyUnderTest& policy,
             PhoneRange phones)
      : world_(system, seed, policy, *this, std::nullopt, phones) {}

  World& world() { return world_; }
  const World& world() const { return world_; }

  /// Runs on until kBuffered steps wait to be told and all simultaneous ones are among them, or the
  /// phase is over.
  void run_on();
  /// Up to where its steps are complete.
  Engine::Order known() const { return world_.over() ? kAll : steps_.back().order; }

  /// The next step to be told, or the one so many `ahead` of it; null if there is none.
  const Step* next(std::size_t ahead = 0) const {
    return told_ + ahead < steps_.size() ? &steps_[told_ + ahead] : nullptr;
  }
  /// Tells the observer what the next step told, and goes on to the one after it.
  void tell(Observer& observer);
  /// Makes room for further steps.
  void drop_told();

 private:
  struct Dropped {
    std::uint32_t phone, count;
    std::uint16_t type, dnn;
  };
  struct Learned {
    std::uint16_t type;
    double reward;
    OracleComparison oracle;
  };
  using Told = std::variant<KeptRecord, Dropped, Learned>;

  void on_request(const RequestRecord& record) override {
    things_.emplace_back(std::in_place_type<KeptRecord>, record);
  }
  void on_dropped(std::uint32_t phone, std::uint16_t type, std::uint16_t dnn,
                  std::uint32_t count) override {
    things_.emplace_back(Dropped{phone, count, type, dnn});
  }
  void on_learned(std::uint16_t type, double reward, const OracleComparison& oracle) override {
    things_.emplace_back(Learned{type, reward, oracle});
  }

  static constexpr std::size_t kBuffered = 4096;

  World world_;
  std::vector<Step> steps_;
  std::vector<Told> things_, kept_;  // the second is empty between calls
  std::size_t told_ = 0;             // steps
  std::size_t told_things_ = 0;      // likewise
};

}  // namespace autoscale
