// Shares a DNN's published latency over its blocks and splits it into compute and memory time.
//
// Model   per block: compute ~ MACs, memory ~ bytes * ridge * class cost, with
//         bytes = (in + out + parameters) * bytes per element. The sum over all blocks is scaled so
//         that overhead + compute + memory equals the table's latency exactly.
// Assumes compute and memory time add up instead of overlapping, and one ridge per kind of
//         processor.
// Source  additive roofline; ridges and class costs in workloads/roofline.yaml.
#pragma once

#include "sim/models/dnn.h"
#include "sim/models/processor.h"
#include "sim/models/workload_config.h"

namespace autoscale {

/// Ridges (MAC per byte) and memory costs of block classes, per kind of processor.
struct Roofline {
  PerProcessor<PerPrecision<double>> ridge{};  // 0: no figure
  PerProcessor<PerBlockClass<double>> class_cost{};
};

Roofline make_roofline(const RooflineConfig& config);

/// Seconds of compute and memory in each block, at the top operating point. `latency_s` >
/// `overhead_s`.
struct BlockTime {
  double compute_s = 0;
  double memory_s = 0;
};
std::vector<BlockTime> block_times(const Roofline& roofline, const Dnn& dnn,
                                   ProcessorKind processor, Precision precision, double latency_s,
                                   double overhead_s, double ridge_factor = 1);

/// The same summed over all blocks; `ridge_factor` is the processor's own, on the ridge.
WorkSplit split_latency(const Roofline& roofline, const Dnn& dnn, ProcessorKind processor,
                        Precision precision, double latency_s, double overhead_s,
                        double ridge_factor = 1);

/// Bytes of one element at a precision.
constexpr double element_bytes(Precision p) {
  return p == Precision::kFp32 ? 4 : p == Precision::kFp16 ? 2 : p == Precision::kInt8 ? 1 : 0.5;
}

}  // namespace autoscale
