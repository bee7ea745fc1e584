#include "sim/world/servers.h"

namespace autoscale {

Servers::Servers(const SystemModel& system, std::size_t phones) : system_(system) {
  for (const std::size_t workers : system.cloud.workers) pools_.emplace_back(workers);
  const std::size_t each = system.tablet.phones_each;
  const std::size_t tablets = each == 0 ? 1 : (phones + each - 1) / each;
  for (std::size_t t = 0; t < tablets; ++t) {
    for (const std::size_t workers : system.tablet.workers) pools_.emplace_back(workers);
  }
}

}  // namespace autoscale
