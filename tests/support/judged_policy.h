// A policy whose every decision is judged before anything random happens to it.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

#include "tests/support/simulation_testing.h"

namespace autoscale {

class JudgedPolicy final : public Policy {
 public:
  using Judge = std::function<void(const PolicyContext&, const Observation&, const ExecutionPlan&)>;

  JudgedPolicy(PolicyContext context, std::unique_ptr<Policy> policy, Judge judge)
      : context_(std::move(context)), policy_(std::move(policy)), judge_(std::move(judge)) {}

  ExecutionPlan decide(const Observation& o) override {
    const ExecutionPlan plan = policy_->decide(o);
    judge_(context_, o, plan);
    return plan;
  }
  void learn(const Outcome& outcome) override { policy_->learn(outcome); }
  void set_mode(LearningMode mode) override { policy_->set_mode(mode); }
  nlohmann::ordered_json save() const override { return policy_->save(); }

 private:
  PolicyContext context_;
  std::unique_ptr<Policy> policy_;
  Judge judge_;
};

/// A scenario's policy with a judge, to whom the cost model and the oracle are given.
inline PolicyUnderTest judged(PolicyUnderTest setup, JudgedPolicy::Judge judge) {
  setup.info.needs_costs = setup.info.needs_oracle = true;
  setup.make = [make = setup.make, judge = std::move(judge)](const PolicyContext& context) {
    return std::make_unique<JudgedPolicy>(context, make(context), judge);
  };
  return setup;
}

}  // namespace autoscale
