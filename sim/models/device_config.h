// The shape of a device profile file (device_profiles/*.yaml): what may stand in it, and in which
// unit.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/fields.h"
#include "sim/core/quantity.h"
#include "sim/core/time.h"
#include "sim/models/batch_config.h"
#include "sim/models/generation_config.h"
#include "sim/models/kinds.h"

namespace autoscale {

using config::Located;
using config::Sourced;
using config::SourcedList;

/// One precision a processor can run: its own rows of the latency table, or derived from another
/// one.
struct PrecisionConfig {
  std::optional<Sourced<double>> power_ratio;     // busy power over that of the power table
  std::optional<Precision> from;                  // precision whose latency this one derives from
  std::optional<Sourced<double>> compute_factor;  // on the compute part of that latency

  template <class V>
  void fields(V& v) {
    v.optional("power_ratio", power_ratio, "busy power over the table's", config::positive);
    v.optional("from", from, "precision of the latency table this one is derived from");
    v.optional("compute_factor", compute_factor, "factor on the compute part of `from`",
               config::positive);
  }
};

struct ProcessorConfig {
  Located<ProcessorKind> name{};
  std::string model;
  SourcedList<Hertz> frequency;
  SourcedList<Watts> power;
  std::optional<Sourced<Watts>> paper_power;
  Sourced<Duration> overhead;
  Sourced<double> noise_cv;
  std::optional<Sourced<double>> latency_factor;
  std::optional<Sourced<double>> ridge_factor;
  std::map<Precision, PrecisionConfig> precisions;
  std::optional<PhasePowerConfig> generation;
  std::optional<config::OneOrMore<Precision>> serves;
  std::size_t workers = 1;

  template <class V>
  void fields(V& v) {
    v.required("name", name, "kind of processor");
    v.required("model", model, "cores used and their marketing name");
    v.required("frequency", frequency, "clock of each operating point, ascending", config::positive,
               config::increasing);
    v.required("power", power,
               "busy power of all cores used at each operating point, above the baseline",
               config::positive, config::increasing);
    v.optional("paper_power", paper_power, "the paper's maximum busy power", config::positive);
    v.required("overhead", overhead,
               "runtime overhead per inference, inside the latency table's figure",
               config::non_negative);
    v.required("noise_cv", noise_cv, "coefficient of variation of the execution time",
               config::range(0.0, 1.0));
    v.optional("latency_factor", latency_factor, "factor on its rows of the latency table",
               config::positive);
    v.optional("ridge_factor", ridge_factor,
               "factor on the roofline's ridge: above 1 less of a latency follows the clock",
               config::positive);
    v.required("precisions", precisions, "precisions it runs");
    v.optional("generation", generation, "powers in the two phases of generative networks");
    v.optional("serves", serves, "the precisions offered to phones, at the top operating point");
    v.optional("workers", workers, "requests served at the same time", config::positive);
  }
};

struct BatteryConfig {
  Sourced<AmpereHours> capacity;
  Sourced<Volts> voltage;

  template <class V>
  void fields(V& v) {
    v.required("capacity", capacity, "charge of a full battery", config::positive);
    v.required("voltage", voltage, "nominal voltage", config::positive);
  }
};

struct SkinConfig {
  Located<Sourced<Watts>> budget;
  Sourced<Duration> time_constant;
  Sourced<double> hysteresis;
  Sourced<Duration> period;

  template <class V>
  void fields(V& v) {
    v.required("budget", budget, "power of the whole device that its skin bears for ever",
               config::positive);
    v.required("time_constant", time_constant, "of the skin", config::positive);
    v.required("hysteresis", hysteresis,
               "share of the budget below which operating points are given back",
               config::range(0.0, 0.9));
    v.required("period", period, "from one change of the operating point to the next, at least",
               config::positive);
  }
};

struct FloorTripConfig {
  Sourced<Celsius> temperature;
  Located<Sourced<Celsius>> recovery;

  template <class V>
  void fields(V& v) {
    v.required("temperature", temperature, "at which every processor falls to its lowest point");
    v.required("recovery", recovery, "at which the SoC has cooled down again");
  }
};

struct ThermalConfig {
  Sourced<KelvinsPerWatt> resistance;
  Sourced<Duration> time_constant;
  Sourced<Celsius> ambient;
  SourcedList<Celsius> trips;
  Sourced<Kelvins> hysteresis;
  Sourced<int> steps_per_trip;
  std::optional<SkinConfig> skin;
  std::optional<FloorTripConfig> floor_trip;

  template <class V>
  void fields(V& v) {
    v.required("resistance", resistance, "SoC to ambient", config::positive);
    v.required("time_constant", time_constant, "of the one thermal node", config::positive);
    v.required("ambient", ambient, "air temperature");
    v.required("trips", trips, "temperatures at which the operating point is capped",
               config::increasing);
    v.required("hysteresis", hysteresis, "below a trip at which its cap is lifted",
               config::non_negative);
    v.required("steps_per_trip", steps_per_trip, "operating points taken away per trip",
               config::positive);
    v.optional("skin", skin, "power that can be sustained");
    v.optional("floor_trip", floor_trip, "the SoC's last resort");
  }
};

struct ContentionConfig {
  Sourced<double> cpu;
  Sourced<double> memory;
  std::optional<Sourced<double>> stall_power;

  template <class V>
  void fields(V& v) {
    v.required("cpu", cpu, "c in t / (1 - c u), CPU only", config::range(0.0, 0.99));
    v.required("memory", memory, "k in t_memory (1 + k m)", config::non_negative);
    v.optional("stall_power", stall_power,
               "power while waiting for contended memory, over the busy power", config::ratio);
  }
};

struct RadioConfig {
  Sourced<Watts> tx_power;
  std::optional<Sourced<WattsPerBitPerSecond>> tx_power_per_rate;
  Sourced<Watts> rx_power;
  std::optional<Sourced<WattsPerBitPerSecond>> rx_power_per_rate;
  Sourced<Watts> listen_power;

  template <class V>
  void fields(V& v) {
    v.required("tx_power", tx_power, "while sending, above the baseline", config::non_negative);
    v.optional("tx_power_per_rate", tx_power_per_rate, "added per sending rate",
               config::non_negative);
    v.required("rx_power", rx_power, "while receiving, above the baseline", config::non_negative);
    v.optional("rx_power_per_rate", rx_power_per_rate, "added per receiving rate",
               config::non_negative);
    v.required("listen_power", listen_power, "awake and waiting, above the baseline",
               config::non_negative);
  }
};

/// Where a device without own measurements takes its rows of the latency table from.
struct LatencyFromConfig {
  Located<std::string> device;
  Sourced<double> factor;

  template <class V>
  void fields(V& v) {
    v.required("device", device, "device of the latency table");
    v.required("factor", factor, "factor on its latencies", config::positive);
  }
};

struct DeviceConfig {
  std::string name;
  DeviceKind kind{};
  std::optional<LatencyFromConfig> latency_from;
  PowerLevel power_level = PowerLevel::kPaper;
  Sourced<Watts> baseline_power;
  std::optional<BatteryConfig> battery;
  std::optional<ThermalConfig> thermal;
  std::optional<ContentionConfig> contention;
  std::vector<ProcessorConfig> processors;
  std::vector<BatchingConfig> batching;
  std::map<std::string, RadioConfig> radios;

  template <class V>
  void fields(V& v) {
    v.required("name", name, "marketing name");
    v.required("kind", kind, "what role it plays");
    v.optional("latency_from", latency_from, "borrow another device's rows of the latency table");
    v.optional("power_level", power_level, "height of the power tables");
    v.required("baseline_power", baseline_power,
               "the awake device without busy processors and radios", config::non_negative);
    v.optional("battery", battery, "battery");
    v.optional("thermal", thermal, "lumped thermal node of the SoC");
    v.optional("contention", contention, "how co-running apps slow inference down");
    v.required("processors", processors, "processors that can run a DNN", config::non_empty);
    v.optional("batching", batching, "generative networks that a server answers in batches");
    v.optional("radios", radios, "radio power by link technology");
  }
};

}  // namespace autoscale
