// Who decides: the policies under test, one per device type or per phone, and the phone that is
// steered from outside; how long decisions take, in simulated and in wall-clock time.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/core/random_field.h"
#include "sim/policy/cost_model.h"
#include "sim/policy/oracle.h"
#include "sim/policy/policy.h"
#include "sim/system/system_model.h"
#include "sim/world/phones.h"

namespace autoscale {

/// The policy under test.
struct PolicyUnderTest {
  std::string name;
  PolicyInfo info;
  std::function<std::unique_ptr<Policy>(const PolicyContext&)> make;
  bool per_device = false;            // one policy per phone, else one per device type
  bool compare_with_opt = false;      // fill RequestRecord::oracle
  bool compare_with_oracles = false;  // also what it says of the other oracles
};

/// A phone whose decisions come from outside the world. It needs no policy.
struct Steering {
  std::uint32_t phone = 0;
  bool deliberates = false;  // its decisions take the scenario's decision time
};

class Deciders {
 public:
  /// `system` and `observer` must outlive it. There are no policies before make_policies().
  Deciders(const SystemModel& system, PolicyUnderTest setup, std::optional<Steering> steering,
           Observer& observer);

  /// New policies, with nothing learned and no decision counted.
  void make_policies(const Phones& phones, const RandomField& random, const Oracle& oracle);
  void set_mode(LearningMode mode);

  const PolicyUnderTest& setup() const { return setup_; }
  /// One policy per device type, or per phone; null if it would decide for the steered phone only.
  const std::vector<std::unique_ptr<Policy>>& policies() const { return policies_; }
  bool steering() const { return steering_.has_value(); }
  /// Only if there is one.
  std::uint32_t steered_phone() const { return steering_->phone; }
  bool steers(const Phone& phone) const { return steering_ && steering_->phone == phone.number; }
  bool learns(const Phone& phone) const { return setup_.info.learns && !steers(phone); }

  /// Simulated time of a phone's decisions.
  Duration decision_time(const Phone& phone) const {
    return steers(phone) ? steered_decision_ : decision_;
  }
  /// Asks the policy of a phone; every 64th answer is timed.
  ExecutionPlan ask(const Phone& phone);
  /// Tells the policy of a phone what became of its request.
  void tell(const Phone& phone, const Outcome& outcome) {
    policy_of(phone).learn(outcome);
    observer_.on_learned(phone.type, outcome.reward, phone.request.oracle);
  }
  /// Asked of the policies since they were made.
  std::uint64_t decisions() const { return decisions_; }
  /// Mean wall-clock time of a decision over a sample of them, in nanoseconds; 0 before the first.
  double mean_decision_ns() const {
    return timed_decisions_ == 0 ? 0 : timed_ns_ / static_cast<double>(timed_decisions_);
  }

 private:
  Policy& policy_of(const Phone& phone) {
    return *policies_[setup_.per_device ? phone.number - first_phone_ : phone.type];
  }

  /// The truth for oracles, else what the owner of the policy takes for it.
  const CostModel& costs_for(std::size_t type, std::uint32_t owner, const RandomField& random);

  const SystemModel& system_;
  PolicyUnderTest setup_;
  std::optional<Steering> steering_;
  Observer& observer_;
  Duration decision_{};                   // of the policies
  Duration steered_decision_{};           // of the steered phone
  std::vector<CostModel> true_costs_;     // by type
  std::deque<CostModel> mistaken_costs_;  // by policy, where planners err
  std::vector<std::unique_ptr<Policy>> policies_;
  std::uint32_t first_phone_ = 0;
  std::uint64_t decisions_ = 0;
  std::uint64_t timed_decisions_ = 0;
  double timed_ns_ = 0;
};

}  // namespace autoscale
