// The random factors of one request: of its service on every processor, and its round trips. They
// are addressed by the request, so all policies meet the same.
#pragma once

#include <array>

#include "sim/policy/observation.h"
#include "sim/world/run_state.h"

namespace autoscale {

class RequestNoise {
 public:
  /// `run` must outlive it.
  explicit RequestNoise(const RunState& run);

  /// Factor on the time of a local inference; mean 1.
  double local(const Observation& o, ProcessorKind kind, double cv) const {
    return factor(o, Site::kPhone, static_cast<std::size_t>(kind), cv);
  }
  /// Factor on the service time on a server's processor; mean 1.
  double server(const Observation& o, Site site, std::size_t pool, double cv) const {
    return factor(o, site, pool, cv);
  }
  /// Seconds of a round trip on a link.
  double rtt_s(const Observation& o, std::size_t link) const;

 private:
  /// Standard normal, for the round trip of a request's link.
  double rtt_deviate(const Observation& o, std::size_t link) const;
  double factor(const Observation& o, Site site, std::size_t processor, double cv) const;

  const RunState& run_;
  std::array<double, kLinks> rtt_mean_s_;
};

}  // namespace autoscale
