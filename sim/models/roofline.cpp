#include "sim/models/roofline.h"

#include <algorithm>

namespace autoscale {
namespace {

void read_ridges(const std::map<Precision, RidgeConfig>& config, ProcessorKind kind,
                 Roofline& roofline) {
  for (const auto& [precision, c] : config) {
    roofline.ridge[kind][precision] = c.ridge.value;
  }
}

}  // namespace

Roofline make_roofline(const RooflineConfig& config) {
  Roofline roofline;
  read_ridges(config.cpu, ProcessorKind::kCpu, roofline);
  read_ridges(config.gpu, ProcessorKind::kGpu, roofline);
  read_ridges(config.dsp, ProcessorKind::kDsp, roofline);
  for (auto& costs : roofline.class_cost) costs.fill(1);
  for (const auto& [kind, costs] : config.class_memory_cost) {
    for (const auto& [block_class, cost] : costs) {
      roofline.class_cost[kind][block_class] = cost.value;
    }
  }
  return roofline;
}

std::vector<BlockTime> block_times(const Roofline& roofline, const Dnn& dnn,
                                   ProcessorKind processor, Precision precision, double latency_s,
                                   double overhead_s, double ridge_factor) {
  const double ridge = roofline.ridge[processor][precision] * ridge_factor;
  std::vector<BlockTime> times;
  double sum = 0;
  for (const Block& block : dnn.blocks) {
    const double bytes =
        (block.in_elements + block.out_elements + block.parameters) * element_bytes(precision);
    const double cost = roofline.class_cost[processor][block.block_class];
    const bool input = block.block_class == BlockClass::kInput;
    times.push_back({block.macs, input ? 0 : bytes * ridge * cost});
    sum += times.back().compute_s + times.back().memory_s;
  }
  const double scale = (latency_s - overhead_s) / sum;
  for (BlockTime& time : times) {
    time.compute_s *= scale;
    time.memory_s *= scale;
  }
  return times;
}

WorkSplit split_latency(const Roofline& roofline, const Dnn& dnn, ProcessorKind processor,
                        Precision precision, double latency_s, double overhead_s,
                        double ridge_factor) {
  WorkSplit split{overhead_s, 0, 0};
  for (const BlockTime& t :
       block_times(roofline, dnn, processor, precision, latency_s, overhead_s, ridge_factor)) {
    split.compute_s += t.compute_s;
  }
  // The rest, so that the total is exact; rounding must not make it negative.
  split.memory_s = std::max(0.0, latency_s - overhead_s - split.compute_s);
  return split;
}

}  // namespace autoscale
