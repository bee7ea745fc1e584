// The continuous features of an observation, for policies that learn over numbers instead of over
// AutoScale's bins (sim/policy/state_space.h): predictors, linear bandits, networks.
//
// They are AutoScale's features in the order of `Feature`, each on a scale on which the phones,
// DNNs and conditions of this project lie within about -2 and 2:
//   CONV layers (count)              n / 50 - 1
//   FC layers (count)                n / 10 - 1, AutoScale's edge of 10 layers at 0
//   RC layers (count)                n / 10 - 1, likewise
//   MACs                             log10(macs) - 9, AutoScale's edge of 1e9 at 0; of a generative
//                                    request those of its prompt and of the usual answer
//   co-runner CPU utilisation (0-1)  2 u - 1
//   co-runner memory (0-1)           2 u - 1
//   cloud link's signal (dBm)        (s + 70) / 20, so that -90 ... -50 dBm are -1 ... 1
//   tablet link's signal (dBm)       likewise
// The scale is fixed, not taken from data: features mean the same on every phone and in every run.
// MACs enter as a logarithm because costs grow by factors of them.
#pragma once

#include <array>
#include <cmath>
#include <span>
#include <string_view>
#include <vector>

#include "sim/policy/state_space.h"

namespace autoscale {

inline constexpr std::size_t kFeatures = config::EnumNames<Feature>::value.size();

/// Dimensionless, by Feature.
using FeatureVector = std::array<double, kFeatures>;

/// Maps observations to features.
class FeatureMap {
 public:
  /// The scale as text: what saved values were learned on.
  static constexpr std::string_view kDefinition =
      "conv/50-1; fc/10-1; rc/10-1; log10(mac)-9; 2*cpu-1; 2*memory-1; (cloud_dbm+70)/20; "
      "(tablet_dbm+70)/20";

  explicit FeatureMap(std::span<const Dnn> dnns) {
    for (const Dnn& dnn : dnns) {
      dnns_.push_back({dnn.layers.conv / 50.0 - 1, dnn.layers.fc / 10.0 - 1,
                       dnn.layers.recurrent / 10.0 - 1, std::log10(dnn.macs) - 9});
      macs_.emplace_back(dnn);
    }
  }

  FeatureVector of(const Observation& o) const {
    const std::array<double, 4>& dnn = dnns_[o.dnn];
    return {dnn[0],
            dnn[1],
            dnn[2],
            macs_[o.dnn].vary() ? std::log10(macs_[o.dnn](o.prompt_tokens)) - 9 : dnn[3],
            2 * o.load.cpu - 1,
            2 * o.load.memory - 1,
            (o.signal_dbm[kCloudLink] + 70) / 20,
            (o.signal_dbm[kTabletLink] + 70) / 20};
  }

 private:
  std::vector<std::array<double, 4>> dnns_;  // the features of each DNN
  std::vector<RequestMacs> macs_;
};

}  // namespace autoscale
