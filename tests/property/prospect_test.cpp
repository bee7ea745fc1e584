// The expectations of prospect() against brute force: the same requests valued by predict() on a
// fine grid of the noise's quantiles, and the oracles that use them against every other action.
#include "sim/system/prospect.h"

#include <fmt/format.h>

#include <boost/math/distributions/normal.hpp>

#include "sim/system/choice.h"
#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

Scenario all_phones(std::string_view more) {
  return scenario_of(
      fmt::format("name: prospects\ndevices: [{{profile: mi8pro}}, {{profile: galaxy_s10e}}, "
                  "{{profile: moto_x_force}}]\npolicies: [random]\n{}\n"
                  "phases: [{{name: test, inferences: 1}}]\n",
                  more));
}

/// Centres of n cells of equal probability of a standard normal variable.
std::vector<double> normal_grid(std::size_t n) {
  const boost::math::normal standard;
  std::vector<double> z;
  for (std::size_t i = 0; i < n; ++i) {
    z.push_back(
        boost::math::quantile(standard, (static_cast<double>(i) + 0.5) / static_cast<double>(n)));
  }
  return z;
}

/// Mean over a grid of both kinds of noise.
Prospect brute_force(const DnnOnType& dnn, ActionId a, const Conditions& mean, const RoundTrip& rtt,
                     double qos_s) {
  static const std::vector<double> fine = normal_grid(4000), coarse = normal_grid(100);
  const ActionModel& action = dnn.actions[a];
  const double s = std::sqrt(std::log1p(action.noise_cv * action.noise_cv));
  const bool local = action.site == Site::kPhone;
  Prospect sum;
  double cells = 0;
  for (const double z : local ? fine : coarse) {
    const double factor = std::exp(s * z - s * s / 2);
    Conditions now = mean;
    if (local) now.local_noise[action.processor] = factor;
    if (!local) now.service_noise[action.site == Site::kTablet][action.pool] = factor;
    for (const double y : local ? std::vector<double>{0} : fine) {
      if (!local) now.rtt_s[link_of(action.site)] = rtt.median_s * std::exp(rtt.sigma * y);
      const Cost cost = predict(dnn.request, action, now);
      sum.reward += ranking_reward(dnn, cost, action.accurate, qos_s, mean.tokens);
      sum.late += cost.latency_s > qos_s;
      sum.energy_j += cost.energy_j;
      sum.latency_s += cost.latency_s;
      ++cells;
    }
  }
  return {sum.reward / cells, sum.late / cells, sum.energy_j / cells, sum.latency_s / cells};
}

/// Conditions of all kinds: loads, signals, idle and warm connections, busy servers.
Conditions drawn(const SystemModel& system, const DeviceType& type, Draw& draw) {
  Conditions now = nominal_conditions(system, type);
  now.load = {draw.uniform(), draw.uniform()};
  for (std::size_t l = 0; l < kLinks; ++l) {
    const double dbm = -90 + 40 * draw.uniform();
    now.link[l] = link_conditions(system.links[l].technology, type.radio[l], dbm, 0);
    now.cold[l] = draw.below(2) == 0;
    now.air_share[l] = 1.0 / (1 + draw.below(2));
    for (double& free_s : now.free_in_s[l]) free_s = draw.below(2) * 0.06 * draw.uniform();
  }
  return now;
}

/// Lengths of a request, and others in the server's batch.
void draw_tokens(Draw& draw, Conditions& now) {
  const double output = 1 + draw.below(400);
  now.tokens = {1.0 + draw.below(600), output, output * output * (1 + draw.uniform())};
  now.batch[0][0] = 200 * draw.uniform();
}

/// Some cases are local, some remote; in some the latency is now above its limit and now below.
void expect_brute_force(const Scenario& scenario) {
  const SystemModel& system = scenario.system();
  const RandomField random(3);
  std::size_t late_sometimes = 0, remote = 0;
  for (std::uint32_t k = 0; k < 120; ++k) {
    Draw draw = random.at(Stream::kWorkload, 0, k);
    const DeviceType& type = system.types[draw.below(3)];
    const DnnOnType& dnn = type.dnns[draw.below(3)];
    Conditions mean = drawn(system, type, draw);
    if (dnn.request.generative()) draw_tokens(draw, mean);
    const auto n = static_cast<std::uint32_t>(dnn.legal.size());
    // Every other one is remote: those are the last actions.
    const std::uint32_t remotes = dnn.request.generative() ? 2 : 5;
    const ActionId a =
        k % 2 == 0 ? dnn.legal[draw.below(n)] : dnn.legal[n - 1 - draw.below(remotes)];
    // A generative request in calm conditions is mostly as long as foreseen, so its limit is put there.
    const double usual_s = predict(dnn.request, dnn.actions[a], mean).latency_s;
    const double qos_s = dnn.request.generative() ? usual_s * (0.98 + 0.06 * draw.uniform())
                                                  : system.constraints.qos_s;
    const std::size_t l = link_of(dnn.actions[a].site);
    const LinkTechnology& link = system.links[l].technology;
    const RoundTrip rtt{link.rtt_median_s, link.rtt_sigma};
    const Prospect found = prospect(dnn, a, mean, rtt, qos_s, true);
    const Prospect expected = brute_force(dnn, a, mean, rtt, qos_s);
    SCOPED_TRACE(fmt::format("{} on {}, case {}", type.actions.name(a), type.profile.id, k));
    // The grid's own error: a step of the reward of at most 4 in cells of 1/4000 and 1/100.
    EXPECT_NEAR(found.reward, expected.reward, 4e-3);
    EXPECT_NEAR(found.late, expected.late, 2e-3);
    EXPECT_NEAR(found.energy_j, expected.energy_j, 2e-3 * expected.energy_j);
    EXPECT_NEAR(found.latency_s, expected.latency_s, 2e-3 * expected.latency_s);
    late_sometimes += expected.late > 0.02 && expected.late < 0.98;
    remote += dnn.actions[a].site != Site::kPhone;
  }
  EXPECT_GT(late_sometimes, 10U) << "no case tells the tail from the mean";
  EXPECT_GT(remote, 50U);
}

TEST(ProspectTest, EqualsBruteForce) {
  expect_brute_force(all_phones("dnns: [mobilenet_v2, resnet_50_v1, inception_v3]"));
}

/// The later of first token and further tokens has kinks of its own.
TEST(ProspectTest, EqualsBruteForceForGenerativeRequestsToo) {
  expect_brute_force(scenario_of(
      "name: chats\ndevices: [{profile: galaxy_s25}, {profile: iphone_17_pro}, "
      "{profile: budget_sd4gen2}]\nuse_case: chat\n"
      "dnns: [llama_3_2_1b, llama_3_2_3b, qwen2_5_1_5b]\n"
      "links: {cloud: {technology: nr_mid}}\n"
      "servers: {cloud: {profile: h100, background: 30}, tablet: {profile: laptop_rtx4050}}\n"
      "constraints: {latency: 150 ms, token_latency: 20 ms, accuracy: 40}\n"
      // Seven points of quadrature do not see where a token of a server without a batch is late.
      "overrides: {device_profiles/laptop_rtx4050: {\"processors[0].noise_cv.value\": 0}}\n"
      "policies: [random]\nphases: [{name: test, inferences: 1}]\n"));
}

TEST(ProspectTest, WithoutNoiseItIsThePrediction) {
  const Scenario scenario = all_phones("noise: false\ndnns: [mobilenet_v1]");
  const SystemModel& system = scenario.system();
  for (const DeviceType& type : system.types) {
    const DnnOnType& dnn = type.dnns[0];
    const Conditions calm = nominal_conditions(system, type);
    for (const ActionId a : dnn.legal) {
      const Cost cost = predict(dnn.request, dnn.actions[a], calm);
      const Prospect found = prospect(dnn, a, calm, {0.005, 1.0}, system.constraints.qos_s, false);
      EXPECT_DOUBLE_EQ(found.energy_j, cost.energy_j);
      EXPECT_DOUBLE_EQ(found.latency_s, cost.latency_s);
      EXPECT_EQ(found.late, cost.latency_s > system.constraints.qos_s);
      EXPECT_DOUBLE_EQ(found.reward, ranking_reward(dnn, cost, dnn.actions[a].accurate,
                                                    system.constraints.qos_s));
    }
  }
}

/// Mean reward of what a policy of the scenario earned, and how often it was late.
struct Earned {
  double reward = 0;
  double late = 0;
  double energy_j = 0;
};
Earned earned(const Scenario& scenario, const std::string& policy) {
  const auto requests = simulate(scenario, setup_of(scenario, policy)).requests;
  Earned sum;
  for (const KeptRequest& r : requests) {
    sum.reward += r.verdict.reward;
    sum.late += !r.verdict.qos_met;
    sum.energy_j += r.ledger.energy_j;
  }
  const auto n = static_cast<double>(requests.size());
  return {sum.reward / n, sum.late / n, sum.energy_j / n};
}

TEST(ProspectTest, ExpectedRewardEarnsMoreThanOptWhereJitterMatters) {
  for (const std::string environment : {"S1", "D2", "D3"}) {
    SCOPED_TRACE(environment);
    const Scenario scenario = scenario_of(fmt::format(
        "name: jitter\nenvironment: {}\ndevices: [{{profile: mi8pro}}, {{profile: moto_x_force}}]\n"
        "policies: [expected_reward, opt, chance_constrained, edge_best, cloud]\n"
        "phases: [{{name: test, inferences: 300}}]\n",
        environment));
    const double best = earned(scenario, "expected_reward").reward;
    for (const auto policy : {"opt", "edge_best", "cloud"}) {
      EXPECT_GE(best, earned(scenario, policy).reward - 1e-3) << policy;
    }
  }
}

TEST(ProspectTest, AChanceConstraintBuysPunctualityWithEnergy) {
  const Scenario scenario = scenario_of(
      "name: chance\ndevices: [{profile: moto_x_force}]\n"
      "policies: [{chance_constrained: {late_share: 0.001}, label: strict}, "
      "{chance_constrained: {late_share: 0.3}, label: loose}]\n"
      "phases: [{name: test, inferences: 500}]\n");
  const auto run = [&](std::size_t i) {
    const ComparedPolicy& use = scenario.policies()[i];
    PolicyUnderTest setup;
    setup.name = use.name;
    setup.info = use.entry->info;
    setup.make = [settings = use.settings](const PolicyContext& c) { return settings->make(c); };
    Earned sum;
    const auto requests = simulate(scenario, setup).requests;
    for (const KeptRequest& r : requests) {
      sum.late += !r.verdict.qos_met;
      sum.energy_j += r.ledger.energy_j;
    }
    return sum;
  };
  const Earned strict = run(0), loose = run(1);
  EXPECT_LT(strict.late, loose.late);
  EXPECT_GT(strict.energy_j, loose.energy_j);
}

}  // namespace
}  // namespace autoscale
