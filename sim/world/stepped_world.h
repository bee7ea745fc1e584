// The steppable face of a world, for learners that live outside it: one phone is steered, and every
// step() carries out its decision and goes on to its next one.
//
// It drives the same World as the runner does, so the same decisions under the same seed give the
// same ledger to the byte. An episode is one run's phases, or some of them: the others are passed
// over, which changes nothing for those that are taken (see World::run). Nothing in this world ends
// by itself, so an episode is over when its requests are (a truncation, not a terminal state).
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "sim/policy/cost_model.h"
#include "sim/policy/oracle.h"
#include "sim/world/world.h"

namespace autoscale {

/// A finished request, kept: see RequestRecord and, for `next`, Outcome.
struct FinishedRequest {
  Observation observation;
  Observation next;
  std::uint16_t type = 0;
  ActionId action = 0;
  ActionId executed = 0;
  Duration since_phase_start{};
  Duration latency{};
  Ledger ledger;
  Verdict verdict;
  double temperature_c = 0;
  Tokens tokens;
  Duration ttft{};
  double tpot_s = 0;

  /// As a policy is told of it; refers to this object.
  Outcome outcome() const {
    return {verdict, observation, next, action, verdict.latency_s, ledger.counted_j, tokens};
  }
};

/// A phase of the run, and whether episodes take it or pass it over.
struct EpisodePhase {
  PhasePlan plan;
  bool taken = true;
};

struct SteppedWorldSetup {
  std::vector<EpisodePhase> phases;  // of the run, in order; at least one is taken
  std::uint64_t length = 0;          // decisions of an episode at most; 0: all there are
  Steering steering;
  PolicyUnderTest others;  // decides for all other phones; not asked if there are none
};

/// The seed of the episode after the one of `seed`, when none is asked for.
inline std::uint64_t following_seed(std::uint64_t seed) {
  Draw draw = RandomField(seed).at(Stream::kEpisodes, 0, 0);
  const std::uint64_t high = draw();
  return (high << 32 | draw()) >> 1;  // fits a signed number too
}

class SteppedWorld final : private Observer {
 public:
  /// `system` must outlive the environment.
  SteppedWorld(const SystemModel& system, SteppedWorldSetup setup);
  SteppedWorld(const SteppedWorld&) = delete;
  SteppedWorld& operator=(const SteppedWorld&) = delete;

  /// Begins an episode; what went before is dropped. Equal seeds give equal episodes.
  void reset(std::uint64_t seed);

  /// Carries out the decision that is due and goes on to the next one or to the end. Throws
  /// PolicyError if it is not legal; then nothing has happened. Throws std::logic_error if no
  /// decision is due: before reset() and after the end.
  void step(const ExecutionPlan& plan);

  bool started() const { return started_; }
  /// Whether the episode has no decision left.
  bool over() const { return over_; }
  /// Of the current episode.
  std::uint64_t seed() const { return seed_; }
  /// Decisions carried out in this episode.
  std::uint64_t steps() const { return steps_; }
  /// Decisions of a whole episode; fewer if camera frames are dropped.
  std::uint64_t length() const { return length_; }

  /// What the steered phone sees now; after its last request, what it saw at its completion.
  const Observation& observation() const { return observation_; }
  /// The steered phone's request that the latest step decided.
  const FinishedRequest& outcome() const { return outcome_; }
  /// All requests that finished in the latest step (before the first one: since the reset), any
  /// phone's, in order of completion.
  std::span<const FinishedRequest> finished() const { return finished_; }
  /// The steered phone's camera frames that found it busy, likewise.
  std::uint32_t dropped() const { return dropped_; }
  /// The phase of the decision that is due.
  const PhasePlan& phase() const { return setup_.phases[at_].plan; }

  const SystemModel& system() const { return system_; }
  const DeviceType& type() const { return system_.types[type_]; }
  /// Actions of the steered phone for the DNN now asked for.
  const DnnOnType& dnn() const { return type().dnns[observation_.dnn]; }
  bool legal(std::size_t action) const {
    return action < dnn().actions.size() && dnn().actions[action].legal;
  }

  /// The oracle's choice for the decision that is due. Throws std::logic_error if none is.
  OracleChoice best(OracleForm form) const;

  /// What a policy of this phone is made with; valid as long as the environment.
  PolicyContext policy_context(const PolicyInfo& info, std::uint64_t seed) const;

 private:
  void on_request(const RequestRecord&) override {}
  void on_dropped(std::uint32_t phone, std::uint16_t type, std::uint16_t dnn,
                  std::uint32_t count) override;
  void on_learned(std::uint16_t, double, const OracleComparison&) override {}
  void on_finished(const RequestRecord& record, const Observation& next) override;

  /// Passes over phases to the next one that is taken and begins it; false if there is none.
  bool begin_next_phase();
  /// Goes on to the next decision, into the next phases if need be.
  void advance();
  void require_decision(const char* what) const;
  /// The truth for oracles, else what a planner takes for it: what the same policy has in a run.
  const CostModel& costs_for(const PolicyInfo& info, std::uint64_t seed) const;

  const SystemModel& system_;
  SteppedWorldSetup setup_;
  std::uint16_t type_ = 0;
  std::uint64_t length_ = 0;
  World world_;
  CostModel costs_;
  mutable std::map<std::uint64_t, CostModel> mistaken_costs_;  // by seed, where planners err
  std::uint64_t seed_ = 0;
  std::uint64_t steps_ = 0;
  std::size_t at_ = 0;    // index of the phase
  std::size_t next_ = 0;  // of the phase after it
  bool started_ = false;
  bool over_ = true;
  Observation observation_;
  FinishedRequest outcome_;
  std::vector<FinishedRequest> finished_;
  std::uint32_t dropped_ = 0;
};

}  // namespace autoscale
