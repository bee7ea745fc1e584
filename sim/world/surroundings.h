// What surrounds the phones: how the signals, the co-runner, the temperature and the radios of a
// phone change with time, by themselves or as the variance grid sets them.
//
// A phone's conditions are brought up to date when somebody looks, never by ticks.
#pragma once

#include <array>
#include <vector>

#include "sim/policy/observation.h"
#include "sim/system/system_model.h"
#include "sim/world/phone.h"
#include "sim/world/run_state.h"

namespace autoscale {

class Surroundings {
 public:
  /// `run` must outlive it.
  explicit Surroundings(const RunState& run);

  /// The phone as a phase begins: cool and idle.
  void begin_phase(Phone& phone, Time now) const;
  /// No work is in flight: the co-runner has the CPU to itself.
  void rest(Phone& phone) const;
  /// Brings signals, co-runner and temperature of a phone to `now`.
  void refresh(Phone& phone, Time now) const;
  /// The same for one link's signal.
  void refresh_link(Phone& phone, std::size_t link, Time now) const {
    const SignalState& signal = phone.conditions.links[link].signal;
    if (!run_.phase().grid() && run_.variance().signals[link]->changes(signal)) {
      change_link(phone, link, now);
    }
  }
  /// Temperature up to `now` under the power since the last look.
  void warm(Phone& phone, Time now) const;
  /// Signals and load of the variance state of the phone's present request.
  void set_grid_conditions(Phone& phone) const;

  /// What the phone sees before a request for `dnn`.
  Observation observe(const Phone& phone, std::uint16_t dnn, Time now) const;
  /// Tail time that a request using the link now would be charged.
  double tail_s(const Phone& phone, std::size_t link, Time now) const;
  /// What the radio needs from the state it is in before sending can start.
  Promotion promotion(const Phone& phone, std::size_t link, Time now) const;
  /// Whether the link's connection has been idle for so long that its next transfer starts slowly.
  bool cold(const Phone& phone, std::size_t link, Time now) const;
  Time next_signal_change(const Phone& phone, std::size_t link) const;
  Time next_load_change(const Phone& phone) const {
    return run_.phase().grid() ? kNever : run_.world_time(phone.conditions.co_runner.until);
  }
  /// When heat caps a phone anew, or frees it, if its work, load and conditions stay as they are.
  /// Call it after warm(), and again when the power changes. kNever too for phones whose profile has
  /// neither skin nor floor_trip: those keep the cap of the decision to the end.
  Time next_heat_change(const Phone& phone) const;
  /// The action that heat leaves of `action`: the same with its operating point capped.
  ActionId capped(const Phone& phone, ActionId action) const;

 private:
  /// refresh_link() where the signal can have changed.
  void change_link(Phone& phone, std::size_t link, Time now) const;
  double drawn_w(const Phone& phone) const;
  /// Since the last transfer; infinite before the first.
  static double idle_s(const PhoneLink& link, Time now);
  static std::uint32_t link_entity(const Phone& phone, std::size_t link) {
    return static_cast<std::uint32_t>(phone.number * kLinks + link);
  }

  const SystemModel& system_;
  const RunState& run_;
  std::vector<std::array<std::array<LinkConditions, 2>, kLinks>> grid_links_;  // [type][link][weak]
};

}  // namespace autoscale
