#include "sim/world/request_noise.h"

#include <cmath>

namespace autoscale {
namespace {

/// Noise draws of one request: one per processor of the phone, the cloud and the tablet.
constexpr std::uint64_t kNoiseSlots = 16;
constexpr std::uint64_t noise_slot(Site site, std::size_t processor) {
  const std::uint64_t base = site == Site::kPhone ? 0 : site == Site::kCloud ? 4 : 8;
  return base + processor;
}

/// Correlated round trips: slots per correlation time, slots that still weigh, and the first slot's
/// number, beyond every request's.
constexpr std::uint64_t kSlotsPerTau = 8;
constexpr std::uint64_t kSlotsKept = 40;
constexpr std::uint64_t kCorrelated = std::uint64_t{1} << 40;

}  // namespace

RequestNoise::RequestNoise(const RunState& run) : run_(run) {
  for (std::size_t l = 0; l < kLinks; ++l) {
    rtt_mean_s_[l] = run.system().links[l].technology.rtt_mean_s();
  }
}

double RequestNoise::factor(const Observation& o, Site site, std::size_t processor,
                            double cv) const {
  if (!run_.system().noise) return 1;
  const std::uint64_t slot = o.request * kNoiseSlots + noise_slot(site, processor);
  return run_.random().at(Stream::kServiceNoise, o.phone, slot).log_normal_unit_mean(cv);
}

/// With a correlation time tau it is an AR(1) process, constant over slots of tau / 8, written as
/// the weighted sum of the last 40 slots' own draws (later weights are below e^-5), so that it can
/// be asked for at any time.
double RequestNoise::rtt_deviate(const Observation& o, std::size_t link) const {
  const double tau = run_.system().links[link].technology.rtt_correlation_s;
  const std::uint64_t slot =
      kCorrelated + static_cast<std::uint64_t>(to_seconds(o.now - kStart) * kSlotsPerTau / tau);
  const double keep = std::exp(-1.0 / kSlotsPerTau);
  double sum = 0, squares = 0, weight = 1;
  for (std::uint64_t back = 0; back < kSlotsKept; ++back, weight *= keep) {
    Draw draw = run_.random().at(Stream::kNetworkLatency, o.phone, (slot - back) * kLinks + link);
    sum += weight * draw.normal();
    squares += weight * weight;
  }
  return sum / std::sqrt(squares);
}

double RequestNoise::rtt_s(const Observation& o, std::size_t link) const {
  if (!run_.system().noise) return rtt_mean_s_[link];
  const LinkTechnology& technology = run_.system().links[link].technology;
  if (technology.rtt_correlation_s > 0) {
    return technology.rtt_median_s * std::exp(technology.rtt_sigma * rtt_deviate(o, link));
  }
  return run_.random()
      .at(Stream::kNetworkLatency, o.phone, std::uint64_t{o.request} * kLinks + link)
      .log_normal_median(technology.rtt_median_s, technology.rtt_sigma);
}

}  // namespace autoscale
