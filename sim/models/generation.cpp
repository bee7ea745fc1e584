#include "sim/models/generation.h"

namespace autoscale {

std::optional<GenerationWork> generation_work(const Generation& network, Precision precision,
                                              const GenerationRates& measured, double overhead_s) {
  const double n = measured.prompt;
  const double prefill_s = n / measured.prefill_per_s - overhead_s;
  const double decode_s = 1 / measured.decode_per_s;
  // In units of C and W: prefill = prompt C + W, decode = token C + memory W.
  const double attention = network.attention_macs / network.parameters;
  const double prompt = n + attention * n * n / 2;
  const double token = 1 + attention * n;
  const double cache = network.cache_bits / network.weight_bits[precision];
  const double memory = 1 + cache * n;
  GenerationWork work;
  work.overhead_s = overhead_s;
  work.weights_s = (decode_s - prefill_s * token / prompt) / (memory - token / prompt);
  work.token_s = (prefill_s - work.weights_s) / prompt;
  if (!(work.weights_s > 0 && work.token_s > 0)) return std::nullopt;
  work.attention_s = attention * work.token_s;
  work.cache_s = cache * work.weights_s;
  return work;
}

}  // namespace autoscale
