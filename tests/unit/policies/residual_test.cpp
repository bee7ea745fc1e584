// Residual: with errors that it does not know it finds Opt's choices from a few inferences; the
// chance constraint; what it saves, takes over and refuses.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/policy/cost_model.h"
#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

class ResidualTest : public testing::Test {
 protected:
  enum Phone : std::size_t { kMi8Pro, kMoto, kGalaxy };

  ResidualTest()
      : scenario_(scenario_of("name: r\ndevices: [{profile: mi8pro}, {profile: moto_x_force}, "
                              "{profile: galaxy_s10e}]\n"
                              "dnns: [mobilenet_v1, resnet_50_v1]\npolicies: [random]\n"
                              "phases: [{name: test, inferences: 1}]\n")) {}

  const DeviceType& type(Phone phone) const { return scenario_.system().types[phone]; }

  /// A policy, and the erring model that it plans with.
  struct Subject {
    std::unique_ptr<CostModel> costs;
    std::unique_ptr<Policy> policy;
  };

  Subject make(Phone phone, const std::string& parameters = "{}", std::uint32_t owner = 0,
               double error = 0.3) const {
    config::Diagnostics diagnostics;
    const config::Node node = config::parse_yaml(parameters, "parameters");
    const auto settings = PolicyRegistry::instance().find("residual")->read(&node, diagnostics);
    diagnostics.throw_if_any();
    Subject subject;
    subject.costs = std::make_unique<CostModel>(
        scenario_.system(), type(phone),
        ModelError{.latency = error, .power = error, .link_rate = error, .rtt = error},
        RandomField(7), owner);
    subject.policy = settings->make({type(phone).actions, scenario_.system().dnns, type(phone).dnns,
                                     subject.costs.get(), nullptr, RandomField(1),
                                     type(phone).profile.id, scenario_.system().constraints.qos_s});
    return subject;
  }

  /// The calm world, long after the request before.
  static Observation seen(std::uint32_t request) {
    Observation o;
    o.request = request;
    o.dnn = static_cast<std::uint16_t>(request % 2);
    o.now = kStart + from_seconds(100.0 * request);
    o.signal_dbm = {-55, -55};
    return o;
  }

  Cost truth(Phone phone, const Observation& o, ActionId action) const {
    const CostModel exact(scenario_.system(), type(phone));
    Conditions now = exact.observed(o);
    now.cold = {true, true};
    return predict(exact.dnn(o.dnn).request, exact.dnn(o.dnn).actions[action], now);
  }

  /// Explores in a world without noise whose costs are the true ones, times `late` beyond the first
  /// `before` requests.
  void train(Policy& policy, Phone phone, std::uint32_t requests) const {
    policy.set_mode({.learn = true, .explore = true});
    for (std::uint32_t k = 0; k < requests; ++k) {
      const Observation o = seen(k);
      const ActionId action = policy.decide(o).action;
      const Cost cost = truth(phone, o, action);
      policy.learn({{}, o, o, action, cost.latency_s, cost.energy_j});
    }
    policy.set_mode({});
  }

  /// Energy of its choices over that of the best ones in time, less 1, over both DNNs.
  double gap(Policy& policy, Phone phone) const {
    const double qos_s = scenario_.system().constraints.qos_s;
    double paid = 0, best = 0;
    for (std::uint32_t k = 5000; k < 5002; ++k) {
      const Observation o = seen(k);
      double least = 1e9;
      for (const ActionId a : type(phone).dnns[o.dnn].legal) {
        const Cost cost = truth(phone, o, a);
        const bool fits = type(phone).dnns[o.dnn].actions[a].accurate && cost.latency_s <= qos_s;
        if (fits) least = std::min(least, cost.energy_j);
      }
      paid += truth(phone, o, policy.decide(o).action).energy_j;
      best += least;
    }
    return paid / best - 1;
  }

  Scenario scenario_;
};

TEST_F(ResidualTest, FindsTheBestActionsUnderManyWrongModels) {
  double before = 0, after = 0;
  for (std::uint32_t owner = 0; owner < 20; ++owner) {
    for (const Phone phone : {kMi8Pro, kMoto}) {
      Subject subject = make(phone, "{}", owner);
      before += gap(*subject.policy, phone) / 40;
      train(*subject.policy, phone, 100);
      after += gap(*subject.policy, phone) / 40;
    }
  }
  EXPECT_GT(before, 0.05);  // planning with the wrong model alone
  EXPECT_LT(after, 0.005);
}

TEST_F(ResidualTest, WithoutErrorItPlansAsWellAsTheModel) {
  for (const Phone phone : {kMi8Pro, kMoto}) {
    Subject subject = make(phone, "{constraint: mean}", 0, 0);
    EXPECT_NEAR(gap(*subject.policy, phone), 0, 1e-12);
  }
}

// ResNet-50 on the Galaxy S10e far from its tablet: the cloud needs least energy, but its replies
// scatter.
TEST_F(ResidualTest, ASmallChanceToBeLateRulesOutWhatALargeOneAllows) {
  Subject strict = make(kGalaxy, "{late: 0.001}", 0, 0), lax = make(kGalaxy, "{late: 0.999}", 0, 0);
  Observation o = seen(1);
  o.signal_dbm[kTabletLink] = -85;
  o.weak[kTabletLink] = true;
  const Cost careful = truth(kGalaxy, o, strict.policy->decide(o).action);
  const Cost careless = truth(kGalaxy, o, lax.policy->decide(o).action);
  EXPECT_LT(careful.latency_s, careless.latency_s);
  EXPECT_GT(careful.energy_j, careless.energy_j);
}

TEST_F(ResidualTest, ASavedTableDecidesAsItsOwner) {
  Subject own = make(kMi8Pro), other = make(kMi8Pro);
  train(*own.policy, kMi8Pro, 60);
  const auto saved = nlohmann::ordered_json::parse(own.policy->save().dump());
  other.policy->load(saved);
  EXPECT_EQ(other.policy->save(), own.policy->save());
  other.policy->set_mode({});
  for (std::uint32_t k = 0; k < 20; ++k) {
    EXPECT_EQ(other.policy->decide(seen(k)).action, own.policy->decide(seen(k)).action);
  }
}

TEST_F(ResidualTest, TakesOverDelaysOfServersOnly) {
  Subject own = make(kMi8Pro), other = make(kMoto);
  train(*own.policy, kMi8Pro, 200);
  const auto fresh = other.policy->save();
  other.policy->transfer(own.policy->save());
  const auto taken = other.policy->save();
  EXPECT_EQ(taken.at("processors"), fresh.at("processors"));
  for (std::size_t s = 0; s < taken.at("servers").size(); ++s) {
    const auto& server = taken.at("servers")[s];
    EXPECT_EQ(server.at("power"), fresh.at("servers")[s].at("power"));
    EXPECT_EQ(server.at("time").at("means"),
              own.policy->save().at("servers")[s].at("time").at("means"));
    EXPECT_EQ(server.at("scatter"), own.policy->save().at("servers")[s].at("scatter"));
  }
}

TEST_F(ResidualTest, RefusesTablesOfOthers) {
  Subject own = make(kMi8Pro), moto = make(kMoto), unpooled = make(kMi8Pro, "{pooling: false}");
  const auto saved = own.policy->save();
  EXPECT_THROW(moto.policy->load(saved), std::invalid_argument);
  EXPECT_THROW(unpooled.policy->load(saved), std::invalid_argument);
  auto damaged = saved;
  damaged["servers"][0]["time"]["means"].erase(0);
  EXPECT_THROW(own.policy->load(damaged), std::invalid_argument);
  damaged = saved;
  damaged["processors"][0]["noise"] = -1;
  EXPECT_THROW(own.policy->load(damaged), std::invalid_argument);
  damaged = saved;
  damaged["policy"] = "ucb";
  EXPECT_THROW(own.policy->load(damaged), std::invalid_argument);
}

TEST_F(ResidualTest, FitsIntoAPhone) {
  Subject subject = make(kMi8Pro);
  EXPECT_LT(subject.policy->table_bytes(), 32U * 1024);
}

}  // namespace
}  // namespace autoscale
