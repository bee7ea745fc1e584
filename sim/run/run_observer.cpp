#include "sim/run/run_observer.h"

namespace autoscale {
namespace {

/// Learning curves have points at 100, 200, ... 1,000 outcomes of a phase and from there on at
/// every number of two significant digits.
bool is_curve_point(std::uint64_t n) {
  std::uint64_t step = 100;
  while (n >= 100 * step) step *= 10;
  return n % step == 0;
}

}  // namespace

RunObserver::RunObserver(RunResult& result, RequestLog* log, Timeline* timeline,
                         const std::function<void()>& tick)
    : result_(result),
      log_(log),
      timeline_(timeline),
      tick_(tick),
      curves_(result.scenario->system().types.size()) {}

void RunObserver::begin_phase(const std::string& name) {
  phase_ = name;
  if (log_) log_->begin_phase(name);
  for (Curve& curve : curves_) curve = {.learned = curve.learned};
}

void RunObserver::on_request(const RequestRecord& record) {
  result_.metrics->add(record);
  if (log_) log_->add(record);
  if (timeline_) timeline_->add(record);
}

void RunObserver::on_dropped(std::uint32_t, std::uint16_t type, std::uint16_t dnn,
                             std::uint32_t count) {
  result_.metrics->add_dropped(type, dnn, count);
}

void RunObserver::on_learned(std::uint16_t type, double reward, const OracleComparison& oracle) {
  Curve& curve = curves_[type];
  ++curve.learned;
  ++curve.in_phase;
  ++curve.window;
  curve.reward_sum += reward;
  curve.opt_reward_sum += oracle.opt_reward;
  curve.regret_sum += oracle.regret;
  if (!is_curve_point(curve.in_phase)) return;
  const auto n = static_cast<double>(curve.window);
  LearningPoint point{type, phase_, curve.learned, curve.reward_sum / n, {}, {}, {}};
  if (oracle.compared) {
    point.opt_reward = curve.opt_reward_sum / n;
    point.regret = curve.regret_sum / n;
  }
  // Learners of the phones' own have no progress in common.
  if (result_.scenario->config().learners == LearnerSharing::kPerType) {
    point.progress = world_->policies()[type]->progress();
  }
  result_.learning.push_back(std::move(point));
  curve = {.learned = curve.learned, .in_phase = curve.in_phase};
}

}  // namespace autoscale
