// The oracle of a world, which sees the true present state of all its parts.
#pragma once

#include <span>

#include "sim/policy/oracle.h"
#include "sim/world/air.h"
#include "sim/world/request_noise.h"
#include "sim/world/servers.h"

namespace autoscale {

class WorldOracle final : public Oracle {
 public:
  /// All must outlive it.
  WorldOracle(const SystemModel& system, const Engine& engine, std::span<const Phone> phones,
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

  /// How the decision that a phone has just taken compares with the oracle's.
  OracleComparison compare(const Phone& phone) const;

 private:
  Conditions conditions(const Observation& observation, OracleForm form) const;

  const SystemModel& system_;
  const Engine& engine_;
  std::span<const Phone> phones_;
  const Surroundings& surroundings_;
  const RequestNoise& noise_;
  const Air& air_;
  const Servers& servers_;
};

}  // namespace autoscale
