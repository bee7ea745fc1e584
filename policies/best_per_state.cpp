// Best per state: the best fixed action per AutoScale state, the ceiling of any table over these
// bins. What it loses to Opt is lost by the bins; what a learner loses to it, by learning.
//
// While it may learn it is told everything: each request it decides adds the reward that every
// legal action would earn in the present conditions to the mean of (state, action). It decides for
// the legal action of highest mean; in a state it never saw, for the best action of the calm world.
// Trained in a phase under the conditions of the test (`conditions: scenario`) it is the ceiling
// for that environment; trained on the grid, the ceiling of what the paper's training can teach,
// which in another environment a luckier table may beat.
// Reward: `sound`, as policies/base/reward_means.h says.
// The ceiling holds where DNNs of one state have the same legal actions, as in the shipped data;
// elsewhere an action's mean is over the requests for which it was legal.
// Source: none. Parameters: form = expected (rewards of mean times, as Opt ranks: the ceiling of
// agreement with it) or clairvoyant (means over the requests' own noise, as learners meet it: the
// ceiling of the mean reward); those of the state (sim/policy/state_space.h).
#include "policies/base/reward_means.h"
#include "sim/policy/oracle.h"
#include "sim/policy/state_space.h"

namespace autoscale {
namespace {

class BestPerState final : public FullInformationPolicy {
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
      : BestPerState(config, context, StateSpace(config.state, context.dnns)) {}

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
  BestPerState(const Config& config, const PolicyContext& context, StateSpace space)
      : FullInformationPolicy(context, "best_per_state", space.size(), config.form),
        space_(std::move(space)) {}

  std::size_t row_of(const Observation& o) const override { return space_.of(o); }

  StateSpace space_;
};

const RegisterPolicy<BestPerState> registered_best_per_state{"best_per_state"};

}  // namespace
}  // namespace autoscale
