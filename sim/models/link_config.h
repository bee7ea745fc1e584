// The shape of a link technology file (device_profiles/links/*.yaml).
#pragma once

#include <optional>
#include <string>

#include "sim/config/fields.h"
#include "sim/core/quantity.h"
#include "sim/core/time.h"
#include "sim/models/kinds.h"

namespace autoscale {

using config::Sourced;
using config::SourcedList;

struct RateLawConfig {
  SourcedList<Dbm> signal;
  SourcedList<BitsPerSecond> rate;

  template <class V>
  void fields(V& v) {
    v.required("signal", signal, "signal strength at the table's points, ascending",
               config::increasing);
    v.required("rate", rate, "application rate at each point, never falling", config::positive);
  }
};

struct PowerFactorConfig {
  SourcedList<Dbm> signal;
  SourcedList<double> factor;

  template <class V>
  void fields(V& v) {
    v.required("signal", signal, "signal strength at the table's points, ascending",
               config::increasing);
    v.required("factor", factor, "factor on the power at each point", config::positive);
  }
};

struct RttConfig {
  Sourced<Duration> median;
  Sourced<Duration> p90;
  std::optional<Sourced<Duration>> correlation_time;

  template <class V>
  void fields(V& v) {
    v.required("median", median, "median round trip to the server behind the link",
               config::non_negative);
    v.required("p90", p90, "90th percentile of the same", config::non_negative);
    v.optional("correlation_time", correlation_time,
               "in which slow round trips come together; without it they are independent",
               config::positive);
  }
};

struct RadioStateConfig {
  Sourced<Duration> time;
  Sourced<Watts> power;

  template <class V>
  void fields(V& v) {
    v.required("time", time, "how long the state lasts", config::non_negative);
    v.required("power", power, "power in it, above the baseline", config::non_negative);
  }
};

/// A state after the last transfer; with a promotion if sending from it must wait.
struct TailStateConfig {
  Sourced<Duration> time;
  Sourced<Watts> power;
  std::optional<RadioStateConfig> promotion;

  template <class V>
  void fields(V& v) {
    v.required("time", time, "how long the state lasts", config::non_negative);
    v.required("power", power, "power in it, above the baseline", config::non_negative);
    v.optional("promotion", promotion, "from it back to connected");
  }
};

/// A transfer of an idle connection begins with a small window (sim/models/slow_start.h).
struct SlowStartConfig {
  Sourced<int> initial_window;
  Sourced<Bits> segment;
  bool idle_reset = true;
  Sourced<Duration> idle_timeout;

  template <class V>
  void fields(V& v) {
    v.required("initial_window", initial_window, "segments sent before the first acknowledgement",
               config::positive);
    v.required("segment", segment, "payload of a segment", config::positive);
    v.optional("idle_reset", idle_reset,
               "the window falls back when the connection is idle; false: it stays warm");
    v.required("idle_timeout", idle_timeout, "idle time after which it falls back",
               config::non_negative);
  }
};

struct LinkConfig {
  std::string name;
  SignalKind signal{};
  Sourced<Dbm> regular_signal;
  Sourced<Dbm> weak_signal;
  Sourced<Dbm> weak_threshold;
  RateLawConfig uplink;
  RateLawConfig downlink;
  PowerFactorConfig tx_power_factor;
  std::optional<PowerFactorConfig> rx_power_factor;
  RttConfig rtt;
  std::optional<SlowStartConfig> slow_start;
  std::optional<RadioStateConfig> promotion;
  std::optional<config::OneOrMore<TailStateConfig>> tail;

  template <class V>
  void fields(V& v) {
    v.required("name", name, "technology; names the radio in the device profile");
    v.required("signal", signal, "what its signal strength means");
    v.required("regular_signal", regular_signal, "a usual fixed position");
    v.required("weak_signal", weak_signal, "a bad fixed position");
    v.required("weak_threshold", weak_threshold, "weak at or below");
    v.required("uplink", uplink, "rate from phone to server");
    v.required("downlink", downlink, "rate from server to phone");
    v.required("tx_power_factor", tx_power_factor, "sending power against signal strength");
    v.optional("rx_power_factor", rx_power_factor,
               "receiving power against signal strength; without it 1");
    v.required("rtt", rtt, "round trip, log-normal");
    v.optional("slow_start", slow_start, "first bytes of an idle connection (TCP)");
    v.optional("promotion", promotion, "from idle to connected");
    v.optional("tail", tail,
               "radio kept awake after the last transfer: a state, or several in order");
  }
};

}  // namespace autoscale
