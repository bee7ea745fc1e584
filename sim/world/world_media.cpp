// Transfers on an access point that several phones share.
#include "sim/world/world.h"

namespace autoscale {

void World::join_medium(std::uint32_t device) {
  Phone& phone = phones_[device];
  const std::size_t link = link_of(running(phone).site);
  Medium& medium = media_[link][medium_of(device, link)];
  phone.air_mark = medium.advance(engine_.now());
  medium.join(device, phone.left / rate_of(phone));
  schedule_medium(link, medium_of(device, link));
  schedule_rerate(device);
}

/// Schedules the end of the transfer that ends first; earlier such events become outdated.
void World::schedule_medium(std::size_t link, std::size_t m) {
  Medium& medium = media_[link][m];
  ++medium.stamp;
  if (medium.active() == 0) return;
  engine_.at(soon(medium.next_finish()), EventRank::kCompletion,
             {static_cast<std::uint8_t>(Kind::kMediumFinish), static_cast<std::uint8_t>(link),
              medium.stamp, static_cast<std::uint32_t>(m)});
}

void World::finish_on_medium(std::size_t link, std::size_t m, std::uint16_t stamp) {
  Medium& medium = media_[link][m];
  if (stamp != medium.stamp) return;
  medium.advance(engine_.now());
  const std::uint32_t device = medium.front();
  account_air(device);
  medium.pop();
  schedule_medium(link, m);
  finish_transfer(device);
}

/// Charges the air time a phone has had since its mark and takes it off the bits left.
void World::account_air(std::uint32_t device) {
  Phone& phone = phones_[device];
  const std::size_t link = link_of(running(phone).site);
  const double air_now = media_[link][medium_of(device, link)].advance(engine_.now());
  const double air_s = air_now - phone.air_mark;
  account_transfer(device, air_s);
  phone.left = std::max(0.0, phone.left - rate_of(phone) * air_s);
  phone.air_mark = air_now;
  phone.mark = engine_.now();
}

void World::schedule_rerate(std::uint32_t device) {
  Phone& phone = phones_[device];
  const Time change = next_signal_change(device, link_of(running(phone).site));
  if (change < kNever) {
    schedule(change, EventRank::kEnvironment, Kind::kMediumRerate, device, phone.generation);
  }
}

void World::rerate_on_medium(std::uint32_t device, std::uint16_t stamp) {
  Phone& phone = phones_[device];
  if (stamp != phone.generation) return;  // that transfer is over
  const std::size_t link = link_of(running(phone).site);
  account_air(device);
  refresh_link(device, link, engine_.now());
  media_[link][medium_of(device, link)].rework(device, phone.left / rate_of(phone));
  schedule_medium(link, medium_of(device, link));
  schedule_rerate(device);
}

}  // namespace autoscale
