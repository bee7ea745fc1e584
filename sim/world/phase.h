// A phase of a run: how many requests each phone makes, of which DNNs, under which conditions, and
// what the policy may do meanwhile.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/config/fields.h"
#include "sim/core/random_field.h"
#include "sim/system/cost.h"

namespace autoscale {

/// Where the conditions of a phase's requests come from.
enum class PhaseConditions : std::uint8_t { kScenario, kGrid };
/// In which order a phone goes through its DNNs. On the grid: kBlocks stays with a DNN until it has
/// made all its visits of every variance state, one state after the other; the two others go
/// round the states as often as the phase has inferences, with a request for every DNN in each.
enum class DnnOrder : std::uint8_t { kBlocks, kRoundRobin, kRandom };
/// Which value of a state bin the grid takes.
enum class WithinBin : std::uint8_t { kCentre, kUniform };

template <>
struct config::EnumNames<PhaseConditions> {
  static constexpr std::array<std::pair<PhaseConditions, std::string_view>, 2> value{
      {{PhaseConditions::kScenario, "scenario"}, {PhaseConditions::kGrid, "grid"}}};
};
template <>
struct config::EnumNames<DnnOrder> {
  static constexpr std::array<std::pair<DnnOrder, std::string_view>, 3> value{
      {{DnnOrder::kBlocks, "blocks"},
       {DnnOrder::kRoundRobin, "round_robin"},
       {DnnOrder::kRandom, "random"}}};
};
template <>
struct config::EnumNames<WithinBin> {
  static constexpr std::array<std::pair<WithinBin, std::string_view>, 2> value{
      {{WithinBin::kCentre, "centre"}, {WithinBin::kUniform, "uniform"}}};
};

/// The variance states of the paper's training: 4 CPU levels x 4 memory levels x 2 x 2 signals.
inline constexpr std::uint32_t kGridStates = 64;

struct PhasePlan {
  std::string name;
  PhaseConditions conditions = PhaseConditions::kScenario;
  WithinBin within_bin = WithinBin::kCentre;
  std::uint32_t inferences = 0;  // per DNN (and variance state, on the grid) and phone
  std::vector<std::uint16_t> dnns;
  DnnOrder order = DnnOrder::kBlocks;
  Duration pause{};  // between the blocks of two DNNs
  bool learn = false;
  bool explore = false;
  bool record = true;
  std::string environment;   // for the results
  std::size_t variance = 0;  // of SystemModel::variances

  bool grid() const { return conditions == PhaseConditions::kGrid; }

  /// Requests of one phone of one DNN.
  std::uint32_t per_dnn() const { return inferences * (grid() ? kGridStates : 1); }

  /// Requests of one phone.
  std::uint32_t length() const { return per_dnn() * static_cast<std::uint32_t>(dnns.size()); }

  /// Whether anything of the phase is kept: it is recorded, or the policy may learn from it.
  bool matters_to(bool learner) const { return record || learner; }

  /// The DNN of request `i` of the phase; `request` is its number in the phone's whole run.
  std::uint16_t dnn_of(std::uint32_t i, const RandomField& random, std::uint32_t phone,
                       std::uint32_t request) const {
    const auto n = static_cast<std::uint32_t>(dnns.size());
    if (order == DnnOrder::kRoundRobin) return dnns[i % n];
    if (order == DnnOrder::kBlocks) return dnns[i / per_dnn()];
    // On the grid the request's kWorkload address is that of its conditions.
    const Stream stream = grid() ? Stream::kGridOrder : Stream::kWorkload;
    return dnns[random.at(stream, phone, request).below(n)];
  }

  /// Whether request `i` begins the block of another DNN.
  bool begins_block(std::uint32_t i) const {
    return order == DnnOrder::kBlocks && i > 0 && i % per_dnn() == 0;
  }

  /// The variance state of request `i` on the grid.
  std::uint32_t grid_state_of(std::uint32_t i) const {
    const bool stays = order == DnnOrder::kBlocks;
    return i / (stays ? inferences : static_cast<std::uint32_t>(dnns.size())) % kGridStates;
  }
};

}  // namespace autoscale
