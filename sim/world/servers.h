// The servers: the cloud's worker pools, one per processor, and those of each tablet; and the batches
// in which they answer generative requests.
#pragma once

#include <vector>

#include "sim/models/batch_server.h"
#include "sim/models/server.h"
#include "sim/system/system_model.h"
#include "sim/world/phones.h"

namespace autoscale {

class Servers {
 public:
  /// Those of the phones in `range`, which holds all phones of each of its tablets. `system` must
  /// outlive it.
  Servers(const SystemModel& system, PhoneRange range);

  /// All workers free from kStart on.
  void reset() {
    for (WorkerPool& pool : pools_) pool.reset();
    for (BatchServer& batch : batches_) batch.reset();
  }

  /// Admits a phone's request to its server's processor `pool`, and returns when it starts.
  Time admit(const Phone& phone, Site site, std::size_t pool, Time now, Duration service) {
    return pools_[index(phone, site, pool)].admit(now, service);
  }
  /// When it would start.
  Time earliest_start(const Phone& phone, Site site, std::size_t pool, Time now) const {
    return pools_[index(phone, site, pool)].earliest_start(now);
  }

  /// Number of the batch of a phone's server with this law.
  std::uint32_t batch_of(const Phone& phone, Site site, const BatchLaw& law) const;
  BatchServer& batch(std::uint32_t number) { return batches_[number]; }
  const BatchServer& batch(std::uint32_t number) const { return batches_[number]; }

 private:
  std::size_t tablet_of(const Phone& phone) const {
    const std::uint32_t each = system_.tablet.phones_each;
    return each == 0 ? 0 : phone.number / each - first_tablet_;
  }
  std::size_t index(const Phone& phone, Site site, std::size_t pool) const {
    if (site == Site::kCloud) return pool;
    return system_.cloud.workers.size() + tablet_of(phone) * system_.tablet.workers.size() + pool;
  }
  void add_batches(const ServerSetup& server, std::size_t phones);

  const SystemModel& system_;
  std::size_t first_tablet_ = 0;
  std::vector<WorkerPool> pools_;     // the cloud's processors, then each tablet's
  std::vector<BatchServer> batches_;  // likewise
};

}  // namespace autoscale
