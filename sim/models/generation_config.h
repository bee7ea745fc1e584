// The shape of the files of generative networks (workloads/generative/*.yaml), and of what a device
// profile says of its processors' two phases.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "sim/config/fields.h"
#include "sim/core/quantity.h"
#include "sim/models/kinds.h"

namespace autoscale {

using config::Sourced;

struct GenerativeConfig {
  std::string name;
  Sourced<int> layers;
  Sourced<double> attention_width;
  Sourced<double> kv_width;
  Sourced<double> parameters;
  std::map<Precision, Sourced<Bits>> weights;
  Sourced<Bits> request;
  Sourced<Bits> prompt_token;
  Sourced<Bits> output_token;
  std::string metric;
  std::map<Precision, Sourced<double>> accuracy;

  template <class V>
  void fields(V& v) {
    v.required("name", name, "usual name");
    v.required("layers", layers, "transformer layers", config::positive);
    v.required("attention_width", attention_width, "query heads times their size",
               config::positive);
    v.required("kv_width", kv_width, "key-value heads times their size", config::positive);
    v.required("parameters", parameters, "weights that every token passes through",
               config::positive);
    v.required("weights", weights, "size of the weights that a token reads, per precision",
               config::non_empty, config::positive);
    v.required("request", request, "sent to a server once, beside the prompt",
               config::non_negative);
    v.required("prompt_token", prompt_token, "sent per token of the prompt", config::non_negative);
    v.required("output_token", output_token, "received per token of the answer, with its frame",
               config::positive);
    v.required("metric", metric, "metric of the accuracy figures");
    v.required("accuracy", accuracy,
               "accuracy per precision in points of the metric, as the accuracy target is",
               config::non_empty, config::range(0.0, 100.0));
  }
};

/// Powers of a processor in the two phases, and how far its memory slows down with it.
struct PhasePowerConfig {
  Sourced<double> prefill_power;
  Sourced<double> decode_power;
  std::optional<Sourced<double>> memory_clock;

  template <class V>
  void fields(V& v) {
    v.required("prefill_power", prefill_power, "while it reads a prompt, over the busy power",
               config::positive);
    v.required("decode_power", decode_power, "while it makes tokens, over the busy power",
               config::positive);
    v.optional("memory_clock", memory_clock,
               "share of memory's time that follows the clock; without it 0", config::ratio);
  }
};

}  // namespace autoscale
