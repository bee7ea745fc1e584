#include "sim/world/servers.h"

#include <algorithm>

#include "sim/core/check.h"

namespace autoscale {

Servers::Servers(const SystemModel& system, PhoneRange range) : system_(system) {
  for (const std::size_t workers : system.cloud.workers) pools_.emplace_back(workers);
  add_batches(system.cloud, range.size());
  const std::size_t each = system.tablet.phones_each;
  first_tablet_ = each == 0 ? 0 : range.first / each;
  const std::size_t tablets = each == 0 ? 1 : (range.end + each - 1) / each - first_tablet_;
  for (std::size_t t = 0; t < tablets; ++t) {
    for (const std::size_t workers : system.tablet.workers) pools_.emplace_back(workers);
    add_batches(system.tablet, range.size());
  }
}

void Servers::add_batches(const ServerSetup& server, std::size_t phones) {
  for (const Batching& batching : server.profile.batching) {
    batches_.emplace_back(batching.law, server.background, phones);
  }
}

std::uint32_t Servers::batch_of(const Phone& phone, Site site, const BatchLaw& law) const {
  const ServerSetup& server = site == Site::kCloud ? system_.cloud : system_.tablet;
  const std::vector<Batching>& own = server.profile.batching;
  const auto entry =
      std::find_if(own.begin(), own.end(), [&law](const Batching& b) { return &b.law == &law; });
  AUTOSCALE_CHECK(entry != own.end(), "a batch of another server");
  const std::size_t before =
      site == Site::kCloud ? 0
                           : system_.cloud.profile.batching.size() + tablet_of(phone) * own.size();
  return static_cast<std::uint32_t>(before + static_cast<std::size_t>(entry - own.begin()));
}

}  // namespace autoscale
