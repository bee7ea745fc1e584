// A processor of a phone, tablet or server: its operating points and how long a DNN takes on them.
//
// Model   t(f) = (overhead + compute * f_max / f + memory * (1 + k m)) / (1 - c u)
//         with co-running CPU utilisation u (CPU only, else u = 0) and memory utilisation m in
//         [0, 1]. Of that time the processor works for the inference during
//         overhead + compute * f_max / f + memory, at its busy power, and waits for it during
//         memory * k m, at the share `stall` of that power. The rest, c u of the CPU's time, is the
//         co-runner's, and so is its energy.
// Assumes the memory part does not follow the core clock, and the scheduler shares the CPU fairly.
// Valid   for one inference at a time; published end-to-end latencies fix overhead + compute +
//         memory. Accuracy no better than the latency table: 5 to 80 % by row.
// Source  the split is a roofline (Williams et al., CACM 2009), the contention terms are
//         assumptions.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "sim/models/kinds.h"

namespace autoscale {

/// A DNN's latency on one processor at one precision, alone and at the top operating point.
/// Seconds. total() is the latency table's figure.
struct WorkSplit {
  double overhead_s = 0;
  double compute_s = 0;
  double memory_s = 0;

  double total() const { return overhead_s + compute_s + memory_s; }
};

/// How co-running apps slow a device down; dimensionless.
struct Contention {
  double cpu = 0;     // c
  double memory = 0;  // k
  double stall = 1;   // power while waiting for contended memory, over the busy power
};

/// Utilisation by co-running apps, both in [0, 1].
struct CoRunnerLoad {
  double cpu = 0;
  double memory = 0;

  bool operator==(const CoRunnerLoad&) const = default;
};

struct OperatingPoint {
  double frequency_hz = 0;
  double slowdown = 1;  // f_max / f
  double busy_w = 0;    // all cores used, above the baseline
};

struct PrecisionSupport {
  bool supported = false;
  double power_ratio = 1;
  Precision latency_from = Precision::kFp32;  // precision whose table row is used
  double compute_factor = 1;                  // on that row's compute part
};

struct Processor {
  ProcessorKind kind{};
  std::string model;
  std::vector<OperatingPoint> points;  // ascending clock
  double overhead_s = 0;
  double noise_cv = 0;
  double latency_factor = 1;  // on its rows of the latency table, beside the device's
  double ridge_factor = 1;    // on the roofline's ridge
  PerPrecision<PrecisionSupport> precisions;
  // Of a generative network's two phases, over the busy power; and how far memory follows the clock.
  double prefill_power = 1, decode_power = 1, memory_clock = 0;
  int workers = 1;
  std::vector<Precision> served;  // to phones, at the top operating point

  bool serves(Precision p) const {
    return std::find(served.begin(), served.end(), p) != served.end();
  }
  int top() const { return static_cast<int>(points.size()) - 1; }
  const PrecisionSupport& support(Precision p) const { return precisions[p]; }
  double busy_w(int point, Precision p) const {
    return points[static_cast<std::size_t>(point)].busy_w * support(p).power_ratio;
  }
};

/// One inference on a processor of the phone, in seconds.
struct LocalTime {
  double latency_s = 0;
  double busy_s = 0;  // the same energy at full busy power takes so long
};

/// At slowdown f_max / f beside co-runners. Noise-free.
inline LocalTime local_time(const WorkSplit& work, double slowdown, bool on_cpu,
                            const Contention& contention, const CoRunnerLoad& load) {
  const double alone = work.overhead_s + work.compute_s * slowdown + work.memory_s;
  const double stalled = work.memory_s * contention.memory * load.memory;
  const double left = on_cpu ? 1 - contention.cpu * load.cpu : 1;
  return {(alone + stalled) / left, alone + contention.stall * stalled};
}

}  // namespace autoscale
