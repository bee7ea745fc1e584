// The servers: the cloud's worker pools, one per processor, and those of each tablet.
#pragma once

#include <vector>

#include "sim/models/server.h"
#include "sim/system/system_model.h"
#include "sim/world/phone.h"

namespace autoscale {

class Servers {
 public:
  /// `system` must outlive it.
  Servers(const SystemModel& system, std::size_t phones);

  /// All workers free from kStart on.
  void reset() {
    for (WorkerPool& pool : pools_) pool.reset();
  }

  /// Admits a phone's request to its server's processor `pool`, and returns when it starts.
  Time admit(const Phone& phone, Site site, std::size_t pool, Time now, Duration service) {
    return pools_[index(phone, site, pool)].admit(now, service);
  }
  /// When it would start.
  Time earliest_start(const Phone& phone, Site site, std::size_t pool, Time now) const {
    return pools_[index(phone, site, pool)].earliest_start(now);
  }

 private:
  std::size_t index(const Phone& phone, Site site, std::size_t pool) const {
    if (site == Site::kCloud) return pool;
    const ServerSetup& tablets = system_.tablet;
    const std::size_t tablet = tablets.phones_each == 0 ? 0 : phone.number / tablets.phones_each;
    return system_.cloud.workers.size() + tablet * tablets.workers.size() + pool;
  }

  const SystemModel& system_;
  std::vector<WorkerPool> pools_;  // the cloud's processors, then each tablet's
};

}  // namespace autoscale
