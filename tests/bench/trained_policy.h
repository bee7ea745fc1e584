// A policy trained as in the paper's scenarios, and observations to ask it about.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/bench_worlds.h"

namespace autoscale::bench {

/// One phone's training on the nine vision DNNs, by one policy with parameters in YAML;
/// `inferences` per DNN and variance state.
class Trained {
 public:
  explicit Trained(const std::string& policy, const std::string& parameters = "",
                   int inferences = 100)
      : scenario_(load(
            "paper/S1_non_streaming.yaml",
            {"devices=[{profile: mi8pro}]", "policies=[{" + policy + ": {" + parameters + "}}]",
             "phases[0].inferences=" + std::to_string(inferences)})),
        world_(scenario_.system(), scenario_.config().seed, policy_of(scenario_, 0), observer_) {
    world_.run(scenario_.phases(0).front());
  }

  Policy& policy() { return *world_.policies().front(); }

  std::size_t dnns() const { return scenario_.system().dnns.size(); }

  /// Observations over the range of the training's conditions.
  std::vector<Observation> observations() const {
    std::vector<Observation> list;
    const RandomField field(7);
    const auto dnns = static_cast<std::uint32_t>(scenario_.system().dnns.size());
    for (std::uint32_t i = 0; i < 1024; ++i) {
      Draw draw = field.at(Stream::kWorkload, 0, i);
      Observation o;
      o.dnn = static_cast<std::uint16_t>(i % dnns);
      o.load = {draw.uniform(), draw.uniform()};
      o.signal_dbm = {-90 + 40 * draw.uniform(), -90 + 40 * draw.uniform()};
      list.push_back(o);
    }
    return list;
  }

 private:
  Scenario scenario_;
  CountingObserver observer_;
  World world_;
};

}  // namespace autoscale::bench
