// Generative networks: requests with a course of their own, prefill and then decode.
//
// Model   A prompt of n tokens is read at once: the weights come from memory one time, each token is
//         multiplied with all of them, and each attends to those before it. That gives the first
//         output token. Each further one reads the weights and the cache of all tokens before it,
//         and is multiplied likewise. With W seconds to read the weights, C seconds of compute per
//         token, A and K seconds of attention's compute and of reading the cache per pair of tokens:
//           prefill  = overhead + W + C n + A n^2 / 2
//           decode   = sum over i = 1 ... m - 1 of  C + A (n + i) + W + K (n + i)
//         C and A follow the clock as compute does in processor.h; W and K with the share by which
//         a phone slows its memory down with the processor, for the rest they do not.
//         A row of workloads/generation.csv, a prefill and a decode rate after a prompt of n0 tokens,
//         gives C and W: A is to C as 2 layers width is to the parameters (MACs), K is to W as the
//         bytes of a token's keys and values are to those of the weights.
// Assumes compute and memory time add up, keys and values of 16 bits, one chunk of prefill.
// Source  counts of a decoder with grouped-query attention (Ainslie et al., EMNLP 2023); the two
//         phases as in Patel et al., Splitwise, ISCA 2024.
#pragma once

#include <optional>

#include "sim/models/kinds.h"
#include "sim/models/processor.h"

namespace autoscale {

/// Lengths of a generative request; all 0 for another.
struct Tokens {
  double prompt = 0;
  double output = 0;         // as generated, or as expected
  double output_square = 0;  // likewise of its square

  bool operator==(const Tokens&) const = default;
};

/// Mean time per output token after the first, all of which took `decode_s`; 0 if there is none.
inline double time_per_token(const Tokens& tokens, double decode_s) {
  return tokens.output > 1 ? decode_s / (tokens.output - 1) : 0;
}

/// What makes a DNN generative.
struct Generation {
  double parameters = 0;               // that each token is multiplied with
  double attention_macs = 0;           // per token and token before it
  double cache_bits = 0;               // keys and values of one token
  PerPrecision<double> weight_bits{};  // 0: not known at that precision
  PerPrecision<double> accuracy{};     // points of its metric
  double request_bits = 0;
  double prompt_token_bits = 0;
  double output_token_bits = 0;
  Tokens usual;  // mean lengths of the scenario's requests

  /// Multiply-accumulate operations of a request.
  double macs(const Tokens& tokens) const {
    const double all = tokens.prompt + tokens.output;
    return parameters * all + attention_macs * all * all / 2;
  }
};

/// A published pair of rates, in tokens per second.
struct GenerationRates {
  double prompt = 0;  // tokens of the prompt they were measured with
  double prefill_per_s = 0;
  double decode_per_s = 0;
};

/// A generative network on one processor at one precision, alone and at the top operating point.
/// Seconds.
struct GenerationWork {
  double overhead_s = 0;
  double token_s = 0;        // C
  double attention_s = 0;    // A
  double weights_s = 0;      // W
  double cache_s = 0;        // K
  double prefill_power = 1;  // over the busy power
  double decode_power = 1;
  double memory_clock = 0;  // share of memory's time that follows the clock

  /// Up to the first output token.
  WorkSplit prefill(const Tokens& t) const {
    return split(overhead_s, (token_s + attention_s * t.prompt / 2) * t.prompt, weights_s);
  }
  /// All further tokens; none if there is only one.
  WorkSplit decode(const Tokens& t) const {
    const double steps = t.output - 1;
    const double pairs = steps * t.prompt + (t.output_square - t.output) / 2;
    return split(0, token_s * steps + attention_s * pairs, weights_s * steps + cache_s * pairs);
  }

 private:
  WorkSplit split(double overhead, double compute, double memory) const {
    return {overhead, compute + memory_clock * memory, (1 - memory_clock) * memory};
  }
};

/// The work that takes as long as was measured; nothing if no split does, since the prompt was read
/// too fast or too slowly for the decode rate.
std::optional<GenerationWork> generation_work(const Generation& network, Precision precision,
                                              const GenerationRates& measured, double overhead_s);

}  // namespace autoscale
