// What every action of a phone would cost for one request under given conditions, without noise:
// how a person checks the model by hand.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/system/choice.h"
#include "sim/system/system_model.h"

namespace autoscale {

struct ExplainRequest {
  std::string device = "mi8pro";
  std::string dnn;
  std::string use_case;                      // empty: the first one that uses the DNN
  std::map<std::string, double> signal_dbm;  // by link technology; others at their regular signal
  // Of the link to the cloud and of that to the tablet, whatever they are called.
  std::array<std::optional<double>, kLinks> site_signal_dbm{};
  double co_cpu = 0;
  double co_memory = 0;
  bool warm = false;                            // the connections have not been idle
  std::vector<ProcessorKind> cloud_processors;  // that it offers; empty: all
  std::vector<ProcessorKind> tablet_processors;
  std::string cloud_link = "wifi";
  std::string tablet_link = "wifi_direct";
  std::string cloud = "cloud_server";
  std::string tablet = "galaxy_tab_s6";
  std::optional<double> prompt_tokens;  // of a generative request; else the use case's mean
  std::optional<double> output_tokens;
  double background = 0;  // other users' sequences in the cloud's batches
  double accuracy_target = 50;
  AccuracySet accuracy_set = AccuracySet::kPostTraining;
  AccountingMode accounting = AccountingMode::kWholePhone;
  std::optional<PowerLevel> power_level;
  Upload upload = Upload::kRaw;
  Detections detections = Detections::kBoxes;
};

struct ExplainedAction {
  ActionId action = 0;
  std::string name;
  double frequency_hz = 0;
  bool allowed = false;
  std::string why;  // the constraint it misses or why it is illegal; empty if allowed
  bool legal = false;
  bool chosen = false;  // what Opt takes
  double accuracy = 0;  // on the target's scale, percent
  Cost cost;
};

struct Explanation {
  std::string use_case;
  double qos_s = 0;
  double token_qos_s = 0;  // 0: none
  Conditions conditions;
  std::vector<ExplainedAction> actions;
};

/// Throws ConfigError for unknown names.
Explanation explain(const Catalog& catalog, const ExplainRequest& request);

/// One row per action with all figures; times in ms, energies in mJ, empty where it is illegal.
std::string explanation_csv(const Explanation& explanation);

}  // namespace autoscale
