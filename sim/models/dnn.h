// A DNN as the simulator sees it: layer counts, MACs, blocks, tensor sizes, accuracy, legality.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/models/generation.h"

namespace autoscale {

/// One row of a block table: a stretch of layers between two cuts.
struct Block {
  std::string name;
  BlockClass block_class{};
  double macs = 0;
  double parameters = 0;
  double in_elements = 0;
  double out_elements = 0;
};

/// Layer counts as the paper counts them; features of AutoScale's state.
struct LayerCounts {
  int conv = 0;
  int fc = 0;
  int recurrent = 0;
};

/// Accuracy in the points of the DNN's own metric, for the accuracy set in use.
struct Accuracy {
  double fp32 = 0, fp16 = 0, int8 = 0, dsp = 0;

  double at(ProcessorKind processor, Precision precision) const {
    if (precision == Precision::kFp32) return fp32;
    if (precision == Precision::kFp16) return fp16;
    return processor == ProcessorKind::kDsp ? dsp : int8;
  }
};

struct Dnn {
  std::string id;    // file stem; also the key of the tables of latencies and rates
  std::string name;  // usual name
  Task task{};
  LayerCounts layers;
  double macs = 0;                 // per inference; of a generative network per token
  PerUpload<double> input_bits{};  // 0: this form is not known
  double output_bits = 0;
  double anchors_bits = 0;  // of a detection, all anchors; 0: not known
  std::vector<Block> blocks;
  Accuracy quantisation_aware;
  Accuracy post_training;
  PerProcessor<PerDevice<bool>> unsupported{};
  std::optional<Generation> generation;  // if it is generative

  bool runs_on(ProcessorKind processor, DeviceKind device) const {
    return !unsupported[processor][device];
  }
};

/// Accuracy on the scale of the accuracy target: absolute for classification and generation, else
/// percent of fp32.
inline double accuracy_score(const Dnn& dnn, const Accuracy& accuracy, ProcessorKind processor,
                             Precision precision) {
  if (dnn.generation) return dnn.generation->accuracy[precision];
  const double value = accuracy.at(processor, precision);
  return dnn.task == Task::kClassification ? value : 100 * value / accuracy.fp32;
}

}  // namespace autoscale
