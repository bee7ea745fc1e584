// Best per state: the best fixed action per AutoScale state, the ceiling of any table over these
// bins. What it loses to Opt is lost by the bins; what a learner loses to it, by learning.
//
// While it may learn it is told everything: each request it decides adds the reward that every
// legal action would earn in the present conditions to the mean of (state, action). It decides for
// the legal action of highest mean; in a state it never saw, for the best action of the calm world.
// Trained in a phase under the conditions of the test (`conditions: scenario`) it is the ceiling
// for that environment; trained on the grid, the ceiling of what the paper's training can teach,
// which in another environment a luckier table may beat.
// Reward: `sound`, as policies/reward_means.h says.
// The ceiling holds where DNNs of one state have the same legal actions, as in the shipped data;
// elsewhere an action's mean is over the requests for which it was legal.
// Source: none. Parameters: form = expected (rewards of mean times, as Opt ranks: the ceiling of
// agreement with it) or clairvoyant (means over the requests' own noise, as learners meet it: the
// ceiling of the mean reward); those of the state (sim/env/state_space.h).
#include "policies/reward_means.h"
#include "sim/env/fixed_policy.h"
#include "sim/env/state_space.h"

namespace autoscale {
namespace {

/// The base answers in the states without experience.
class BestPerState final : public FixedPolicy {
 public:
  static constexpr PolicyInfo kInfo{
      .family = "oracle",
      .summary = "the best fixed action per AutoScale state: the ceiling of any table",
      .source = "none",
      .needs_costs = true,
      .needs_oracle = true,
      .learns = true};
  struct Config {
    OracleForm form = OracleForm::kExpected;
    StateConfig state;
    template <class V>
    void fields(V& v) {
      v.optional("form", form, "whether it learns from the requests' own noise");
      state.fields(v);
    }
  };

  BestPerState(const Config& config, const PolicyContext& context)
      : FixedPolicy(context, "best_per_state", [](const Target&) { return true; }),
        space_(config.state, context.dnns),
        means_(context, space_.size(), config.form),
        device_type_(context.device_type) {}

  /// Studies the request too: its conditions are known now, and no longer when it completes.
  ExecutionPlan decide(const Observation& o) override {
    const std::uint32_t state = space_.of(o);
    if (learning_) means_.study(o, state);
    const std::optional<ActionId> best = means_.best(state, o.dnn);
    return best ? ExecutionPlan{*best} : FixedPolicy::decide(o);
  }

  void set_mode(PolicyMode mode) override { learning_ = mode.learn; }

  std::size_t table_bytes() const override { return means_.bytes(); }

  LearningProgress progress() override { return means_.progress(); }

  nlohmann::ordered_json save() const override {
    nlohmann::ordered_json saved;
    saved["policy"] = "best_per_state";
    saved["device_type"] = device_type_;
    saved["state_definition"] = space_.definition();
    means_.save(saved);
    return saved;
  }

  void load(const nlohmann::ordered_json& saved) override {
    require_same(saved, "policy", "best_per_state");
    require_same(saved, "state_definition", space_.definition());
    means_.load(saved);
  }

 private:
  StateSpace space_;
  RewardMeans means_;  // a row per state
  std::string device_type_;
  bool learning_ = false;
};

const RegisterPolicy<BestPerState> registered{"best_per_state"};

}  // namespace
}  // namespace autoscale
