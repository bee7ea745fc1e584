// A DNN in segments: consecutive blocks on different execution targets.
//
// Model   A segment takes the share of its target's compute and memory time that the roofline gives
//         its blocks, plus the target's whole overhead: every hand-over pays it. A remote segment is
//         sent the tensor at its first cut and sends back the one at its last, at the element size
//         of the target that made it; two remote segments in a row go through the phone. The DNN's
//         own input and output are what a whole inference would send.
// Assumes a tensor handed over on the phone stays in its memory; the accuracy of a mixed plan is
//         that of its least accurate segment.
// Source  the cuts are those of workloads/blocks; layer-wise partition as in Kang et al.,
//         Neurosurgeon, ASPLOS 2017.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sim/models/roofline.h"
#include "sim/system/cost.h"

namespace autoscale {

/// The blocks first ... last - 1 on one execution target.
struct Segment {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  ActionId action = 0;

  bool operator==(const Segment&) const = default;
};

/// Where a DNN can be cut, and how its work is spread. All vectors have one entry per cut: cut i is
/// before block i, the last one after all blocks. Shares are cumulative, from 0 to 1.
struct Cuts {
  std::vector<double> elements;  // of the tensor that crosses the cut
  std::vector<double> compute;
  PerProcessor<std::vector<double>> memory;

  std::uint16_t blocks() const { return static_cast<std::uint16_t>(elements.size() - 1); }
};
Cuts make_cuts(const Roofline& roofline, const Dnn& dnn);

/// One segment as a request of its own.
struct SegmentModel {
  ActionModel action;
  double up_bits = 0;
  double down_bits = 0;
};

/// The models of a DNN that plans in segments are made from.
struct PlanContext {
  const RequestModel& request;
  const std::vector<ActionModel>& models;  // by ActionId
  const ActionSpace& actions;
  const Cuts& cuts;
};

/// Segment `i` of a valid plan.
SegmentModel segment_model(const PlanContext& context, std::span<const Segment> plan,
                           std::size_t i);

/// Seconds of one block alone on an action's target, without the target's overhead.
double block_s(const PlanContext& context, ActionId action, std::size_t block);

/// What is wrong with a plan: it must cover all blocks in order, on legal targets. Empty if fine.
std::string plan_problem(const PlanContext& context, std::span<const Segment> plan);

/// The action that does most of a plan's MACs; the first of equals.
ActionId main_action(const PlanContext& context, std::span<const Segment> plan);

/// The lowest score of its segments.
double plan_score(const PlanContext& context, std::span<const Segment> plan);

/// Cost of a valid plan if `now` held still. A link that an earlier segment used needs no promotion
/// again, and its tail lasts until the segment that uses it next.
Cost predict_plan(const PlanContext& context, std::span<const Segment> plan, const Conditions& now);

/// The plan as text, e.g. phone_cpu_fp32@22[0-5]|cloud_gpu_fp32@0[5-12].
std::string plan_name(const ActionSpace& actions, std::span<const Segment> plan);

}  // namespace autoscale
