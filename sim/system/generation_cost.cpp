#include "sim/system/generation_cost.h"

#include "sim/models/batch_server.h"

namespace autoscale {
namespace {

/// Enters what both sites have in common.
Cost judged(const RequestModel& request, const Conditions& now, Cost cost, double decode_s) {
  cost.seconds[Stage::kDecode] = decode_s;
  cost.tpot_s = time_per_token(now.tokens, decode_s);
  cost.latency_s = judged_latency_s(request, cost.ttft_s, cost.tpot_s);
  return cost;
}

Cost on_phone(const RequestModel& request, const ActionModel& action, const Conditions& now) {
  const GenerationWork& work = request.courses[action.course].work;
  const bool on_cpu = action.processor == ProcessorKind::kCpu;
  const double noise = now.local_noise[action.processor];
  const auto time = [&](const WorkSplit& split) {
    return local_time(split, action.slowdown, on_cpu, request.contention, now.load);
  };
  const LocalTime prefill = time(work.prefill(now.tokens));
  const LocalTime decode = time(work.decode(now.tokens));
  const double prefill_s = prefill.latency_s * noise;
  const double decode_s = decode.latency_s * noise;
  const double busy = action.busy_w * noise *
                      (work.prefill_power * prefill.busy_s + work.decode_power * decode.busy_s);
  Cost cost = computed(request, action, now, prefill_s + decode_s, busy);
  cost.seconds[Stage::kCompute] = prefill_s;
  cost.ttft_s = now.waited_s + now.decision_s + prefill_s;
  return judged(request, now, cost, decode_s);
}

/// What the server does, if nobody comes or goes.
struct ServerShare {
  double prefill_s = 0;
  double decode_s = 0;
  double joules = 0;
};

ServerShare at_server(const RequestModel& request, const ActionModel& action,
                      const Conditions& now) {
  const Course& course = request.courses[action.course];
  const bool tablet = action.site == Site::kTablet;
  const double noise = now.service_noise[tablet][action.pool];
  ServerShare share;
  share.prefill_s = course.work.prefill(now.tokens).total() * noise;
  if (course.batch) {
    const double sequences = now.batch[tablet][action.pool] + 1;
    share.decode_s = (now.tokens.output - 1) * course.batch->token_s(sequences) * course.pace;
    share.joules =
        course.batch->power_w(sequences) / sequences * (share.prefill_s + share.decode_s);
  } else {
    share.decode_s = course.work.decode(now.tokens).total() * noise;
    share.joules = action.busy_w * (course.work.prefill_power * share.prefill_s +
                                    course.work.decode_power * share.decode_s);
  }
  return share;
}

Cost remote(const RequestModel& request, const ActionModel& action, const Conditions& now) {
  const std::size_t l = link_of(action.site);
  const ServerShare share = at_server(request, action, now);
  Cost cost = predict_remote(request, action,
                             {prompt_bits(request, now.tokens), 0, share.prefill_s, 0}, now);
  cost.ttft_s = cost.latency_s;
  const double air_s = stream_bits(request, now.tokens) / now.link[l].down_bps;
  const double decode_s = std::max(share.decode_s, air_s / now.air_share[l]);
  const double received = now.link[l].rx_w * air_s;
  const double idle = request.idle.transfer_w * decode_s +
                      (request.idle.listens ? request.listen_w[l] * (decode_s - air_s) : 0.0);
  cost.joules[Cause::kRadioRx] += received;
  cost.joules[Cause::kIdle] += idle;
  cost.server_j = share.joules;
  cost.energy_j += received + idle + request.server_weight * cost.server_j;
  return judged(request, now, cost, decode_s);
}

}  // namespace

Cost predict_generation(const RequestModel& request, const ActionModel& action,
                        const Conditions& now) {
  return action.site == Site::kPhone ? on_phone(request, action, now)
                                     : remote(request, action, now);
}

}  // namespace autoscale
