// What the cost model errs by on one server.
//
// Learned  Observed minus modelled latency in ms, for the parts of a remote latency add up: a
//          regression on the modelled transfer time, again if the signal is weak; on the modelled
//          time that goes with the round trip; on the modelled service time of the processor, and
//          of the processor with the DNN. And the logarithm of the observed energy over what the
//          model says for the observed latency, on the same kinds of features: powers are learned
//          apart from delays, and hardly scatter.
// Late     Round trips are longer than expected as often as they were
//          (policies/learning/scatter.h). What Huber's weights cut off from late replies is added
//          back as its mean: a late reply hardly moves the weights, and yet all count in full.
#pragma once

#include <cmath>

#include "policies/base/residual_settings.h"
#include "policies/learning/scatter.h"
#include "sim/policy/observation.h"
#include "sim/system/cost.h"

namespace autoscale {

/// What a cost model says of a remote action.
struct RemoteParts {
  double latency_s = 0;
  double energy_j = 0;
  double transfer_ms = 0;
  double network_ms = 0;  // all that goes with the round trip, pauses of slow start too
  double service_ms = 0;
  double waiting_w = 0;  // energy of a second longer

  RemoteParts(const RequestModel& request, const ActionModel& action, Conditions& now) {
    const std::size_t link = link_of(action.site);
    const Cost whole = predict(request, action, now);
    const double rtt_s = std::exchange(now.rtt_s[link], 0);
    const Cost without = predict(request, action, now);
    now.rtt_s[link] = rtt_s;
    latency_s = whole.latency_s;
    energy_j = whole.energy_j;
    transfer_ms = 1e3 * (without.seconds[Stage::kUpload] + without.seconds[Stage::kDownload]);
    network_ms = 1e3 * (whole.latency_s - without.latency_s);
    service_ms = 1e3 * whole.seconds[Stage::kService];
    waiting_w = network_ms > 0 ? 1e3 * (whole.energy_j - without.energy_j) / network_ms
                               : whole.energy_j / whole.latency_s;
  }

  /// If it takes this long instead.
  double energy_at(double seconds) const {
    return std::max(energy_j + waiting_w * (seconds - latency_s), 0.05 * energy_j);
  }
};

class RemoteResidual {
 public:
  /// `rtt_sigma`: of the logarithm of the link's round trips.
  RemoteResidual(const ResidualSettings& settings, std::size_t processors, double rtt_sigma)
      : settings_(settings),
        time_(time_priors(processors), settings.drift),
        power_(power_priors(processors), settings.drift),
        scatter_(rtt_sigma) {}

  /// `z`: a standard normal draw, or 0 for the mean.
  Forecast forecast(const Observation& o, bool weak, std::size_t processor,
                    const RemoteParts& model, double z, const LatencyLimit& limit) const {
    const learning::Prediction time = time_.predict(time_terms(o, weak, processor, model));
    const learning::Prediction power = power_.predict(power_terms(o, weak, processor));
    const double shift_ms = time.mean + z * std::sqrt(time.variance);
    const double usual_s = model.latency_s + 1e-3 * shift_ms;
    const double latency_s = std::max(usual_s + 1e-3 * cut_ * model.network_ms, kLeastSeconds);
    const double energy_j =
        model.energy_at(latency_s) * std::exp(power.mean + z * std::sqrt(power.variance));
    const bool in_time =
        limit.rule == LatencyRule::kMean
            ? latency_s <= limit.qos_s
            : scatter_.beyond(1e3 * (limit.qos_s - usual_s) / unit_ms(model)) <= limit.late;
    return {latency_s, energy_j, in_time};
  }

  void learn(const Observation& o, bool weak, std::size_t processor, const RemoteParts& model,
             double latency_s, double energy_j) {
    const double unit = unit_ms(model);
    const double deviation = kOfMeanSize * scatter_.size() * unit;
    const learning::Surprise surprise =
        time_.add(time_terms(o, weak, processor, model), 1e3 * (latency_s - model.latency_s),
                  deviation * deviation, settings_.robust);
    scatter_.add(surprise.noise / unit);
    cut_ += (surprise.cut / unit - cut_) / std::min(++learned_ + 10.0, 500.0);
    power_.add(power_terms(o, weak, processor), std::log(energy_j / model.energy_at(latency_s)),
               kPowerNoise, settings_.robust);
  }

  std::size_t bytes() const {
    return time_.bytes() + power_.bytes() + sizeof scatter_ + sizeof cut_ + sizeof learned_;
  }

  nlohmann::ordered_json save() const {
    return {{"time", saved(time_)},
            {"power", saved(power_)},
            {"scatter", {{"size", scatter_.size()}, {"counts", scatter_.counts()}}},
            {"cut", cut_},
            {"learned", learned_}};
  }
  void load(const nlohmann::ordered_json& from) {
    load_delays(from, 0);
    restore(from.at("power"), power_);
  }
  /// What another phone saw of the same server: its delays, not its powers, with this share of
  /// doubt.
  void load_delays(const nlohmann::ordered_json& from, double doubt) {
    restore(from.at("time"), time_, doubt);
    scatter_.restore(positive(from.at("scatter"), "size"),
                     from.at("scatter").at("counts").get<learning::Scatter::Counts>());
    cut_ = from.at("cut").get<double>();
    learned_ = from.at("learned").get<double>();
  }

 private:
  static constexpr double kLeastSeconds = 1e-4;
  static constexpr double kOfMeanSize =
      1.25;  // of a mean absolute deviation to a standard one, if normal
  static constexpr double kPowerNoise = 0.02 * 0.02;  // variance of a logarithm; assumed
  static constexpr std::size_t kShared = 3;

  /// In units of which replies scatter.
  static double unit_ms(const RemoteParts& model) { return std::max(model.network_ms, 0.1); }

  std::vector<double> time_priors(std::size_t processors) const {
    const ModelError& b = settings_.believed;
    std::vector<double> deviations = {settings_.shared(b.link_rate),
                                      settings_.shared(0.5 * b.link_rate), settings_.shared(b.rtt)};
    const double unpooled = std::max({b.latency, b.link_rate, b.rtt});
    for (std::size_t p = 0; p < processors; ++p) {
      deviations.push_back(settings_.shared(0.7 * b.latency));
      deviations.insert(deviations.end(), settings_.dnns,
                        settings_.pooling ? 0.7 * b.latency : unpooled);
    }
    return deviations;
  }

  std::vector<double> power_priors(std::size_t processors) const {
    const double error = settings_.believed.power;
    std::vector<double> deviations = {settings_.shared(0.8 * error), settings_.shared(0.5 * error),
                                      0};
    for (std::size_t p = 0; p < processors; ++p) {
      deviations.push_back(settings_.shared(0.2 * error));
      deviations.insert(deviations.end(), settings_.dnns, (settings_.pooling ? 0.3 : 1) * error);
    }
    return deviations;
  }

  std::size_t own(std::size_t processor) const {
    return kShared + processor * (1 + settings_.dnns);
  }

  learning::Terms time_terms(const Observation& o, bool weak, std::size_t processor,
                             const RemoteParts& model) const {
    learning::Terms x;
    x.add(0, model.transfer_ms);
    if (weak) x.add(1, model.transfer_ms);
    x.add(2, model.network_ms);
    x.add(own(processor), model.service_ms);
    x.add(own(processor) + 1 + o.dnn, settings_.pooling ? model.service_ms : 1e3 * model.latency_s);
    return x;
  }

  learning::Terms power_terms(const Observation& o, bool weak, std::size_t processor) const {
    learning::Terms x;
    x.add(0);
    if (weak) x.add(1);
    x.add(own(processor));
    x.add(own(processor) + 1 + o.dnn);
    return x;
  }

  ResidualSettings settings_;
  learning::SparsePosterior time_;
  learning::SparsePosterior power_;
  learning::Scatter scatter_;
  double cut_ = 0;      // mean of what Huber's weights cut off, as a share of the network time
  double learned_ = 0;  // samples
};

}  // namespace autoscale
