// What an action costs: time by stage and the phone's energy by cause.
//
// One function, predict(), states the physics of a request under given conditions. The oracle, the
// cost model for planners and `autoscale explain` call it; the event-driven world must agree with
// it whenever conditions hold still, and a test says so.
//
// Local   latency = decision + t(f); energy = busy power * busy time (sim/models/processor.h): a
//         co-runner stretches t(f) but pays for its own share of the CPU
// Remote  latency = decision + promotion + up + rtt/2 + queue + service + rtt/2 + down
//         up = bits / rate(S) (times the number of transfers that share the air) and, on an idle
//         connection, the pauses of its slow start (sim/models/slow_start.h); down likewise
//         energy = P_tx(S) * air time up + P_rx * air time down + P_listen * rest + tail
// Both    plus the baseline power as the accounting mode says; the phone's energy counts, and that
//         of the server as far as the scenario's objective says.
// A generative request has a course of its own: sim/system/generation_cost.h.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "sim/models/generation.h"
#include "sim/models/link.h"
#include "sim/models/processor.h"
#include "sim/system/accounts.h"

namespace autoscale {

/// One action for one DNN on one device type: everything about its cost that never changes.
struct ActionModel {
  bool legal = false;
  bool offered = true;    // remote: the server lets phones use this processor
  bool accurate = false;  // meets the accuracy target
  Site site{};
  ProcessorKind processor{};
  std::uint8_t pool = 0;     // remote: index of the server's processor
  std::uint16_t course = 0;  // generative: index of RequestModel::courses
  double score = 0;          // accuracy on the target's scale
  WorkSplit work;            // alone, at the top operating point
  double slowdown = 1;       // local: f_max / f
  double busy_w = 0;         // local: of the processor at the operating point; remote: the server's
  double co_runner_w = 0;    // local: of a co-runner at full load beside it, for the temperature
  double service_s = 0;      // remote
  double noise_cv = 0;
};

/// Why an action that is not legal is not.
constexpr std::string_view why_illegal(const ActionModel& action) {
  return action.offered ? "this processor cannot run this DNN"
                        : "the server does not offer this processor";
}

/// The state of the world that a request's cost depends on. Noise factors have mean 1.
struct Conditions {
  CoRunnerLoad load;
  std::array<LinkConditions, kLinks> link{};
  std::array<double, kLinks> air_share{1, 1};  // share of the air time a transfer would get
  std::array<double, kLinks> rtt_s{};
  std::array<bool, kLinks> cold{};           // its connection has been idle: transfers start slowly
  std::array<double, kLinks> promotion_s{};  // before sending can start
  std::array<double, kLinks> promotion_w{};
  std::array<double, kLinks> tail_s{};  // tail time this request would be charged
  std::array<std::array<double, kProcessorKinds>, 2>
      free_in_s{};  // [tablet?][pool]: a worker is free
  PerProcessor<double> local_noise = filled<PerProcessor<double>>(1);
  std::array<std::array<double, kProcessorKinds>, 2> service_noise{{{1, 1, 1}, {1, 1, 1}}};
  std::array<std::array<double, kProcessorKinds>, 2>
      batch{};          // likewise: sequences that it decodes
  Tokens tokens;        // of a generative request: as known, else as expected
  double waited_s = 0;  // already, before the decision
  double decision_s = 0;
  double decision_w = 0;
};

class BatchLaw;

/// How a generative network runs under one action.
struct Course {
  GenerationWork work;
  const BatchLaw* batch = nullptr;  // of a server that batches: tokens come at its pace
  double pace = 1;                  // factor on that pace
};

/// Powers and sizes that all actions of a DNN on a device type share.
struct RequestModel {
  double up_bits = 0;
  double down_bits = 0;
  Contention contention;
  IdlePower idle;
  std::array<SlowStart, kLinks> slow_start{};
  std::array<double, kLinks> listen_w{};
  std::array<RadioTail, kLinks> tail{};
  double server_weight = 0;  // of a server's joule in the energy that counts
  // Of a generative network.
  std::vector<Course> courses;  // empty: it is not one
  double prompt_token_bits = 0;
  double output_token_bits = 0;
  double token_weight = 0;  // QoS of the first token over that of each further one

  bool generative() const { return !courses.empty(); }
};

/// Seconds by stage and joules of the phone by cause. Of a request that is not generative the
/// seconds sum to latency_s.
struct Cost {
  PerStage<double> seconds{};
  PerCause<double> joules{};
  double latency_s = 0;  // what the QoS constraint judges
  double energy_j = 0;   // what the objective counts: the joules above and its share of server_j
  double server_j = 0;   // the remote side's own energy
  double ttft_s = 0;     // generative: time to first token
  double tpot_s = 0;     // generative: mean time per output token after the first
};

/// A phone whose processor takes `busy_j` while it computes for `compute_s`.
inline Cost computed(const RequestModel& request, const ActionModel& action, const Conditions& now,
                     double compute_s, double busy_j) {
  Cost cost;
  const double idle =
      request.idle.busy_w * (compute_s + now.decision_s) + request.idle.waiting_w * now.waited_s;
  const double decision = now.decision_w * now.decision_s;
  cost.seconds[Stage::kWait] = now.waited_s;
  cost.seconds[Stage::kDecision] = now.decision_s;
  cost.seconds[Stage::kCompute] = compute_s;
  cost.joules[processor_cause(action.processor)] = busy_j;
  cost.joules[Cause::kIdle] = idle;
  cost.joules[Cause::kDecision] = decision;
  cost.latency_s = now.waited_s + now.decision_s + compute_s;
  cost.energy_j = busy_j + idle + decision;
  return cost;
}

inline Cost predict_local(const RequestModel& request, const ActionModel& action,
                          const Conditions& now) {
  const bool on_cpu = action.processor == ProcessorKind::kCpu;
  const LocalTime time =
      local_time(action.work, action.slowdown, on_cpu, request.contention, now.load);
  const double noise = now.local_noise[action.processor];
  return computed(request, action, now, time.latency_s * noise,
                  action.busy_w * time.busy_s * noise);
}

/// Seconds of slow start before `bits` at `rate_bps`, of which the transfer gets its share.
inline double slow_start_s(const RequestModel& request, const Conditions& now, std::size_t link,
                           double bits, double rate_bps) {
  if (!now.cold[link]) return 0;
  return request.slow_start[link].pauses_s(bits, rate_bps * now.air_share[link], now.rtt_s[link]);
}

/// What is sent to a server, done there and sent back.
struct RemoteWork {
  double up_bits = 0;
  double down_bits = 0;
  double service_s = 0;
  double server_w = 0;
};

inline Cost predict_remote(const RequestModel& request, const ActionModel& action,
                           const RemoteWork& work, const Conditions& now) {
  Cost cost;
  const std::size_t l = link_of(action.site);
  const bool tablet = action.site == Site::kTablet;
  const LinkConditions& link = now.link[l];
  const double air_up = work.up_bits / link.up_bps;
  const double air_down = work.down_bits / link.down_bps;
  const double up =
      air_up / now.air_share[l] + slow_start_s(request, now, l, work.up_bits, link.up_bps);
  const double down =
      air_down / now.air_share[l] + slow_start_s(request, now, l, work.down_bits, link.down_bps);
  const double network = now.rtt_s[l];
  const double service = work.service_s;
  const double lead = now.decision_s + now.promotion_s[l];
  const double queue =
      std::max(0.0, now.free_in_s[tablet][action.pool] - (lead + up + network / 2));
  const double listening = (up - air_up) + network + queue + service + (down - air_down);
  const double tx = link.tx_w * air_up;
  const double rx = link.rx_w * air_down;
  const double tail =
      request.tail[l].energy_j(now.tail_s[l]) + now.promotion_w[l] * now.promotion_s[l];
  const double idle =
      request.idle.busy_w * now.decision_s + request.idle.transfer_w * (up + down) +
      request.idle.waiting_w * (network + queue + service + now.waited_s + now.promotion_s[l]) +
      (request.idle.listens ? request.listen_w[l] * listening : 0.0);
  const double decision = now.decision_w * now.decision_s;
  cost.seconds[Stage::kWait] = now.waited_s;
  cost.seconds[Stage::kDecision] = now.decision_s;
  cost.seconds[Stage::kPromotion] = now.promotion_s[l];
  cost.seconds[Stage::kUpload] = up;
  cost.seconds[Stage::kNetwork] = network;
  cost.seconds[Stage::kQueue] = queue;
  cost.seconds[Stage::kService] = service;
  cost.seconds[Stage::kDownload] = down;
  cost.joules[Cause::kRadioTx] = tx;
  cost.joules[Cause::kRadioRx] = rx;
  cost.joules[Cause::kRadioTail] = tail;
  cost.joules[Cause::kIdle] = idle;
  cost.joules[Cause::kDecision] = decision;
  cost.latency_s = now.waited_s + lead + up + network + queue + service + down;
  cost.server_j = work.server_w * service;
  cost.energy_j = tx + rx + tail + idle + decision + request.server_weight * cost.server_j;
  return cost;
}

inline Cost predict_remote(const RequestModel& request, const ActionModel& action,
                           const Conditions& now) {
  const bool tablet = action.site == Site::kTablet;
  return predict_remote(request, action,
                        {request.up_bits, request.down_bits,
                         action.service_s * now.service_noise[tablet][action.pool], action.busy_w},
                        now);
}

/// The cost of a generative request (sim/system/generation_cost.h).
Cost predict_generation(const RequestModel& request, const ActionModel& action,
                        const Conditions& now);

/// The cost of `action` for one request under `now`. The action must be legal.
inline Cost predict(const RequestModel& request, const ActionModel& action, const Conditions& now) {
  if (request.generative()) return predict_generation(request, action, now);
  return action.site == Site::kPhone ? predict_local(request, action, now)
                                     : predict_remote(request, action, now);
}

}  // namespace autoscale
