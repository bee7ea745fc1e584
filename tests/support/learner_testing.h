// A made-up world for learners over continuous features: one DNN of a Mi 8 Pro, of which only the
// first few actions are legal, in contexts of two numbers between -1 and 1.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/policy/roster.h"
#include "tests/support/simulation_testing.h"

namespace autoscale {

struct ContextPair {
  double first = 0;   // the feature of the co-runner's CPU utilisation
  double second = 0;  // the feature of the cloud link's signal
};

class LearnerWorld {
 public:
  explicit LearnerWorld(ActionId legal_actions)
      : scenario_(scenario_of("name: l\ndevices: [{profile: mi8pro}]\ndnns: [mobilenet_v1]\n"
                              "policies: [random]\nphases: [{name: test, inferences: 1}]\n")),
        dnn_(scenario_.system().dnns[0]),
        on_type_(type().dnns[0]) {
    // The features of these layers and MACs are 0 (sim/policy/features.h).
    dnn_.layers = {.conv = 50, .fc = 10, .recurrent = 10};
    dnn_.macs = 1e9;
    on_type_.legal.resize(legal_actions);
    for (ActionId a = 0; a < legal_actions; ++a) on_type_.legal[a] = a;
  }

  std::unique_ptr<Policy> make(const std::string& name, const std::string& parameters = "{}",
                               std::uint64_t seed = 1) const {
    config::Diagnostics diagnostics;
    const config::Node node = config::parse_yaml(parameters, "parameters");
    const auto settings = PolicyRegistry::instance().find(name)->read(&node, diagnostics);
    diagnostics.throw_if_any();
    auto policy = settings->make({type().actions, std::span(&dnn_, 1), std::span(&on_type_, 1),
                                  nullptr, nullptr, RandomField(seed), type().profile.id});
    policy->set_mode({.learn = true, .explore = true});
    return policy;
  }

  static Observation observation(std::uint32_t request, ContextPair context) {
    Observation o;
    o.request = request;
    o.load = {(context.first + 1) / 2, 0.5};
    o.signal_dbm = {-70 + 20 * context.second, -70};
    return o;
  }

  static void tell(Policy& policy, const Observation& o, const Observation& next, ActionId action,
                   double reward) {
    policy.learn({{.reward = reward}, o, next, action, 0.01, 0.1});
  }

  static ContextPair random_context(Draw& draw) {
    const double first = 2 * draw.uniform() - 1;
    return {first, 2 * draw.uniform() - 1};
  }

 private:
  const DeviceType& type() const { return scenario_.system().types[0]; }

  Scenario scenario_;
  Dnn dnn_;
  DnnOnType on_type_;
};

}  // namespace autoscale
