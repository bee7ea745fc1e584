// A learner that starts from another phone's table earns more at first than one that starts from
// nothing.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

/// A phone learns on the grid: so many inferences per DNN and state.
Scenario learner(const std::string& phone, int inferences) {
  return scenario_of(fmt::format(
      "name: transfer\ndevices: [{{profile: {}}}]\npolicies: [autoscale]\n"
      "phases: [{{name: train, conditions: grid, inferences: {}, learn: true, explore: true}}]\n",
      phone, inferences));
}

nlohmann::ordered_json learned_on(const std::string& phone) {
  const Scenario scenario = learner(phone, 100);
  Keeper keeper;
  World world(scenario.system(), 1, setup_of(scenario, "autoscale"), keeper);
  for (const PhasePlan& phase : scenario.phases(0)) world.run(phase);
  return world.policies()[0]->save();
}

/// Mean reward of the first inferences of a phone, from `start` unless that is null.
double first_reward(const std::string& phone, const nlohmann::ordered_json& start,
                    std::uint64_t seed) {
  const Scenario scenario = learner(phone, 5);
  PolicyUnderTest setup = setup_of(scenario, "autoscale");
  setup.make = [make = setup.make, &start](const PolicyContext& context) {
    auto policy = make(context);
    if (!start.is_null()) policy->transfer(start);
    return policy;
  };
  const Keeper kept = simulate(scenario, std::move(setup), seed);
  double sum = 0;
  for (const KeptRequest& r : kept.requests) sum += r.verdict.reward;
  return sum / static_cast<double>(kept.requests.size());
}

TEST(TableTransferTest, EarnsMoreAtFirstThanAFreshTable) {
  for (const std::string& from : phone_names()) {
    const nlohmann::ordered_json table = learned_on(from);
    for (const std::string& to : phone_names()) {
      if (to == from) continue;
      for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        EXPECT_GT(first_reward(to, table, seed), first_reward(to, nullptr, seed))
            << from << " to " << to << ", seed " << seed;
      }
    }
  }
}

}  // namespace
}  // namespace autoscale
