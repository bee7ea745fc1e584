// What the models of the policy `residual` have in common: settings, what they forecast, and how a
// posterior is saved.
#pragma once

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "policies/learning/sparse_posterior.h"
#include "sim/policy/transfer.h"
#include "sim/system/model_error.h"

namespace autoscale {

/// What a phone believes its figures to be wrong by, where nothing else is said; assumed.
inline constexpr ModelError kBelievedError{0.3, 0.2, 0.3, 0.5, 0.3};

struct ResidualSettings {
  ModelError believed = kBelievedError;
  double drift = 0;
  bool robust = true;
  bool pooling = true;
  std::size_t dnns = 0;

  /// Prior deviation of a weight that is shared: none where nothing is pooled.
  double shared(double deviation) const { return pooling ? deviation : 0; }
};

/// When an action counts as in time: by its chance to be late, or by its expected latency.
enum class LatencyRule : std::uint8_t { kChance, kMean };

template <>
struct config::EnumNames<LatencyRule> {
  static constexpr std::array<std::pair<LatencyRule, std::string_view>, 2> value{
      {{LatencyRule::kChance, "chance"}, {LatencyRule::kMean, "mean"}}};
};

/// The latency constraint as the rule has it.
struct LatencyLimit {
  double qos_s = 0;
  LatencyRule rule = LatencyRule::kChance;
  double late = 0;    // chance to be late that is accepted
  double normal = 0;  // which a standard normal variable exceeds with that chance

  LatencyLimit(double qos, LatencyRule by, double chance) : qos_s(qos), rule(by), late(chance) {
    constexpr double kLeast = 1e-12;  // beyond, a quantile is endless
    const double finite = std::clamp(late, kLeast, 1 - kLeast);
    normal = boost::math::quantile(boost::math::complement(boost::math::normal(), finite));
  }
};

/// What an action is believed to cost, and whether that is in time.
struct Forecast {
  double latency_s = 0;
  double energy_j = 0;
  bool in_time = false;
};

/// Throws std::invalid_argument unless `saved` has a number above 0 there.
inline double positive(const nlohmann::ordered_json& saved, const char* key) {
  const double value = saved.at(key).get<double>();
  if (!(value > 0)) throw std::invalid_argument(std::string("'") + key + "' is not above 0");
  return value;
}

inline nlohmann::ordered_json saved(const learning::SparsePosterior& p) {
  return {{"means", p.means()}, {"covariances", p.covariances()}};
}

/// `doubt`: share of the prior variance that is added. Throws std::invalid_argument if it has other
/// features.
inline void restore(const nlohmann::ordered_json& from, learning::SparsePosterior& to,
                    double doubt = 0) {
  require_size(from.at("means"), to.means().size());
  require_size(from.at("covariances"), to.covariances().size());
  to.restore(from.at("means").get<std::vector<float>>(),
             from.at("covariances").get<std::vector<float>>(), doubt);
}

}  // namespace autoscale
