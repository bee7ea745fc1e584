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
// Both    plus the baseline power as the accounting mode says; only the phone's energy counts.
#pragma once

#include <array>
#include <cstdint>

#include "sim/core/time.h"
#include "sim/models/link.h"
#include "sim/models/processor.h"
#include "sim/system/target.h"

namespace autoscale {

/// Energy causes, joules of the phone.
enum class Cause : std::uint8_t {
  kCpu,
  kGpu,
  kDsp,
  kRadioTx,
  kRadioRx,
  kRadioTail,
  kIdle,
  kDecision
};
inline constexpr std::size_t kCauses = 8;
template <class T>
using PerCause = EnumArray<Cause, T, kCauses>;
inline constexpr PerCause<std::string_view> kCauseNames = {
    "cpu", "gpu", "dsp", "radio_tx", "radio_rx", "radio_tail", "idle", "decision"};

/// Stages of a request, in order.
enum class Stage : std::uint8_t {
  kWait,
  kDecision,
  kCompute,
  kPromotion,
  kUpload,
  kNetwork,
  kQueue,
  kService,
  kDownload
};
inline constexpr std::size_t kStages = 9;
template <class T>
using PerStage = EnumArray<Stage, T, kStages>;
inline constexpr PerStage<std::string_view> kStageNames = {"wait",      "decision", "compute",
                                                           "promotion", "upload",   "network",
                                                           "queue",     "service",  "download"};

/// The two radio links of a phone.
inline constexpr std::size_t kCloudLink = 0;
inline constexpr std::size_t kTabletLink = 1;
inline constexpr std::size_t kLinks = 2;
constexpr std::size_t link_of(Site site) {
  return site == Site::kTablet ? kTabletLink : kCloudLink;
}

/// What the baseline power and the radio's listening power are charged to (models: accounting).
/// whole_phone charges the baseline for the whole request; marginal never; paper_equations only
/// while a remote request is neither sending nor receiving, and without listening power.
enum class AccountingMode : std::uint8_t { kWholePhone, kMarginal, kPaperEquations };

template <>
struct config::EnumNames<AccountingMode> {
  static constexpr std::array<std::pair<AccountingMode, std::string_view>, 3> value{
      {{AccountingMode::kWholePhone, "whole_phone"},
       {AccountingMode::kMarginal, "marginal"},
       {AccountingMode::kPaperEquations, "paper_equations"}}};
};

/// The phone's constant powers under an accounting mode, in watts.
struct IdlePower {
  double busy_w = 0;      // while computing locally or deciding
  double transfer_w = 0;  // while sending or receiving
  double waiting_w = 0;   // while a remote request does neither, or a request waits its turn
  bool listens = true;    // whether the radio's listening power is charged

  IdlePower() = default;
  IdlePower(AccountingMode mode, double baseline_w)
      : busy_w(mode == AccountingMode::kWholePhone ? baseline_w : 0),
        transfer_w(busy_w),
        waiting_w(mode == AccountingMode::kMarginal ? 0 : baseline_w),
        listens(mode != AccountingMode::kPaperEquations) {}
};

/// One action for one DNN on one device type: everything about its cost that never changes.
struct ActionModel {
  bool legal = false;
  bool offered = true;    // remote: the server lets phones use this processor
  bool accurate = false;  // meets the accuracy target
  Site site{};
  ProcessorKind processor{};
  std::uint8_t pool = 0;   // remote: index of the server's processor
  double score = 0;        // accuracy on the target's scale
  WorkSplit work;          // alone, at the top operating point
  double slowdown = 1;     // local: f_max / f
  double busy_w = 0;       // local: of the processor at the operating point; remote: the server's
  double co_runner_w = 0;  // local: of a co-runner at full load beside it, for the temperature
  double service_s = 0;    // remote
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
  double waited_s = 0;  // already, before the decision
  double decision_s = 0;
  double decision_w = 0;
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
};

/// Seconds by stage and joules by cause; sums to latency_s and energy_j.
struct Cost {
  PerStage<double> seconds{};
  PerCause<double> joules{};
  double latency_s = 0;
  double energy_j = 0;
  double server_j = 0;  // the remote side's own energy, reported apart
};

constexpr Cause processor_cause(ProcessorKind kind) {
  return kind == ProcessorKind::kCpu   ? Cause::kCpu
         : kind == ProcessorKind::kGpu ? Cause::kGpu
                                       : Cause::kDsp;
}

inline Cost predict_local(const RequestModel& request, const ActionModel& action,
                          const Conditions& now) {
  Cost cost;
  const bool on_cpu = action.processor == ProcessorKind::kCpu;
  const LocalTime time =
      local_time(action.work, action.slowdown, on_cpu, request.contention, now.load);
  const double t = time.latency_s * now.local_noise[action.processor];
  const double busy = action.busy_w * time.busy_s * now.local_noise[action.processor];
  const double idle =
      request.idle.busy_w * (t + now.decision_s) + request.idle.waiting_w * now.waited_s;
  const double decision = now.decision_w * now.decision_s;
  cost.seconds[Stage::kWait] = now.waited_s;
  cost.seconds[Stage::kDecision] = now.decision_s;
  cost.seconds[Stage::kCompute] = t;
  cost.joules[processor_cause(action.processor)] = busy;
  cost.joules[Cause::kIdle] = idle;
  cost.joules[Cause::kDecision] = decision;
  cost.latency_s = now.waited_s + now.decision_s + t;
  cost.energy_j = busy + idle + decision;
  return cost;
}

/// Seconds of slow start before `bits` at `rate_bps`, of which the transfer gets its share.
inline double slow_start_s(const RequestModel& request, const Conditions& now, std::size_t link,
                           double bits, double rate_bps) {
  if (!now.cold[link]) return 0;
  return request.slow_start[link].pauses_s(bits, rate_bps * now.air_share[link], now.rtt_s[link]);
}

inline Cost predict_remote(const RequestModel& request, const ActionModel& action,
                           const Conditions& now) {
  Cost cost;
  const std::size_t l = link_of(action.site);
  const bool tablet = action.site == Site::kTablet;
  const LinkConditions& link = now.link[l];
  const double air_up = request.up_bits / link.up_bps;
  const double air_down = request.down_bits / link.down_bps;
  const double up =
      air_up / now.air_share[l] + slow_start_s(request, now, l, request.up_bits, link.up_bps);
  const double down =
      air_down / now.air_share[l] + slow_start_s(request, now, l, request.down_bits, link.down_bps);
  const double network = now.rtt_s[l];
  const double service = action.service_s * now.service_noise[tablet][action.pool];
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
  cost.energy_j = tx + rx + tail + idle + decision;
  cost.server_j = action.busy_w * service;
  return cost;
}

/// The cost of `action` for one request under `now`. The action must be legal.
inline Cost predict(const RequestModel& request, const ActionModel& action, const Conditions& now) {
  return action.site == Site::kPhone ? predict_local(request, action, now)
                                     : predict_remote(request, action, now);
}

}  // namespace autoscale
