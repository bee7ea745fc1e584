// What a world tells about its requests, and to whom.
#pragma once

#include <cstdint>
#include <span>

#include "sim/policy/observation.h"
#include "sim/system/ledger.h"

namespace autoscale {

/// How a policy's decision compares with the oracle's for the same request.
struct OracleComparison {
  bool compared = false;
  bool defined = false;      // some action meets the accuracy target
  bool qos_met = false;      // by Opt's
  bool same_target = false;  // same site, processor and precision
  bool same_action = false;
  bool equivalent = false;    // same constraint outcome, energy within 1 %
  bool near = false;          // the same within 3 %
  bool with_oracles = false;  // the next two are filled: same target as these oracles
  bool same_as_expected_reward = false;
  bool same_as_chance_constrained = false;
  ActionId action = 0;
  double opt_reward = 0;  // expected, in the `sound` reward (sim/system/reward.h)
  double regret = 0;      // opt_reward less the decision's
  double opt_j = 0;       // expected, of Opt's action
  double expected_j = 0;  // of the decision

  /// Whether some action meets both constraints.
  bool attainable() const { return defined && qos_met; }
};

/// A finished request.
struct RequestRecord {
  const Observation& observation;
  std::uint16_t type = 0;
  ActionId action = 0;    // as decided; of a plan in segments the one that does most of the work
  ActionId executed = 0;  // after thermal capping
  std::span<const Segment> segments{};  // as decided; empty unless the plan is in segments
  Time arrival{};
  Time completion{};
  Duration since_phase_start{};  // of the arrival; equal under every policy of an open loop
  const Ledger& ledger;
  Verdict verdict;
  double temperature_c = 0;
  bool throttled = false;  // heat capped operating points at the decision
  const OracleComparison& oracle;
  Tokens tokens;    // of a generative request
  Duration ttft{};  // its time to first token

  /// Mean time per output token after the first; 0 if there is none.
  double tpot_s() const { return time_per_token(tokens, to_seconds(latency() - ttft)); }
  Duration latency() const { return completion - arrival; }
};

/// Is told of everything that happens in recorded phases, in order of completion.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_request(const RequestRecord& record) = 0;
  /// `count` frames of a camera found the pipeline busy.
  virtual void on_dropped(std::uint32_t phone, std::uint16_t type, std::uint16_t dnn,
                          std::uint32_t count) = 0;
  /// A learning update during any phase; `oracle` is filled in recorded ones.
  virtual void on_learned(std::uint16_t type, double reward, const OracleComparison& oracle) = 0;
  /// A request of any phone and phase, in a world with a steered phone; `next` is the same DNN's
  /// observation at completion.
  virtual void on_finished(const RequestRecord&, const Observation& /*next*/) {}
  /// Called every kProgressStep decisions of any phase.
  virtual void on_progress() {}
  static constexpr std::uint64_t kProgressStep = 1 << 16;
};

}  // namespace autoscale
