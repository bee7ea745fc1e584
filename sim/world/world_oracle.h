// The oracle of a world, which sees the true present state of all its parts.
#pragma once

#include <vector>

#include "sim/policy/oracle.h"
#include "sim/system/prospect.h"
#include "sim/world/air.h"
#include "sim/world/observer.h"
#include "sim/world/request_noise.h"
#include "sim/world/servers.h"

namespace autoscale {

/// An action and what it may come to.
struct Candidate {
  ActionId action = 0;
  bool accurate = false;
  Prospect prospect;
};

class WorldOracle final : public Oracle {
 public:
  /// All must outlive it.
  WorldOracle(const SystemModel& system, const Engine& engine, const Phones& phones,
              const Surroundings& surroundings, const RequestNoise& noise, const Air& air,
              const Servers& servers)
      : system_(system),
        engine_(engine),
        phones_(phones),
        surroundings_(surroundings),
        noise_(noise),
        air_(air),
        servers_(servers) {}

  OracleChoice best(const Observation& observation, OracleForm form) const override;
  Cost cost(const Observation& observation, ActionId action, OracleForm form) const override;

  ActionId most_rewarding(const Observation& observation) const override;
  ActionId chance_constrained(const Observation& observation, double late) const override;

  /// How the decision that a phone has just taken compares with Opt's.
  OracleComparison compare(const Phone& phone) const;
  /// The same with the oracles that weigh the noise.
  void compare_with_oracles(const Phone& phone, OracleComparison& comparison) const;

 private:
  Conditions conditions(const Observation& observation, OracleForm form) const;
  void see_batch(const Phone& phone, std::uint16_t dnn, Site site, std::size_t pool,
                 Conditions& c) const;
  /// The legal actions that heat leaves, ascending.
  std::vector<Candidate> candidates(const Observation& observation) const;
  /// Whether a phone's whole network went to the target of `action`.
  bool went_to_target_of(const Phone& phone, ActionId action) const;

  const SystemModel& system_;
  const Engine& engine_;
  const Phones& phones_;
  const Surroundings& surroundings_;
  const RequestNoise& noise_;
  const Air& air_;
  const Servers& servers_;
};

}  // namespace autoscale
