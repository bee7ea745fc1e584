#include "sim/run/request_log.h"

#include "sim/config/csv.h"
#include "sim/core/text.h"

namespace autoscale {
namespace {

std::string flag(bool x) { return x ? "1" : "0"; }
std::string milli(double x) { return format_number(x * 1e3); }

}  // namespace

RequestLog::RequestLog(const std::filesystem::path& file, const RunResult& run)
    : file_(file), run_(run) {
  prefix_ = config::csv_line({run.spec.id, run.policy().name, std::to_string(run.spec.replication),
                              std::to_string(run.spec.seed)});
}

void RequestLog::add(const RequestRecord& r) {
  const SystemModel& system = run_.scenario->system();
  const DeviceType& type = system.types[r.type];
  const Observation& o = r.observation;
  std::vector<std::string> row{
      phase_,
      std::to_string(o.phone),
      type.profile.id,
      std::to_string(o.request),
      system.dnns[o.dnn].id,
      format_number(to_seconds(r.since_phase_start)),
      milli(to_seconds(r.latency())),
      milli(r.ledger.energy_j),
      milli(r.ledger.server_j),
      r.segments.empty() ? type.actions.name(r.action) : plan_name(type.actions, r.segments),
      type.actions.name(r.executed),
      r.oracle.compared ? type.actions.name(r.oracle.action) : "",
      r.oracle.compared ? flag(r.oracle.same_target) : "",
      r.oracle.compared ? flag(r.oracle.same_action) : "",
      r.oracle.compared ? flag(r.oracle.equivalent) : "",
      r.oracle.compared ? format_number(r.oracle.regret) : "",
      flag(r.verdict.qos_met),
      flag(r.verdict.accuracy_met),
      format_number(r.verdict.reward),
      format_number(o.load.cpu),
      format_number(o.load.memory),
      format_number(o.signal_dbm[kCloudLink]),
      format_number(o.signal_dbm[kTabletLink]),
      format_number(r.temperature_c)};
  for (const Duration stage : r.ledger.stages) row.push_back(milli(to_seconds(stage)));
  for (const double joules : r.ledger.joules) row.push_back(milli(joules));
  const bool generative = r.tokens.output > 0;
  const auto token = [generative](std::string text) { return generative ? std::move(text) : ""; };
  row.insert(row.end(),
             {token(format_number(r.tokens.prompt)), token(format_number(r.tokens.output)),
              token(milli(to_seconds(r.ttft))), token(milli(r.tpot_s()))});
  file_.write(prefix_ + ',' + config::csv_line(row) + '\n');
}

}  // namespace autoscale
