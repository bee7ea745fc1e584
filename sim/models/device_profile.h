// A device type, ready for use: what a profile file says, checked and in SI units. Immutable and
// shared by all devices of the type.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/models/batch_server.h"
#include "sim/models/device_config.h"
#include "sim/models/processor.h"
#include "sim/models/thermal.h"

namespace autoscale {

class LatencyTable;

/// Radio power above the baseline. Watts, and watts per bit/s.
struct RadioPower {
  std::string technology;
  double tx_w = 0;
  double tx_w_per_bps = 0;
  double rx_w = 0;
  double rx_w_per_bps = 0;
  double listen_w = 0;
};

/// A generative network that a server answers in batches.
struct Batching {
  Located<std::string> dnn;
  std::vector<Located<std::string>> answers;  // to requests for these too
  ProcessorKind processor{};
  Precision precision{};
  BatchLaw law;

  bool answers_to(std::string_view id) const;
};

struct DeviceProfile {
  std::string id;    // file stem
  std::string name;  // marketing name
  DeviceKind kind{};
  std::string latency_device;  // its key in the latency table
  double latency_factor = 1;   // on the latencies found there
  double baseline_w = 0;
  double battery_j = 0;  // 0: mains
  Contention contention;
  std::optional<ThermalNode> thermal;
  std::vector<Processor> processors;
  std::vector<Batching> batching;
  std::vector<RadioPower> radios;
  /// What a table beside a profile given by path says; null: the catalog knows all its latencies.
  std::shared_ptr<const LatencyTable> latencies;

  const Processor* processor(ProcessorKind kind) const;
  const RadioPower* radio(std::string_view technology) const;
  /// How it answers requests for a network in batches; null if it does not.
  const Batching* batches(std::string_view dnn, ProcessorKind processor, Precision precision) const;
};

/// Checks `config` and turns it into a profile; `level` overrides the file's own power level.
/// Problems that the field list cannot see (unequal lengths, missing parts) go to `diagnostics`.
DeviceProfile make_device_profile(std::string id, const DeviceConfig& config,
                                  std::optional<PowerLevel> level, const config::Mark& where,
                                  config::Diagnostics& diagnostics);

}  // namespace autoscale
