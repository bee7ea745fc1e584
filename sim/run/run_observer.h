// Hands what happens in a run to everybody who wants to know: its metrics, its learning curves, the
// request log and the timeline.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/run/request_log.h"
#include "sim/run/run.h"
#include "sim/run/timeline.h"
#include "sim/world/sharded_world.h"

namespace autoscale {

class RunObserver final : public Observer {
 public:
  /// `log` and `timeline` may be null; `tick` is called every kProgressStep requests. All must
  /// outlive the observer.
  RunObserver(RunResult& result, RequestLog* log, Timeline* timeline,
              const std::function<void()>& tick);

  /// The world whose policies report their progress, to be given before it runs.
  void watch(const ShardedWorld& world) { world_ = &world; }

  void begin_phase(const std::string& name);

  void on_request(const RequestRecord& record) override;
  void on_dropped(std::uint32_t device, std::uint16_t type, std::uint16_t dnn,
                  std::uint32_t count) override;
  void on_progress() override { tick_(); }
  void on_learned(std::uint16_t type, double reward, const OracleComparison& oracle) override;

 private:
  /// Sums since the point before.
  struct Curve {
    std::uint64_t learned = 0;
    std::uint64_t in_phase = 0;
    std::uint64_t window = 0;
    double reward_sum = 0;
    double opt_reward_sum = 0;
    double regret_sum = 0;
  };

  RunResult& result_;
  RequestLog* log_;
  Timeline* timeline_;
  const std::function<void()>& tick_;
  const ShardedWorld* world_ = nullptr;
  std::string phase_;
  std::vector<Curve> curves_;  // by device type
};

}  // namespace autoscale
