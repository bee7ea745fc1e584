// The shape of the workload files: DNNs, roofline and use cases (workloads/).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sim/config/fields.h"
#include "sim/core/quantity.h"
#include "sim/core/time.h"
#include "sim/models/kinds.h"
#include "sim/models/token_config.h"

namespace autoscale {

using config::Located;
using config::Sourced;

struct LayerCountsConfig {
  int conv = 0;
  int fc = 0;
  int recurrent = 0;
  config::Origin origin;

  template <class V>
  void fields(V& v) {
    v.required("conv", conv, "convolution layers", config::non_negative);
    v.required("fc", fc, "fully connected layers", config::non_negative);
    v.required("recurrent", recurrent, "recurrent or attention layers", config::non_negative);
    v.required("origin", origin, "where the counts come from");
  }
};

struct LayersConfig {
  LayerCountsConfig published;
  LayerCountsConfig paper;

  template <class V>
  void fields(V& v) {
    v.required("published", published, "as the published architecture counts");
    v.required("paper", paper, "as the paper counts; these enter AutoScale's state");
  }
};

struct InputConfig {
  Sourced<Bits> raw;
  Sourced<Bits> jpeg;
  std::optional<Sourced<Bits>> tensor_fp16;
  std::optional<Sourced<Bits>> tensor_fp32;

  template <class V>
  void fields(V& v) {
    v.required("raw", raw, "uncompressed input", config::positive);
    v.required("jpeg", jpeg, "compressed input", config::positive);
    v.optional("tensor_fp16", tensor_fp16, "input tensor, two bytes a value", config::positive);
    v.optional("tensor_fp32", tensor_fp32, "input tensor, four bytes a value", config::positive);
  }
};

/// Accuracy per way of execution, in the points of the DNN's own metric.
struct AccuracyConfig {
  Sourced<double> fp32, fp16, int8, dsp;

  template <class V>
  void fields(V& v) {
    v.required("fp32", fp32, "single precision", config::range(0.0, 100.0));
    v.required("fp16", fp16, "half precision", config::range(0.0, 100.0));
    v.required("int8", int8, "8-bit integers on CPU or GPU", config::range(0.0, 100.0));
    v.required("dsp", dsp, "8-bit integers on the DSP", config::range(0.0, 100.0));
  }
};

struct AccuracySetsConfig {
  AccuracyConfig quantisation_aware;
  AccuracyConfig post_training;

  template <class V>
  void fields(V& v) {
    v.required("quantisation_aware", quantisation_aware, "trained with quantisation in the loop");
    v.required("post_training", post_training, "quantised after training");
  }
};

struct UnsupportedConfig {
  ProcessorKind processor{};
  std::vector<DeviceKind> on;
  config::Origin origin;

  template <class V>
  void fields(V& v) {
    v.required("processor", processor, "kind of processor that cannot run the DNN");
    v.required("on", on, "on these kinds of device", config::non_empty);
    v.required("origin", origin, "how that is known");
  }
};

struct DnnConfig {
  std::string name;
  Task task{};
  LayersConfig layers;
  Sourced<Macs> macs;
  Sourced<double> parameters;
  InputConfig input;
  Sourced<Bits> output;
  std::optional<Sourced<Bits>> anchors;
  Located<std::string> blocks;
  Sourced<double> block_scale;
  std::string metric;
  AccuracySetsConfig accuracy;
  std::vector<UnsupportedConfig> unsupported;

  template <class V>
  void fields(V& v) {
    v.required("name", name, "usual name");
    v.required("task", task, "what it does; decides how accuracy meets its target");
    v.required("layers", layers, "layer counts");
    v.required("macs", macs, "multiply-accumulate operations per inference", config::positive);
    v.required("parameters", parameters, "number of weights", config::positive);
    v.required("input", input, "what is sent to a server");
    v.required("output", output, "what a server sends back", config::positive);
    v.optional("anchors", anchors, "of a detection: boxes and scores of all anchors",
               config::positive);
    v.required("blocks", blocks, "block table in workloads/blocks");
    v.required("block_scale", block_scale, "factor on the block table's MACs and activations",
               config::positive);
    v.required("metric", metric, "metric of the accuracy figures");
    v.required("accuracy", accuracy, "accuracy per precision");
    v.optional("unsupported", unsupported, "processors that cannot run it");
  }
};

struct RidgeConfig {
  Sourced<double> ridge;

  template <class V>
  void fields(V& v) {
    v.required("ridge", ridge, "MAC per byte at which compute and memory time are equal",
               config::positive);
  }
};

using ClassCost = std::map<BlockClass, Sourced<double>>;

struct RooflineConfig {
  std::map<Precision, RidgeConfig> cpu, gpu, dsp;
  std::map<ProcessorKind, ClassCost> class_memory_cost;

  template <class V>
  void fields(V& v) {
    v.required("cpu", cpu, "ridge per precision on CPUs");
    v.required("gpu", gpu, "ridge per precision on GPUs");
    v.required("dsp", dsp, "ridge per precision on DSPs");
    v.required("class_memory_cost", class_memory_cost,
               "factor on the memory time of a block class, per kind of processor");
  }
};

/// Time between two arrivals: always the same, or exponential.
struct ExponentialInterval {
  static constexpr std::string_view kName = "exponential";
  Duration mean{};
  template <class V>
  void fields(V& v) {
    v.required("mean", mean, "mean", config::positive);
  }
};
struct ConstantInterval {
  static constexpr std::string_view kName = "constant";
  Duration value{};
  template <class V>
  void fields(V& v) {
    v.required("value", value, "every time", config::non_negative);
  }
};
using IntervalConfig = std::variant<ExponentialInterval, ConstantInterval>;

/// Requests arrive at times that do not depend on their service; one that finds the device busy
/// waits.
struct RenewalArrivals {
  static constexpr std::string_view kName = "renewal";
  IntervalConfig interval;
  std::optional<config::Origin> origin;
  template <class V>
  void fields(V& v) {
    v.required("interval", interval, "between two arrivals");
    v.optional("origin", origin, "where the figure comes from");
  }
};
/// A camera: one frame per period; a frame that finds the pipeline busy is dropped.
struct PeriodicArrivals {
  static constexpr std::string_view kName = "periodic";
  Duration period{};
  std::optional<config::Origin> origin;
  template <class V>
  void fields(V& v) {
    v.required("period", period, "between two frames", config::positive);
    v.optional("origin", origin, "where the figure comes from");
  }
};
/// The user thinks, then asks: the next request comes this long after the answer.
struct ClosedLoopArrivals {
  static constexpr std::string_view kName = "closed_loop";
  IntervalConfig think;
  std::optional<config::Origin> origin;
  template <class V>
  void fields(V& v) {
    v.required("think", think, "from answer to next request");
    v.optional("origin", origin, "where the figure comes from");
  }
};
using ArrivalConfig = std::variant<RenewalArrivals, PeriodicArrivals, ClosedLoopArrivals>;

struct UseCaseConfig {
  std::string name;
  Sourced<Duration> qos;
  std::optional<Sourced<Duration>> token_qos;
  ArrivalConfig arrivals;
  std::optional<TokensConfig> tokens;
  std::vector<Located<std::string>> dnns;

  template <class V>
  void fields(V& v) {
    v.required("name", name, "name");
    v.required("qos", qos, "latency constraint; of generative requests for the first token",
               config::positive);
    v.optional("token_qos", token_qos, "generative: mean time per further token at most",
               config::positive);
    v.required("arrivals", arrivals, "when requests come");
    v.optional("tokens", tokens, "generative: lengths of prompts and answers");
    v.required("dnns", dnns, "DNNs used, in this order", config::non_empty);
  }
};

}  // namespace autoscale
