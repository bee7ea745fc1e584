// The air: transfers between phones and servers, on links of a phone's own or on access points that
// several phones share.
//
// A transfer of its own runs at the link's rate, re-rated at every change of the signal by an event
// of its phone. Transfers on a shared medium get equal air time; each medium has one valid pending
// event, the end of the transfer that ends first.
#pragma once

#include <array>
#include <vector>

#include "sim/models/medium.h"
#include "sim/world/events.h"
#include "sim/world/phones.h"
#include "sim/world/surroundings.h"

namespace autoscale {

class Air {
 public:
  /// All must outlive it.
  Air(const SystemModel& system, std::size_t phones, const Surroundings& surroundings,
      Engine& engine);

  /// No transfers, at time 0; keeps what was allocated.
  void reset();

  /// Begins to send or, unless the request is uploading, to receive `bits` on the link of its work.
  /// A slow start comes first, as one pause.
  void start(Phone& phone, double bits);
  /// The transfer proper, after the pause.
  void transfer(Phone& phone);
  /// A stream that was received between other waiting is over: only now the radio's tail begins.
  void end_stream(Phone& phone) const;
  /// Event of a transfer on a link of its own: whether the transfer is over.
  bool step(Phone& phone);
  /// Event of a medium: the phone whose transfer is over, or null if the event is outdated.
  Phone* finish_on_medium(Event event, Phones& phones);
  /// Event of a transfer on a medium: the signal may have changed.
  void rerate(Phone& phone, std::uint16_t stamp);

  /// The share of the air time that one more transfer of the phone would get.
  double share(const Phone& phone, std::size_t link) const {
    if (!system_.links[link].shared()) return 1;
    return 1.0 / static_cast<double>(media_[link][medium_of(phone, link)].active() + 1);
  }

 private:
  std::size_t medium_of(const Phone& phone, std::size_t link) const {
    return phone.number / system_.links[link].sharers;
  }
  Medium& medium(const Phone& phone, std::size_t link) {
    return media_[link][medium_of(phone, link)];
  }
  const RequestModel& model(const Phone& phone) const {
    return system_.types[phone.type].dnns[phone.request.observation.dnn].request;
  }
  void schedule_step(Phone& phone);
  void join(Phone& phone);
  void schedule_medium(std::size_t link, std::size_t medium);
  void schedule_rerate(const Phone& phone);
  void account_medium(Phone& phone);
  void account(Phone& phone, double air_s) const;
  void close(Phone& phone) const;

  const SystemModel& system_;
  const Surroundings& surroundings_;
  Engine& engine_;
  std::array<std::vector<Medium>, kLinks> media_;  // empty for a link that is not shared
};

}  // namespace autoscale
