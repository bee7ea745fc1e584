// Apps that run beside the inference and compete for CPU and memory.
//
// Model   a load (CPU utilisation, memory utilisation) that changes at instants: `steady` never,
//         `bursts` alternates log-normal bursts and exponential pauses (web browsing), `switching`
//         goes round a list of apps every `period`.
// Range   lengths from 1 ms (shorter ones would only cost run time) to a day.
// Grid    activity i's length is addressed by i: the load never depends on when somebody looks.
// Source  utilisation levels from the paper's state bins; lengths are assumptions (A).
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "sim/config/fields.h"
#include "sim/core/random_field.h"
#include "sim/core/time.h"
#include "sim/models/processor.h"

namespace autoscale {

/// Check on the lengths of activities.
inline constexpr config::Interval kActivityLength =
    config::range(Duration(std::chrono::milliseconds(1)), Duration(std::chrono::hours(24)));

struct LoadConfig {
  double cpu = 0;
  double memory = 0;
  template <class V>
  void fields(V& v) {
    v.required("cpu", cpu, "CPU utilisation", config::ratio);
    v.required("memory", memory, "memory utilisation", config::ratio);
  }
  CoRunnerLoad load() const { return {cpu, memory}; }
};

struct NoCoRunner {
  static constexpr std::string_view kName = "none";
  template <class V>
  void fields(V&) {}
};
struct SteadyCoRunner {
  static constexpr std::string_view kName = "steady";
  double cpu = 0;
  double memory = 0;
  template <class V>
  void fields(V& v) {
    v.required("cpu", cpu, "CPU utilisation", config::ratio);
    v.required("memory", memory, "memory utilisation", config::ratio);
  }
};
struct BurstyCoRunner {
  static constexpr std::string_view kName = "bursts";
  LoadConfig burst;
  Duration burst_median{};
  Duration burst_p90{};
  LoadConfig pause;
  Duration pause_mean{};
  template <class V>
  void fields(V& v) {
    v.required("burst", burst, "load in a burst");
    v.required("burst_median", burst_median, "median length of a burst (log-normal)",
               kActivityLength);
    v.required("burst_p90", burst_p90, "90th percentile of the same", kActivityLength,
               [this](Duration p90) {
                 return p90 < burst_median ? "must not be below burst_median" : "";
               });
    v.required("pause", pause, "load between bursts");
    v.required("pause_mean", pause_mean, "mean length of a pause (exponential)", kActivityLength);
  }
};
using AppConfig = std::variant<NoCoRunner, SteadyCoRunner, BurstyCoRunner>;

struct SwitchingCoRunner {
  static constexpr std::string_view kName = "switching";
  Duration period{};
  std::vector<AppConfig> apps;
  template <class V>
  void fields(V& v) {
    v.required("period", period, "an app runs this long", kActivityLength);
    v.required("apps", apps, "the apps, in turn", config::non_empty);
  }
};
using CoRunnerConfig = std::variant<NoCoRunner, SteadyCoRunner, BurstyCoRunner, SwitchingCoRunner>;

/// Where one phone is in its co-runner process.
struct CoRunnerState {
  CoRunnerLoad load;
  Time until{};            // the load holds before this instant
  std::uint32_t draw = 0;  // index of the next draw
  std::uint16_t app = 0;
  bool started = false;
  bool burst = false;
};

class CoRunnerProcess {
 public:
  explicit CoRunnerProcess(const CoRunnerConfig& config);

  /// Brings `state` of `phone` to `now`; true if the load changed. `now` never runs backwards.
  bool advance(CoRunnerState& state, Time now, const RandomField& random,
               std::uint32_t phone) const;

 private:
  struct App {
    bool bursty = false;
    CoRunnerLoad calm;  // the steady load, or that of a pause
    CoRunnerLoad burst;
    double burst_median_s = 0;
    double burst_sigma = 0;
    double pause_mean_s = 0;
  };

  static App make_app(const AppConfig& config);
  void start_app(CoRunnerState& state, Time at, const RandomField& random,
                 std::uint32_t phone) const;
  void next_activity(CoRunnerState& state, Time at, const RandomField& random,
                     std::uint32_t phone) const;

  std::vector<App> apps_;
  Duration switch_period_{};  // zero: one app for ever
};

}  // namespace autoscale
