// What the time and the energy of a request are accounted to: stages, causes, links; and who pays for
// the phone's constant powers.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

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

constexpr Cause processor_cause(ProcessorKind kind) {
  return kind == ProcessorKind::kCpu   ? Cause::kCpu
         : kind == ProcessorKind::kGpu ? Cause::kGpu
                                       : Cause::kDsp;
}

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
  kDownload,
  kDecode  // generative: all tokens but the first, on the phone or from a server
};
inline constexpr std::size_t kStages = 10;
template <class T>
using PerStage = EnumArray<Stage, T, kStages>;
inline constexpr PerStage<std::string_view> kStageNames = {
    "wait",    "decision", "compute", "promotion", "upload",
    "network", "queue",    "service", "download",  "decode"};

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

}  // namespace autoscale
