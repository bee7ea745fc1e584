// Which action of one phone takes over which of another: worked by hand for the shipped phones, and
// what a scenario refuses to take over.
#include "sim/policy/transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

/// A scenario in which the phone's AutoScale may start from a table.
Scenario phone(const std::string& name, const std::string& more = "",
               const std::string& policies = "[autoscale]") {
  return scenario_of(
      fmt::format("name: test\ndevices: [{{profile: {}}}]\npolicies: {}\n"
                  "phases: [{{name: test, inferences: 1}}]\n{}",
                  name, policies, more));
}

std::vector<std::string> names_of(const std::string& device) {
  return phone(device).system().types[0].actions.names();
}

std::size_t index_of(const std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  EXPECT_NE(found, names.end()) << name;
  return static_cast<std::size_t>(found - names.begin());
}

/// Index among `from` of what `action` of the phone `to` takes over; nothing if there is none.
std::optional<std::size_t> source_of(const std::vector<std::string>& from, const std::string& to,
                                     const std::string& action) {
  const Scenario scenario = phone(to);
  const ActionSpace& actions = scenario.system().types[0].actions;
  return counterparts(from, actions).at(index_of(actions.names(), action));
}

/// Its name in the action space of the phone `from`; empty if there is none.
std::string source_name(const std::string& from, const std::string& to, const std::string& action) {
  const std::vector<std::string> names = names_of(from);
  const auto source = source_of(names, to, action);
  return source ? names[*source] : "";
}

/// The Mi 8 Pro's CPU has 23 points, the Moto's 15: point i lies at i / 14 x 22.
TEST(CounterpartsTest, TheNearestRelativePointOfTheGroup) {
  const auto source = [](int i) {
    return source_name("mi8pro", "moto_x_force", fmt::format("phone_cpu_fp32@{}", i));
  };
  EXPECT_EQ(source(0), "phone_cpu_fp32@0");
  EXPECT_EQ(source(1), "phone_cpu_fp32@2");    // 1.57
  EXPECT_EQ(source(2), "phone_cpu_fp32@3");    // 3.14
  EXPECT_EQ(source(7), "phone_cpu_fp32@11");   // 11
  EXPECT_EQ(source(13), "phone_cpu_fp32@20");  // 20.43
  EXPECT_EQ(source(14), "phone_cpu_fp32@22");
}

/// The other way: point i lies at i / 22 x 14.
TEST(CounterpartsTest, FromFewerPointsToMore) {
  const auto source = [](int i) {
    return source_name("moto_x_force", "mi8pro", fmt::format("phone_cpu_int8@{}", i));
  };
  EXPECT_EQ(source(0), "phone_cpu_int8@0");
  EXPECT_EQ(source(1), "phone_cpu_int8@1");    // 0.64
  EXPECT_EQ(source(2), "phone_cpu_int8@1");    // 1.27
  EXPECT_EQ(source(11), "phone_cpu_int8@7");   // 7
  EXPECT_EQ(source(21), "phone_cpu_int8@13");  // 13.36
  EXPECT_EQ(source(22), "phone_cpu_int8@14");
}

TEST(CounterpartsTest, SinglePointsMapToEachOther) {
  for (const auto server : {"cloud_cpu_fp32@0", "cloud_gpu_fp32@0", "tablet_cpu_fp32@18",
                            "tablet_gpu_fp16@4", "tablet_dsp_int8@0"}) {
    EXPECT_EQ(source_name("mi8pro", "moto_x_force", server), server);
  }
}

TEST(CounterpartsTest, AGroupThatTheOtherPhoneLacksHasNone) {
  EXPECT_EQ(source_name("moto_x_force", "mi8pro", "phone_dsp_int8@0"), "");
}

TEST(CounterpartsTest, OwnNamesAreTheirOwnCounterparts) {
  for (const std::string& name : phone_names()) {
    const Scenario scenario = phone(name);
    const ActionSpace& actions = scenario.system().types[0].actions;
    const auto sources = counterparts(actions.names(), actions);
    for (std::size_t a = 0; a < actions.size(); ++a) EXPECT_EQ(sources[a], a) << name;
  }
}

TEST(CounterpartsTest, TheOnlyPointIsTheTopAndHalvesGoDown) {
  const std::vector<std::string> from = {"cloud_cpu_fp32@0", "cloud_cpu_fp32@1", "phone_cpu_fp32@0",
                                         "phone_cpu_fp32@1"};
  EXPECT_EQ(source_of(from, "moto_x_force", "cloud_cpu_fp32@0"), 1U);
  EXPECT_EQ(source_of(from, "moto_x_force", "phone_cpu_fp32@7"), 2U);  // 7 / 14: between both
  EXPECT_EQ(source_of(from, "moto_x_force", "phone_cpu_fp32@8"), 3U);
}

/// The scenario's first policy, at its start; it refers to the scenario.
std::unique_ptr<Policy> policy_of(const Scenario& scenario) {
  const ComparedPolicy& use = scenario.policies().front();
  const DeviceType& type = scenario.system().types[0];
  auto policy = use.settings->make({type.actions, scenario.system().dnns, type.dnns, nullptr,
                                    nullptr, RandomField(1), type.profile.id});
  scenario.start_from_table(use, type.profile.id, *policy);
  return policy;
}

/// A table whose every value tells its place: state + action / 128, exactly.
nlohmann::ordered_json numbered_table(const std::string& device) {
  auto saved = policy_of(phone(device, "", "[{autoscale: {precision: single}}]"))->save();
  const std::size_t width = saved["actions"].size();
  for (std::size_t i = 0; i < saved["values"].size(); ++i) {
    saved["values"][i] = static_cast<float>(i / width) + static_cast<float>(i % width) / 128;
  }
  return saved;
}

/// A phone whose learner starts from another's table, as a scenario asks for it.
Scenario starting_from(const TemporaryFolder& folder, const nlohmann::ordered_json& saved,
                       const std::string& policies, const std::string& key = "transfer_tables") {
  const auto file = folder.write("table.json", saved.dump());
  return phone("moto_x_force", fmt::format("{}: {{moto_x_force: {}}}\n", key, file.string()),
               policies);
}

constexpr const char* kSingle = "[{autoscale: {precision: single}}]";

TEST(TransferTablesTest, ValuesAreTakenOverAndTheOthersKept) {
  auto from = numbered_table("mi8pro");
  const TemporaryFolder folder;
  // Without the cloud's CPU in the saved table its values have no source.
  const auto names = from["actions"].get<std::vector<std::string>>();
  from["actions"][index_of(names, "cloud_cpu_fp32@0")] = "phone_npu_int8@0";
  const auto to = policy_of(starting_from(folder, from, kSingle))->save();
  const auto fresh = policy_of(phone("moto_x_force", "", kSingle))->save();
  const auto actions = to["actions"].get<std::vector<std::string>>();
  for (const std::size_t state : {0, 17, 3071}) {
    const auto at = [&](const std::string& action) {
      return state * actions.size() + index_of(actions, action);
    };
    const auto base = static_cast<double>(state);
    EXPECT_EQ(to["values"][at("phone_cpu_fp32@0")], base);
    EXPECT_EQ(to["values"][at("phone_cpu_fp32@7")], base + 11. / 128);
    EXPECT_EQ(to["values"][at("cloud_cpu_fp32@0")], fresh["values"][at("cloud_cpu_fp32@0")]);
  }
}

TEST(TransferTablesTest, PrecisionsMayDiffer) {
  auto from = numbered_table("mi8pro");
  from["values"][0] = 1e6;  // beyond the range of a half
  const TemporaryFolder folder;
  const Scenario scenario = starting_from(folder, from, "[autoscale]");
  const auto policy = policy_of(scenario);
  EXPECT_EQ(policy->save()["values"][0], 65504.0);
  EXPECT_EQ(policy->progress().saturated_stores, 1U);
}

/// Fails unless the start from `saved` ends with an error that says `why`.
void expect_refused(const nlohmann::ordered_json& saved, const std::string& why,
                    const std::string& policies = "[autoscale]") {
  const TemporaryFolder folder;
  const Scenario scenario = starting_from(folder, saved, policies);
  try {
    policy_of(scenario);
    ADD_FAILURE() << "was taken over: " << why;
  } catch (const config::ConfigError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("transfer_tables: "), std::string::npos) << text;
    EXPECT_NE(text.find(why), std::string::npos) << text;
  }
}

TEST(TransferTablesTest, WhatDoesNotFitIsRefused) {
  const auto good = numbered_table("mi8pro");
  expect_refused(good, "the table's 'state_definition' is not that of this run",
                 "[{autoscale: {drop_features: [cpu]}}]");
  auto bad = good;
  bad["policy"] = "another";
  expect_refused(bad, "the table's 'policy' is not that of this run");
  bad = good;
  bad["values"].erase(bad["values"].size() - 1);
  expect_refused(bad, "the table has 202751 values, expected 202752");
  bad = good;
  bad["actions"] = 3;
  expect_refused(bad, "does not fit policy 'autoscale'");
  bad.erase("actions");
  expect_refused(bad, "does not fit policy 'autoscale'");
}

TEST(TransferTablesTest, LoadTablesStillWantsTheSamePhone) {
  const TemporaryFolder folder;
  const Scenario scenario = starting_from(folder, numbered_table("mi8pro"), kSingle, "load_tables");
  EXPECT_THROW(policy_of(scenario), config::ConfigError);
}

TEST(TransferTablesTest, BothKeysForOneDeviceAreAMistake) {
  const TemporaryFolder folder;
  const std::string file = folder.write("table.json", "{}").string();
  try {
    phone("mi8pro",
          fmt::format("load_tables: {{mi8pro: {0}}}\ntransfer_tables: {{mi8pro: {0}}}\n", file));
    ADD_FAILURE() << "was accepted";
  } catch (const config::ConfigError& error) {
    EXPECT_NE(
        std::string(error.what())
            .find("test.yaml:6:27: error: transfer_tables: 'mi8pro' has a table in load_tables"),
        std::string::npos)
        << error.what();
  }
}

TEST(TransferTablesTest, APolicyWithoutATableTakesNothingOver) {
  class Plain final : public Policy {
    ExecutionPlan decide(const Observation&) override { return {}; }
  };
  EXPECT_THROW(Plain().transfer({}), std::invalid_argument);
}

}  // namespace
}  // namespace autoscale
