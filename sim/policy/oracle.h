// The oracle: what is best in the true present world.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "sim/policy/observation.h"
#include "sim/system/cost.h"

namespace autoscale {

/// The oracle's answer for one request.
struct OracleChoice {
  ActionId action = 0;
  Cost cost;
  bool defined = false;  // false: no action meets the accuracy target
  bool qos_met = false;
};

/// The share of late requests that a chance constraint tolerates unless told otherwise.
inline constexpr double kChanceOfLate = 0.05;

/// Whether an oracle knows the request's own noise.
enum class OracleForm : std::uint8_t { kExpected, kClairvoyant };

template <>
struct config::EnumNames<OracleForm> {
  static constexpr std::array<std::pair<OracleForm, std::string_view>, 2> value{
      {{OracleForm::kExpected, "expected"}, {OracleForm::kClairvoyant, "clairvoyant"}}};
};

/// The true present world. Only policies that declare needs_oracle get one.
class Oracle {
 public:
  virtual ~Oracle() = default;

  /// Lowest energy among the legal actions that meet accuracy and QoS now; else the fastest
  /// accurate one; else, if none is accurate, the same without the accuracy target and `defined` is
  /// false.
  virtual OracleChoice best(const Observation& observation, OracleForm form) const = 0;

  /// What a legal action would cost now, executed at the operating point that heat leaves of it.
  virtual Cost cost(const Observation& observation, ActionId action, OracleForm form) const = 0;

  /// The best by the expected `sound` reward, over the noise of processors and round trips.
  virtual ActionId most_rewarding(const Observation& observation) const = 0;

  /// Lowest expected energy among the accurate actions that are late with a probability of at most
  /// `late`; where there are none, the one that is late least often.
  virtual ActionId chance_constrained(const Observation& observation, double late) const = 0;
};

}  // namespace autoscale
