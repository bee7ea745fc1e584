// Finite Markov decision processes and bandits, presented to a policy through its own interface: up
// to 64 states are the variance states of one DNN, the actions its first legal targets. And their
// exact values, by brute force.
#pragma once

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "tests/support/simulation_testing.h"

namespace autoscale {

/// One way in which an action can turn out.
struct Branch {
  double probability = 1;
  std::uint32_t next = 0;
  double reward = 0;     // mean
  double reward_sd = 0;  // of normal noise
  bool missed = false;   // the QoS constraint
};

struct Mdp {
  std::uint32_t actions = 0;
  std::vector<std::vector<std::vector<Branch>>> branches;  // by state and action; none: terminal
  std::vector<std::uint32_t> starts;                       // of episodes, each equally likely

  bool terminal(std::uint32_t s) const { return branches[s].empty(); }
  std::uint32_t states() const { return static_cast<std::uint32_t>(branches.size()); }

  std::uint32_t start(Draw& draw) const {
    return starts[draw.below(static_cast<std::uint32_t>(starts.size()))];
  }

  const Branch& sample(std::uint32_t s, ActionId a, Draw& draw) const {
    double left = draw.uniform();
    for (const Branch& branch : branches[s][a]) {
      left -= branch.probability;
      if (left < 0) return branch;
    }
    return branches[s][a].back();
  }
};

using ActionValues = std::vector<std::vector<double>>;  // by state and action

/// The value of a state under the epsilon-greedy policy of its action values.
inline double state_value(const std::vector<double>& q, double epsilon) {
  const double mean = std::accumulate(q.begin(), q.end(), 0.0) / static_cast<double>(q.size());
  return (1 - epsilon) * *std::max_element(q.begin(), q.end()) + epsilon * mean;
}

/// The action values at the fixed point, to 1e-12: the optimal ones for epsilon 0, else those of
/// the policy that is epsilon-greedy with respect to them. Those of terminal states are 0.
inline ActionValues solve(const Mdp& mdp, double discount, double epsilon = 0) {
  ActionValues q(mdp.states(), std::vector<double>(mdp.actions, 0.0));
  for (double change = 1; change > 1e-12;) {
    change = 0;
    for (std::uint32_t s = 0; s < mdp.states(); ++s) {
      for (std::uint32_t a = 0; a < mdp.branches[s].size(); ++a) {
        double value = 0;
        for (const Branch& b : mdp.branches[s][a]) {
          value += b.probability * (b.reward + discount * state_value(q[b.next], epsilon));
        }
        change = std::max(change, std::abs(value - q[s][a]));
        q[s][a] = value;
      }
    }
  }
  return q;
}

/// A policy of the registry on one phone with one DNN, in the place of a world.
class MdpAgent {
 public:
  /// `parameters` in YAML. The first `actions` targets are legal.
  MdpAgent(const std::string& policy, const std::string& parameters, std::uint32_t actions,
           std::uint64_t seed = 1)
      : world_(seed + 1000000) {
    const DeviceType& type = phone().system().types[0];
    dnns_ = {type.dnns[0]};
    dnns_[0].legal.resize(actions);
    std::iota(dnns_[0].legal.begin(), dnns_[0].legal.end(), ActionId{0});
    dnns_[0].reference_j = 1;
    const config::Node node = config::parse_yaml(parameters, "parameters");
    config::Diagnostics diagnostics;
    const auto settings = PolicyRegistry::instance().find(policy)->read(&node, diagnostics);
    diagnostics.throw_if_any();
    policy_ = settings->make({type.actions, phone().system().dnns, dnns_, nullptr, nullptr,
                              RandomField(seed), type.profile.id});
    explore(true);
  }

  Policy& policy() { return *policy_; }

  void explore(bool on) { policy_->set_mode({.learn = on, .explore = on}); }

  /// A state as digits of base 4, 4, 2, 2: the number that StateSpace gives it without DNN
  /// features.
  static Observation observation(std::uint32_t state) {
    constexpr std::array<double, 4> kLoads = {0, 0.1, 0.5, 0.9};
    Observation o;
    o.load = {kLoads[state >> 4 & 3], kLoads[state >> 2 & 3]};
    o.weak = {(state >> 1 & 1) != 0, (state & 1) != 0};
    for (std::size_t l = 0; l < kLinks; ++l) o.signal_dbm[l] = o.weak[l] ? -85 : -55;
    return o;
  }

  ActionId decide(Observation o) {
    o.request = ++requests_;
    return policy_->decide(o).action;
  }
  ActionId decide(std::uint32_t state) { return decide(observation(state)); }

  /// Tells the policy an outcome; its energy is -reward times that of the reference.
  void tell(Observation o, ActionId action, double reward, Observation next, bool missed = false) {
    o.request = next.request = requests_;
    const Verdict verdict{.reward = reward, .score = 70, .qos_met = !missed, .accuracy_met = true};
    policy_->learn({verdict, o, next, action, 0.01, std::max(-reward, 0.0)});
  }
  void tell(std::uint32_t s, ActionId action, double reward, std::uint32_t next,
            bool missed = false) {
    tell(observation(s), action, reward, observation(next), missed);
  }

  struct Step {
    ActionId action = 0;
    std::uint32_t next = 0;
    double reward = 0;
    bool missed = false;
  };

  /// Decides in `state`, plays the outcome and learns from it.
  Step step(const Mdp& mdp, std::uint32_t state) {
    const ActionId action = decide(state);
    Draw draw = world_.at(Stream::kWorkload, 0, requests_);
    const Branch& branch = mdp.sample(state, action, draw);
    const double noise = branch.reward_sd > 0 ? branch.reward_sd * draw.normal() : 0;
    const Step step{action, branch.next, branch.reward + noise, branch.missed};
    tell(state, action, step.reward, step.next, step.missed);
    return step;
  }

  /// Plays `steps` steps, episode after episode.
  void play(const Mdp& mdp, std::uint64_t steps) {
    std::uint32_t s = start(mdp);
    for (std::uint64_t i = 0; i < steps; ++i) {
      s = step(mdp, s).next;
      if (mdp.terminal(s)) s = start(mdp);
    }
  }

  std::uint32_t start(const Mdp& mdp) {
    Draw draw = world_.at(Stream::kWorkload, 1, requests_);
    return mdp.start(draw);
  }

  /// The learned action values, of a policy whose table has a row per state of 64.
  ActionValues values(const Mdp& mdp) const {
    const auto saved = policy_->save();
    const std::size_t width = saved.at("actions").size();
    ActionValues q(mdp.states(), std::vector<double>(mdp.actions));
    for (std::uint32_t s = 0; s < mdp.states(); ++s) {
      for (std::uint32_t a = 0; a < mdp.actions; ++a) {
        q[s][a] = saved.at("values")[s * width + a].get<double>();
      }
    }
    return q;
  }

 private:
  static const Scenario& phone() {
    static const Scenario scenario = scenario_of(
        "name: mdp\ndevices: [{profile: mi8pro}]\ndnns: [mobilenet_v1]\npolicies: [random]\n"
        "phases: [{name: test, inferences: 1}]\n");
    return scenario;
  }

  RandomField world_;
  std::vector<DnnOnType> dnns_;
  std::unique_ptr<Policy> policy_;
  std::uint32_t requests_ = 0;
};

}  // namespace autoscale
