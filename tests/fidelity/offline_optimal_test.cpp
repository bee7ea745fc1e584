// Offline optimal against brute force: every fixed action is run through the same world, and the
// best of them by its mean reward is what the policy has to find.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

constexpr std::uint32_t kRequests = 60;  // per phone and DNN

/// Signals that change every 500 ms, and a request every 10 s: conditions hold still while one
/// runs.
Scenario scenario(std::string_view phases) {
  return scenario_of(fmt::format(
      "name: fixed\nenvironment: D3\nthermal: false\n"
      "devices: [{{profile: mi8pro}}, {{profile: galaxy_s10e}}, {{profile: moto_x_force}}]\n"
      "dnns: [inception_v1, mobilenet_v1, mobilenet_v3_large, resnet_50_v1]\n"
      "arrivals: {{renewal: {{interval: {{constant: {{value: 10 s}}}}}}}}\n"
      "policies: [offline_optimal]\nphases: {}\n",
      phases));
}

/// A phone's type and a DNN.
using Place = std::pair<std::uint16_t, std::uint16_t>;

/// Mean reward of every legal action, by place and action, each run for itself.
std::map<Place, std::map<ActionId, double>> brute_force() {
  const Scenario world = scenario(fmt::format("[{{name: one, inferences: {}}}]", kRequests));
  std::map<Place, std::map<ActionId, double>> means;
  for (ActionId a = 0; a < world.system().types[0].actions.size(); ++a) {
    const auto always_a = [a](const PolicyContext& c, const Observation& o) {
      const auto& legal = c.legality[o.dnn].legal;
      return legal[a % legal.size()];
    };
    std::map<std::pair<Place, ActionId>, double> sums;
    for (const KeptRequest& r : simulate(world, setup_of(always_a)).requests) {
      sums[{{r.type, r.observation.dnn}, r.action}] += r.verdict.reward;
    }
    for (const auto& [key, sum] : sums) means[key.first][key.second] = sum / kRequests;
  }
  return means;
}

TEST(OfflineOptimalTest, IsTheBestOfAllFixedActions) {
  const auto means = brute_force();
  ASSERT_EQ(means.size(), 3U * 4);

  // The same phase, so the same signals and noise, to learn in.
  const Scenario world =
      scenario(fmt::format("[{{name: one, inferences: {}, learn: true, record: false}}, "
                           "{{name: two, inferences: 1}}]",
                           kRequests));
  Keeper kept;
  World learned(world.system(), 1, setup_of(world, "offline_optimal"), kept);
  for (const PhasePlan& phase : world.phases(0)) learned.run(phase);

  ASSERT_EQ(kept.requests.size(), means.size());
  for (const KeptRequest& r : kept.requests) {
    const DeviceType& type = world.system().types[r.type];
    const auto& rewards = means.at({r.type, r.observation.dnn});
    const auto saved = learned.policies()[r.type]->save();
    ASSERT_EQ(rewards.size(), type.dnns[r.observation.dnn].legal.size());
    for (const auto& [action, reward] : rewards) {
      SCOPED_TRACE(type.profile.id + " " + type.actions.name(action));
      EXPECT_LE(reward, rewards.at(r.action));
      // World time counts nanoseconds, of a request's milliseconds.
      const std::size_t place = r.observation.dnn * type.actions.size() + action;
      EXPECT_NEAR(saved.at("values").at(place).get<double>(), reward, 1e-6);
    }
  }
}

TEST(OfflineOptimalTest, AFrozenPhaseTeachesNothing) {
  const Scenario world = scenario("[{name: one, inferences: 3}]");
  Keeper kept;
  World frozen(world.system(), 1, setup_of(world, "offline_optimal"), kept);
  for (const PhasePlan& phase : world.phases(0)) frozen.run(phase);
  const auto saved = frozen.policies()[0]->save();
  for (const auto& count : saved.at("counts")) EXPECT_EQ(count, 0U);
}

}  // namespace
}  // namespace autoscale
