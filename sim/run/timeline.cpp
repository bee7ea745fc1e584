#include "sim/run/timeline.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace autoscale {
namespace {

double micros(Duration d) { return static_cast<double>(d.count()) / 1e3; }

/// The order in which a request goes through its stages: the network is passed twice.
constexpr std::array<Stage, kStages> kOrder = {
    Stage::kWait,    Stage::kDecision, Stage::kPromotion, Stage::kCompute,  Stage::kUpload,
    Stage::kNetwork, Stage::kQueue,    Stage::kService,   Stage::kDownload, Stage::kDecode};

}  // namespace

Timeline::Timeline(const std::filesystem::path& file, const RunResult& run, std::size_t process)
    : file_(file), run_(run), process_(process) {
  write({{"name", "process_name"},
         {"ph", "M"},
         {"pid", process_},
         {"tid", 0},
         {"args", {{"name", run.spec.id}}}});
}

void Timeline::write(const nlohmann::ordered_json& event) {
  if (!first_) file_.write(",\n");
  first_ = false;
  file_.write(event.dump());
}

void Timeline::add(const RequestRecord& r) {
  const SystemModel& system = run_.scenario->system();
  const DeviceType& type = system.types[r.type];
  const Observation& o = r.observation;
  const double start = micros(r.arrival.time_since_epoch());
  write({{"name", fmt::format("{} on {}", system.dnns[o.dnn].id, type.actions.name(r.executed))},
         {"cat", "request"},
         {"ph", "X"},
         {"ts", start},
         {"dur", micros(r.latency())},
         {"pid", process_},
         {"tid", o.phone + 1},
         {"args",
          {{"request", o.request},
           {"energy_mj", r.ledger.energy_j * 1e3},
           {"qos_met", r.verdict.qos_met},
           {"accuracy_met", r.verdict.accuracy_met},
           {"reward", r.verdict.reward}}}});
  // Half of the network time lies before the service and half after; it is drawn as two spans.
  double at = start;
  const auto span = [&](Stage stage, double length) {
    if (length <= 0) return;
    write({{"name", kStageNames[stage]},
           {"cat", "stage"},
           {"ph", "X"},
           {"ts", at},
           {"dur", length},
           {"pid", process_},
           {"tid", o.phone + 1}});
    at += length;
  };
  const double half_network = micros(r.ledger.stages[Stage::kNetwork]) / 2;
  for (const Stage stage : kOrder) {
    if (stage == Stage::kDownload) span(Stage::kNetwork, half_network);
    const double length = micros(r.ledger.stages[stage]);
    span(stage, stage == Stage::kNetwork ? half_network : length);
  }
  const std::string phone = fmt::format("phone {}", o.phone);
  const auto counter = [&](const char* name, nlohmann::ordered_json args) {
    write({{"name", fmt::format("{} {}", phone, name)},
           {"ph", "C"},
           {"ts", start},
           {"pid", process_},
           {"args", std::move(args)}});
  };
  counter("signal (dBm)",
          {{"cloud", o.signal_dbm[kCloudLink]}, {"tablet", o.signal_dbm[kTabletLink]}});
  counter("co-runner", {{"cpu", o.load.cpu}, {"memory", o.load.memory}});
  counter("energy (mJ)", {{"energy", r.ledger.energy_j * 1e3}});
}

}  // namespace autoscale
