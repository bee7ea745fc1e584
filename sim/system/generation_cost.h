// What a generative request costs: predict() of cost.h for networks of sim/models/generation.h.
//
// Local   ttft = wait + decision + prefill; then all further tokens, on the same processor, each phase
//         at its own share of the busy power.
// Remote  ttft = the latency of a remote inference whose input is the prompt and whose service is the
//         prefill. Then tokens arrive as they are made, or as the link carries them, whichever is
//         slower: the phone receives while bits are in the air and listens in between. A server with
//         workers makes them as the phone does; one that batches at the pace of its batch with this
//         request in it (sim/models/batch_server.h), whose energy all sequences share.
// QoS     limits of the first token and of the mean time per further token. latency_s is the time to
//         first token or, if that is later, the time per token on its scale, so that one comparison
//         with the limit of the first token judges both.
// Assumes as predict(): present conditions hold still, the batch too.
#pragma once

#include "sim/system/cost.h"

namespace autoscale {

/// The latency that the QoS constraint judges.
inline double judged_latency_s(const RequestModel& request, double ttft_s, double tpot_s) {
  return std::max(ttft_s, tpot_s * request.token_weight);
}

/// Bits of a prompt as it is sent.
inline double prompt_bits(const RequestModel& request, const Tokens& tokens) {
  return request.up_bits + tokens.prompt * request.prompt_token_bits;
}
/// Bits of an answer, which arrive one by one.
inline double stream_bits(const RequestModel& request, const Tokens& tokens) {
  return tokens.output * request.output_token_bits;
}

}  // namespace autoscale
