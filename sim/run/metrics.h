// What is counted of the recorded requests of a run: per (phase, device type, DNN) and over all.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/world/world.h"

namespace autoscale {

/// Latency percentiles are nearest-rank, in seconds; exact.
struct LatencySummary {
  double mean = 0, p50 = 0, p95 = 0, p99 = 0;
};

/// Sums over recorded requests.
struct Tally {
  std::uint64_t finished = 0;
  std::uint64_t dropped = 0;  // camera frames that found the pipeline busy
  std::uint64_t qos_missed = 0;
  std::uint64_t accuracy_missed = 0;
  double energy_j = 0;
  double server_j = 0;
  double counted_j = 0;  // as the objective counts both
  double reward = 0;
  PerCause<double> joules{};
  std::array<std::uint64_t, kTargetKinds> decisions{};
  std::uint64_t throttled = 0;     // a trip point of heat was active at the decision
  std::uint64_t compared = 0;      // with an Opt that meets QoS and accuracy
  std::uint64_t undefined = 0;     // no action meets the accuracy target
  std::uint64_t unattainable = 0;  // one does, but even Opt misses QoS
  std::uint64_t same_target = 0;
  std::uint64_t same_action = 0;
  std::uint64_t equivalent = 0;
  std::uint64_t near = 0;
  double opt_j = 0, expected_j = 0;  // expected energies of Opt's actions and of the decisions
  std::uint64_t same_target_unattainable = 0;
  std::uint64_t compared_with_oracles = 0;
  std::uint64_t same_as_expected_reward = 0;
  std::uint64_t same_as_chance_constrained = 0;
  // E / E_opt - 1 over requests that both runs finished: those that Opt's run could serve in time,
  // and all.
  double gap_sum = 0, gap_sum_all = 0;
  std::uint64_t gap_count = 0, gap_count_all = 0;
  // Of generative requests.
  double prompt_tokens = 0, output_tokens = 0;
  std::uint64_t first_token_late = 0, tokens_late = 0;
  // Filled by Metrics::finish.
  LatencySummary latency;
  LatencySummary ttft, tpot;  // time to first token; time per further token

  std::uint64_t offered() const { return finished + dropped; }
  double qos_violation_ratio() const {
    return offered() == 0
               ? 0
               : static_cast<double>(qos_missed + dropped) / static_cast<double>(offered());
  }
  double inferences_per_joule() const {
    return counted_j > 0 ? static_cast<double>(finished) / counted_j : 0;
  }
  void add(const Tally& other);
};

/// Samples of which percentiles are asked, of one cell; the last two of generative requests.
struct LatencySamples {
  std::vector<double> latency_s, ttft_s, tpot_s;

  void append(const LatencySamples& other);
  /// Reorders and frees them.
  void summarise(Tally& into);
};

/// Energy of one recorded request, kept to pair runs of different policies.
struct PairedEnergy {
  double energy_j = 0;  // 0: not finished
  std::uint32_t cell = 0;
  bool attainable = false;  // Opt meets QoS and accuracy
};

class Metrics {
 public:
  /// `pair`: keep every request's energy for the gap to Opt; `requests_per_phone` recorded ones in
  /// `phases` recorded phases.
  Metrics(const SystemModel& system, bool pair, std::size_t phases,
          std::uint64_t requests_per_phone);

  /// `first` is the number of the phase's first request in a phone's run, `recorded_before` how
  /// many recorded requests a phone made in earlier phases.
  void begin_phase(std::uint32_t first, std::uint64_t recorded_before) {
    shift_ = recorded_before - first;
    first_cell_ = phases_begun_++ * system_.types.size() * dnns_;
  }
  void add(const RequestRecord& record);
  void add_dropped(std::uint16_t type, std::uint16_t dnn, std::uint32_t count);

  /// Summarises latencies and frees them.
  void finish();

  /// Adds the gap to the paired Opt run, which was compared with Opt, to every cell and the total.
  void compare_with(const Metrics& opt);
  void forget_pairs() { pairs_ = {}; }

  const Tally& total() const { return total_; }
  /// Of all phones of a type, all phases.
  double energy_j(std::size_t type) const;
  /// `phase` counts the recorded ones.
  const Tally& cell(std::size_t phase, std::size_t type, std::size_t dnn) const {
    return cells_[(phase * system_.types.size() + type) * dnns_ + dnn];
  }

 private:
  void add_tokens(const RequestRecord& record, Tally& cell, LatencySamples& samples) const;

  const SystemModel& system_;
  std::size_t dnns_;
  std::uint64_t requests_per_phone_;
  std::uint64_t shift_ = 0;
  std::size_t phases_begun_ = 0;
  std::size_t first_cell_ = 0;  // of the present phase
  std::vector<Tally> cells_;
  std::vector<LatencySamples> samples_;  // per cell
  std::vector<PairedEnergy> pairs_;
  Tally total_;
};

}  // namespace autoscale
