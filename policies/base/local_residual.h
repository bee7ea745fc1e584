// What the cost model errs by on one processor of the phone.
//
// Learned  log(observed / modelled latency), and log of observed energy over modelled energy at the
//          observed latency; each a regression on: the processor; the DNN; the bin of the
//          co-runner's CPU load, and of its memory load; the precision; the precision with the DNN.
//          Operating points share all of it.
// Priors   The deviation of the believed error, parted as 0.36 processor, 0.25 DNN, 0.16 precision,
//          0.25 precision with DNN of the variance (assumed). A co-runner in the lowest bin costs
//          little.
// Late     Latencies scatter log-normally around what is expected, as widely as they did.
#pragma once

#include <cmath>

#include "policies/base/residual_settings.h"
#include "sim/policy/state_space.h"
#include "sim/system/cost.h"

namespace autoscale {

class LocalResidual {
 public:
  /// Of all operating points at a precision; as drawn, or the mean.
  struct Belief {
    double time = 1;      // factor on the latency
    double energy = 1;    // factor on the energy
    double latest_s = 0;  // expected latencies up to this one are in time

    Forecast forecast(const Cost& model) const {
      const double latency_s = time * model.latency_s;
      return {latency_s, energy * model.energy_j, latency_s <= latest_s};
    }
  };

  LocalResidual(const ResidualSettings& settings, std::size_t precisions)
      : settings_(settings),
        time_(priors(settings.believed.latency, precisions), settings.drift),
        power_(priors(settings.believed.power, precisions), settings.drift) {}

  /// `z`: a standard normal draw, or 0 for the mean.
  Belief believe(const Observation& o, std::size_t precision, double z,
                 const LatencyLimit& limit) const {
    const learning::Terms x = terms(o, precision);
    const learning::Prediction time = time_.predict(x);
    const learning::Prediction power = power_.predict(x);
    const double drawn = time.mean + z * std::sqrt(time.variance);
    const double spread =
        std::sqrt(noise_ + (z == 0 ? time.variance : 0));  // a draw is not in doubt
    const double margin = limit.rule == LatencyRule::kChance ? limit.normal * spread : 0;
    return {std::exp(drawn), std::exp(drawn + power.mean + z * std::sqrt(power.variance)),
            limit.qos_s * std::exp(-margin)};
  }

  void learn(const Observation& o, std::size_t precision, const Cost& model, double latency_s,
             double energy_j) {
    const learning::Terms x = terms(o, precision);
    const double time = std::log(latency_s / model.latency_s);
    const double unexplained = time_.add(x, time, noise_, settings_.robust).noise;
    power_.add(x, std::log(energy_j / model.energy_j) - time, kPowerNoise, settings_.robust);
    const double square = std::min(unexplained * unexplained, 9 * noise_);
    noise_ += (square - noise_) / std::min(++learned_ + 20.0, 200.0);
  }

  std::size_t bytes() const {
    return time_.bytes() + power_.bytes() + sizeof noise_ + sizeof learned_;
  }

  nlohmann::ordered_json save() const {
    return {
        {"time", saved(time_)}, {"power", saved(power_)}, {"noise", noise_}, {"learned", learned_}};
  }
  void load(const nlohmann::ordered_json& from) {
    restore(from.at("time"), time_);
    restore(from.at("power"), power_);
    noise_ = positive(from, "noise");
    learned_ = from.at("learned").get<double>();
  }

 private:
  static constexpr double kPowerNoise = 0.01 * 0.01;  // variance of the logarithm of power; assumed

  std::vector<double> priors(double error, std::size_t precisions) const {
    std::vector<double> deviations = {settings_.shared(0.6 * error)};
    deviations.insert(deviations.end(), settings_.dnns, settings_.shared(0.5 * error));
    for (int of = 0; of < 2; ++of) {
      for (const double part : {0.1, 0.5, 1.0})
        deviations.push_back(part * settings_.believed.contention);
    }
    for (std::size_t p = 0; p < precisions; ++p) {
      deviations.push_back(settings_.shared(0.4 * error));
      deviations.insert(deviations.end(), settings_.dnns, (settings_.pooling ? 0.5 : 1) * error);
    }
    return deviations;
  }

  learning::Terms terms(const Observation& o, std::size_t precision) const {
    const std::size_t loads = settings_.dnns;  // the place before their first
    const std::size_t own = 1 + settings_.dnns + 2 * kLoadBins + precision * (1 + settings_.dnns);
    learning::Terms x;
    x.add(0);
    x.add(1 + o.dnn);
    if (const std::size_t b = load_bin(o.load.cpu)) x.add(loads + b);
    if (const std::size_t b = load_bin(o.load.memory)) x.add(loads + kLoadBins + b);
    x.add(own);
    x.add(own + 1 + o.dnn);
    return x;
  }

  ResidualSettings settings_;
  learning::SparsePosterior time_;
  learning::SparsePosterior power_;
  double noise_ = 0.05 * 0.05;  // variance of the logarithm of latency; assumed before it is seen
  double learned_ = 0;          // samples
};

}  // namespace autoscale
