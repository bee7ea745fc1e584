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
    v.required("factor", factor, "factor on the sending power at each point", config::positive);
  }
};

struct RttConfig {
  Sourced<Duration> median;
  Sourced<Duration> p90;

  template <class V>
  void fields(V& v) {
    v.required("median", median, "median round trip to the server behind the link",
               config::non_negative);
    v.required("p90", p90, "90th percentile of the same", config::non_negative);
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

struct LinkConfig {
  std::string name;
  SignalKind signal{};
  Sourced<Dbm> regular_signal;
  Sourced<Dbm> weak_signal;
  Sourced<Dbm> weak_threshold;
  RateLawConfig uplink;
  RateLawConfig downlink;
  PowerFactorConfig tx_power_factor;
  RttConfig rtt;
  std::optional<RadioStateConfig> promotion;
  std::optional<RadioStateConfig> tail;

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
    v.required("rtt", rtt, "round trip, log-normal");
    v.optional("promotion", promotion, "from idle to connected");
    v.optional("tail", tail, "radio kept awake after the last transfer");
  }
};

}  // namespace autoscale
