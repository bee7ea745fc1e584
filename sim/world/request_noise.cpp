#include "sim/world/request_noise.h"

namespace autoscale {
namespace {

/// Noise draws of one request: one per processor of the phone, the cloud and the tablet.
constexpr std::uint64_t kNoiseSlots = 16;
constexpr std::uint64_t noise_slot(Site site, std::size_t processor) {
  const std::uint64_t base = site == Site::kPhone ? 0 : site == Site::kCloud ? 4 : 8;
  return base + processor;
}

}  // namespace

double RequestNoise::factor(const Observation& o, Site site, std::size_t processor,
                            double cv) const {
  if (!run_.system().noise) return 1;
  const std::uint64_t slot = o.request * kNoiseSlots + noise_slot(site, processor);
  return run_.random().at(Stream::kServiceNoise, o.phone, slot).log_normal_unit_mean(cv);
}

double RequestNoise::rtt_s(const Observation& o, std::size_t link) const {
  const LinkTechnology& technology = run_.system().links[link].technology;
  if (!run_.system().noise) return technology.rtt_mean_s();
  return run_.random()
      .at(Stream::kNetworkLatency, o.phone, std::uint64_t{o.request} * kLinks + link)
      .log_normal_median(technology.rtt_median_s, technology.rtt_sigma);
}

}  // namespace autoscale
