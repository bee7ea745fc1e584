// AutoScale's state: what a table that learns tells apart. A state is a mixed-radix number with one
// digit per feature of the DNN and of the run-time variance; every policy that learns over these
// bins uses this one definition.
//
// Bins  (MACs of a generative request: of its prompt and of the usual answer)
//       CONV layers < 30, 50, 90; FC < 10; RC < 10; MACs < 1e9, 2e9; co-runner CPU and memory
//       utilisation 0, < 25 %, < 75 %, up to 100 %; both signals regular or weak: 3,072 states.
// Source: Y. G. Kim and C.-J. Wu, "AutoScale: Energy Efficiency Optimization for Stochastic Edge
//   Inference Using Reinforcement Learning", MICRO 2020 (bins recalled).
// For ablations features can be dropped and signals binned finer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sim/config/fields.h"
#include "sim/core/quantity.h"
#include "sim/policy/policy.h"

namespace autoscale {

/// The features of the state, in the order of its digits.
enum class Feature : std::uint8_t {
  kConv,
  kFc,
  kRc,
  kMac,
  kCpu,
  kMemory,
  kCloudSignal,
  kTabletSignal
};
inline constexpr std::size_t kStateFeatures = 8;

template <>
struct config::EnumNames<Feature> {
  static constexpr std::array<std::pair<Feature, std::string_view>, 8> value{
      {{Feature::kConv, "conv"},
       {Feature::kFc, "fc"},
       {Feature::kRc, "rc"},
       {Feature::kMac, "mac"},
       {Feature::kCpu, "cpu"},
       {Feature::kMemory, "memory"},
       {Feature::kCloudSignal, "cloud_signal"},
       {Feature::kTabletSignal, "tablet_signal"}}};
};

/// The parameters of a policy that shape its state.
struct StateConfig {
  std::vector<Feature> drop_features;
  std::vector<Dbm> signal_edges;
  std::vector<double> mac_edges;

  template <class V>
  void fields(V& v) {
    v.optional("drop_features", drop_features, "features left out of the state");
    v.optional("signal_edges", signal_edges,
               "edges of the signal bins, instead of each technology's weak threshold",
               config::increasing);
    v.optional("mac_edges", mac_edges,
               "edges of the bins of MACs of a request, instead of 1e9 and 2e9", config::positive,
               config::increasing);
  }
};

/// Bin of a co-runner's utilisation: 0 without load, else 1 to kLoadBins.
inline constexpr std::size_t kLoadBins = 3;
constexpr std::uint32_t load_bin(double u) { return u <= 0 ? 0 : u < 0.25 ? 1 : u < 0.75 ? 2 : 3; }

/// Multiply-accumulate operations of a request for a DNN, as far as they are known before it.
class RequestMacs {
 public:
  explicit RequestMacs(const Dnn& dnn) : macs_(dnn.macs), generation_(dnn.generation) {}

  /// Whether they depend on the request.
  bool vary() const { return generation_.has_value(); }

  /// `prompt`: tokens of a generative request.
  double operator()(std::uint32_t prompt) const {
    if (!generation_) return macs_;
    return generation_->macs({static_cast<double>(prompt), generation_->usual.output, 0});
  }

 private:
  double macs_;
  std::optional<Generation> generation_;
};

/// Maps observations to state numbers.
class StateSpace {
 public:
  StateSpace(const StateConfig& config, std::span<const Dnn> dnns);

  std::uint32_t size() const;

  std::uint32_t of(const Observation& o) const {
    std::uint32_t state = dnn_digits_[o.dnn];
    state = push(state, Feature::kMac, mac_bin(macs_[o.dnn](o.prompt_tokens)));
    state = push(state, Feature::kCpu, load_bin(o.load.cpu));
    state = push(state, Feature::kMemory, load_bin(o.load.memory));
    state = push(state, Feature::kCloudSignal, signal_bin(o, kCloudLink));
    return push(state, Feature::kTabletSignal, signal_bin(o, kTabletLink));
  }

  /// The bins as text: what a saved table was learned on.
  std::string definition() const;

  /// The space that gave a definition, without its DNNs. Throws std::invalid_argument if none did.
  static StateSpace defined_by(const std::string& definition);

  /// By state: the bins of the features that are not dropped, e.g. "conv<30 fc<10 rc<10 mac<1e9
  /// cpu=0 memory<25% cloud_signal=regular tablet_signal=weak".
  std::vector<std::string> names() const;

 private:
  /// Appends a digit; a dropped feature has only the digit 0.
  std::uint32_t push(std::uint32_t state, Feature feature, std::uint32_t bin) const {
    const std::uint32_t radix = radix_[feature];
    return state * radix + (radix == 1 ? 0 : bin);
  }

  std::uint32_t signal_bin(const Observation& o, std::size_t link) const {
    if (edges_dbm_.empty()) return o.weak[link];
    std::uint32_t bin = 0;
    for (const double edge : edges_dbm_) bin += o.signal_dbm[link] > edge;
    return bin;
  }

  std::uint32_t dnn_digits(const LayerCounts& n) const;
  std::uint32_t mac_bin(double macs) const {
    std::uint32_t bin = 0;
    for (const double edge : mac_edges_) bin += macs >= edge;
    return bin;
  }
  std::vector<std::string> bin_names(Feature feature) const;
  std::vector<std::string> mac_names() const;

  EnumArray<Feature, std::uint32_t, kStateFeatures> radix_{};
  std::vector<double> edges_dbm_;
  std::vector<double> mac_edges_ = {1e9, 2e9};
  std::vector<std::uint32_t> dnn_digits_;  // by DNN, of its layers
  std::vector<RequestMacs> macs_;          // by DNN
};

}  // namespace autoscale
