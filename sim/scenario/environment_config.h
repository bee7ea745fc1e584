// The shape of an environment file (scenarios/environments/*.yaml).
#pragma once

#include <string>

#include "sim/config/fields.h"
#include "sim/core/quantity.h"
#include "sim/models/co_runner.h"
#include "sim/models/signal.h"

namespace autoscale {

/// What varies at run time: co-running apps and signal strengths.
struct EnvironmentConfig {
  std::string name;
  std::string summary;
  CoRunnerConfig co_runner;
  SignalConfig cloud_signal;
  SignalConfig tablet_signal;
  Watts outside_heat{};

  template <class V>
  void fields(V& v) {
    v.required("name", name, "name");
    v.optional("summary", summary, "one line on what it stands for");
    v.optional("co_runner", co_runner, "apps running beside the inference");
    v.optional("cloud_signal", cloud_signal, "signal of the link to the cloud");
    v.optional("tablet_signal", tablet_signal, "signal of the link to the tablet");
    v.optional("outside_heat", outside_heat,
               "what a hand or the sun adds to the power that warms the phone's skin");
  }
};

}  // namespace autoscale
