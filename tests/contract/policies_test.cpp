// What every registered policy must do: legal actions for every phone, DNN and condition, equal
// decisions for equal seeds, finite figures, and a saved table that loads back.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/policy/cost_model.h"
#include "sim/system/choice.h"
#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

/// Decisions that a loaded policy is asked for. A sanitizer makes those of kernels fifty times as
/// slow, and sees no more in the last than in the first of them.
#ifdef AUTOSCALE_SANITIZED
constexpr std::uint32_t kAsked = 200;
#else
constexpr std::uint32_t kAsked = 2000;
#endif

/// A scenario with every DNN that the paper's phones run; its policies do not matter.
const Scenario& everything() {
  static const Scenario scenario = [] {
    std::string dnns;
    for (const Dnn& dnn : shipped_catalog().dnns()) {
      if (!dnn.generation) dnns += dnn.id + ", ";
    }
    return scenario_of(
        fmt::format("name: all\ndevices: [{{profile: mi8pro}}, {{profile: galaxy_s10e}}, "
                    "{{profile: moto_x_force}}]\ndnns: [{}]\npolicies: [random]\n"
                    "phases: [{{name: test, inferences: 1}}]\n",
                    dnns));
  }();
  return scenario;
}

/// Answers from the calm world.
class CalmOracle final : public Oracle {
 public:
  CalmOracle(const SystemModel& system, const DeviceType& type)
      : qos_s_(system.constraints.qos_s), type_(type), calm_(nominal_conditions(system, type)) {}

  OracleChoice best(const Observation& o, OracleForm) const override {
    const DnnOnType& dnn = type_.dnns[o.dnn];
    const auto choice = choose_accurate_first(
        dnn, qos_s_, [](ActionId) { return true; },
        [&](ActionId a) { return predict(dnn.request, dnn.actions[a], calm_); });
    return {choice->action, choice->cost, dnn.attainable, choice->qos_met};
  }

  Cost cost(const Observation& o, ActionId action, OracleForm) const override {
    const DnnOnType& dnn = type_.dnns[o.dnn];
    return predict(dnn.request, dnn.actions[action], calm_);
  }

  ActionId most_rewarding(const Observation& o) const override {
    return best(o, OracleForm::kExpected).action;
  }
  ActionId chance_constrained(const Observation& o, double) const override {
    return best(o, OracleForm::kExpected).action;
  }

 private:
  double qos_s_;
  const DeviceType& type_;
  Conditions calm_;
};

Observation random_observation(Draw& draw, std::uint32_t request, std::size_t dnns) {
  Observation o;
  o.phone = draw.below(4);
  o.request = request;
  o.dnn = static_cast<std::uint16_t>(draw.below(static_cast<std::uint32_t>(dnns)));
  o.now = kStart + from_seconds(request * 0.1);
  o.load = {draw.below(3) == 0 ? 0 : draw.uniform(), draw.below(3) == 0 ? 0 : draw.uniform()};
  for (std::size_t l = 0; l < kLinks; ++l) {
    o.signal_dbm[l] = -100 + 60 * draw.uniform();
    o.weak[l] = o.signal_dbm[l] <= -80;
  }
  return o;
}

class PolicyContractTest : public testing::TestWithParam<std::string> {
 protected:
  static const SystemModel& system() { return everything().system(); }

  static const PolicyEntry& entry() { return *PolicyRegistry::instance().find(GetParam()); }

  /// A policy with default parameters for a device type, and what it points at.
  struct Subject {
    const DeviceType& type;
    CostModel costs;
    CalmOracle oracle;
    std::unique_ptr<Policy> policy;

    Subject(const DeviceType& t, std::uint64_t seed)
        : type(t), costs(system(), t), oracle(system(), t) {
      config::Diagnostics diagnostics;
      const auto settings = entry().read(nullptr, diagnostics);
      policy = settings->make({t.actions, system().dnns, t.dnns,
                               entry().info.needs_costs ? &costs : nullptr,
                               entry().info.needs_oracle ? &oracle : nullptr, RandomField(seed),
                               t.profile.id, system().constraints.qos_s});
      policy->set_mode({.learn = true, .explore = true});
    }

    /// Decides and learns over random observations; its decisions.
    std::vector<ActionId> run(std::uint32_t requests) {
      const RandomField world(42);
      std::vector<ActionId> decisions;
      for (std::uint32_t k = 0; k < requests; ++k) {
        Draw draw = world.at(Stream::kWorkload, 0, k);
        const Observation o = random_observation(draw, k, type.dnns.size());
        Observation next = random_observation(draw, k, type.dnns.size());
        next.phone = o.phone;
        next.dnn = o.dnn;
        decisions.push_back(policy->decide(o).action);
        Verdict verdict{.reward = -5 * draw.uniform(), .score = 70, .accuracy_met = true};
        const double latency_s = draw.uniform();
        const double energy_j = draw.uniform();
        verdict.qos_met = draw.below(2) == 0;
        policy->learn({verdict, o, next, decisions.back(), latency_s, energy_j});
      }
      return decisions;
    }

    std::vector<ActionId> greedy(std::uint32_t requests) {
      policy->set_mode({.learn = false, .explore = false});
      const RandomField world(43);
      std::vector<ActionId> decisions;
      for (std::uint32_t k = 0; k < requests; ++k) {
        Draw draw = world.at(Stream::kWorkload, 0, k);
        decisions.push_back(policy->decide(random_observation(draw, k, type.dnns.size())).action);
      }
      return decisions;
    }
  };
};

TEST_P(PolicyContractTest, DecidesLegallyUnderAnyConditions) {
  for (const DeviceType& type : system().types) {
    Subject subject(type, 1);
    const RandomField world(42);
    const std::vector<ActionId> decisions = subject.run(3000);
    for (std::uint32_t k = 0; k < decisions.size(); ++k) {
      Draw draw = world.at(Stream::kWorkload, 0, k);
      const DnnOnType& dnn = type.dnns[random_observation(draw, k, type.dnns.size()).dnn];
      ASSERT_LT(decisions[k], dnn.actions.size());
      ASSERT_TRUE(dnn.actions[decisions[k]].legal)
          << type.profile.id << ": " << type.actions.name(decisions[k]);
    }
  }
}

TEST_P(PolicyContractTest, EqualSeedsDecideEqually) {
  for (const DeviceType& type : system().types) {
    EXPECT_EQ(Subject(type, 1).run(2000), Subject(type, 1).run(2000)) << type.profile.id;
  }
}

TEST_P(PolicyContractTest, ReportsFiniteFigures) {
  Subject subject(system().types[0], 1);
  subject.run(2000);
  const LearningProgress progress = subject.policy->progress();
  EXPECT_TRUE(std::isfinite(progress.mean_abs_td_error));
  EXPECT_LE(progress.states_converged, progress.states_visited);
  EXPECT_EQ(progress.visits_until_convergence.size(), progress.states_converged);
  EXPECT_EQ(progress.updates > 0, entry().info.learns);
  EXPECT_FALSE(entry().info.summary.empty());
  EXPECT_FALSE(entry().info.source.empty());
  if (!entry().info.learns) {
    EXPECT_TRUE(subject.policy->save().is_null());
  }
}

TEST_P(PolicyContractTest, WhatIsSavedLoadsBack) {
  for (const DeviceType& type : system().types) {
    Subject subject(type, 1), other(type, 2);
    subject.run(2000);
    const auto saved = subject.policy->save();
    if (saved.is_null()) {
      EXPECT_THROW(other.policy->load(saved), std::invalid_argument);
      continue;
    }
    const std::string text = saved.dump();
    other.policy->load(nlohmann::ordered_json::parse(text));
    EXPECT_EQ(other.policy->save().dump(), text);
    EXPECT_EQ(other.greedy(kAsked), subject.greedy(kAsked)) << type.profile.id;
    Subject elsewhere(system().types[type.profile.id == "mi8pro" ? 1 : 0], 1);
    EXPECT_THROW(elsewhere.policy->load(saved), std::invalid_argument);
  }
}

/// Whether all numbers in what was saved are finite; nothing stands in the place of a number.
bool finite(const nlohmann::ordered_json& saved) {
  if (saved.is_number()) return std::isfinite(saved.get<double>());
  if (!saved.is_structured()) return !saved.is_null();
  return std::all_of(saved.begin(), saved.end(), finite);
}

TEST_P(PolicyContractTest, WhatIsSavedIsFinite) {
  Subject subject(system().types[0], 1);
  subject.run(2000);
  const auto saved = subject.policy->save();
  EXPECT_TRUE(saved.is_null() || finite(saved));
}

/// Learners whose tables another phone can take over.
class TransferContractTest : public PolicyContractTest {};

/// Those of them with a row of values per state.
class TableContractTest : public PolicyContractTest {};

std::vector<std::string> table_learners() {
  return {"autoscale",  "constrained_q", "double_q", "epsilon_greedy", "expected_sarsa", "q_lambda",
          "quantile_q", "sarsa",         "ucb"};
}

std::vector<std::string> transferring() {
  std::vector<std::string> names = table_learners();
  names.insert(names.end(), {"linucb", "thompson", "dqn"});
  return names;
}

/// Each phone takes over the table of the one before it.
TEST_P(TransferContractTest, AnotherPhonesTableGivesLegalFiniteDecisions) {
  const std::vector<DeviceType>& types = system().types;
  for (std::size_t t = 0; t < types.size(); ++t) {
    const DeviceType& to = types[t];
    Subject teacher(types[(t + types.size() - 1) % types.size()], 1), pupil(to, 2);
    teacher.run(3000);
    const auto fresh = pupil.policy->save();
    pupil.policy->transfer(teacher.policy->save());
    const auto taken = pupil.policy->save();
    EXPECT_TRUE(finite(taken));
    EXPECT_NE(taken, fresh);
    EXPECT_EQ(taken.at("device_type"), to.profile.id);
    EXPECT_EQ(taken.at("actions"), fresh.at("actions"));
    const RandomField world(43);
    const std::vector<ActionId> decisions = pupil.greedy(1000);
    for (std::uint32_t k = 0; k < decisions.size(); ++k) {
      Draw draw = world.at(Stream::kWorkload, 0, k);
      const DnnOnType& dnn = to.dnns[random_observation(draw, k, to.dnns.size()).dnn];
      ASSERT_TRUE(dnn.actions.at(decisions[k]).legal) << to.actions.name(decisions[k]);
    }
  }
}

TEST_P(TransferContractTest, WhatItTakesOverFromItselfDecidesEqually) {
  Subject teacher(system().types[0], 1), pupil(system().types[0], 2);
  teacher.run(3000);
  pupil.policy->transfer(teacher.policy->save());
  EXPECT_EQ(pupil.greedy(1000), teacher.greedy(1000));
}

TEST_P(TableContractTest, ItsOwnTableTakenOverIsTheTable) {
  Subject teacher(system().types[0], 1), pupil(system().types[0], 2);
  teacher.run(3000);
  pupil.policy->transfer(teacher.policy->save());
  EXPECT_EQ(pupil.policy->save(), teacher.policy->save());
}

TEST_P(TableContractTest, ATableOfAnotherKindIsNotTakenOver) {
  Subject teacher(system().types[0], 1), pupil(system().types[1], 1);
  const auto good = teacher.policy->save();
  EXPECT_NO_THROW(pupil.policy->transfer(good));
  for (const auto key : {"policy", "state_definition"}) {
    auto bad = good;
    bad[key] = "something else";
    EXPECT_THROW(pupil.policy->transfer(bad), std::invalid_argument) << key;
    EXPECT_THROW(teacher.policy->load(bad), std::invalid_argument) << key;
  }
  auto bad = good;
  bad["values"].erase(bad["values"].size() - 1);
  EXPECT_THROW(pupil.policy->transfer(bad), std::invalid_argument);
  EXPECT_THROW(teacher.policy->load(bad), std::invalid_argument);
}

TEST_P(PolicyContractTest, ParametersRoundTrip) {
  config::Diagnostics diagnostics;
  const auto json = entry().read(nullptr, diagnostics)->to_json();
  const config::Node node = config::parse_yaml(json.dump(), "parameters");
  EXPECT_EQ(entry().read(&node, diagnostics)->to_json(), json);
  diagnostics.throw_if_any();
}

TEST_P(PolicyContractTest, RunsInAVaryingWorld) {
  const Scenario scenario = scenario_of(fmt::format(
      "name: world\nenvironment: D4\ndevices: [{{profile: mi8pro}}, {{profile: galaxy_s10e}}, "
      "{{profile: moto_x_force}}]\ntails: true\n"
      "cloud_signal: {{gaussian: {{mean: -70 dBm, sd: 10 dB}}}}\npolicies: [{}]\n"
      "phases: [{{name: train, conditions: grid, inferences: 2, learn: true, explore: true, "
      "record: "
      "false}}, {{name: test, inferences: 20}}]\n",
      GetParam()));
  const Keeper kept = simulate(scenario, setup_of(scenario, GetParam()));
  EXPECT_EQ(kept.requests.size(), 3U * 9 * 20);
  for (const KeptRequest& r : kept.requests) {
    EXPECT_TRUE(std::isfinite(r.ledger.energy_j) && r.ledger.energy_j > 0);
    EXPECT_TRUE(std::isfinite(r.verdict.reward));
  }
}

// The scripted policies: tests/cli/scripted_test.cpp.
INSTANTIATE_TEST_SUITE_P(All, PolicyContractTest, testing::ValuesIn(deciding_policies()),
                         [](const auto& parameter) { return parameter.param; });

INSTANTIATE_TEST_SUITE_P(All, TransferContractTest, testing::ValuesIn(transferring()),
                         [](const auto& parameter) { return parameter.param; });
INSTANTIATE_TEST_SUITE_P(All, TableContractTest, testing::ValuesIn(table_learners()),
                         [](const auto& parameter) { return parameter.param; });

TEST(PolicyRosterTest, HasThePapersPolicies) {
  for (const auto name :
       {"autoscale", "cloud", "connected_edge", "edge_best", "edge_cpu_fp32", "opt", "random"}) {
    EXPECT_NE(PolicyRegistry::instance().find(name), nullptr) << name;
  }
}

}  // namespace
}  // namespace autoscale
