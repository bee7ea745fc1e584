// Offline optimal: per DNN the one action that would have earned most over everything that was met
// while learning; the ceiling of any policy that ignores the run-time variance.
//
// While it may learn it is told everything: each request it decides adds the reward that every
// legal action would earn, its own noise included, to the mean of (DNN, action). It decides for the
// legal action of highest mean; for a DNN it never saw, for the best action of the calm world.
// Trained in a phase under the conditions of the test (`conditions: scenario`) it is the best fixed
// action per DNN of that environment; trained on the grid, of the grid.
// Reward: `sound`, as policies/base/reward_means.h says.
// Source: none; the best fixed action in hindsight, against which regret is counted (Auer,
//   Cesa-Bianchi, Freund and Schapire, "The Nonstochastic Multiarmed Bandit Problem", SIAM Journal
//   on Computing 32(1), 2002), here one per DNN.
// Parameters: none.
#include "policies/base/reward_means.h"
#include "sim/policy/oracle.h"

namespace autoscale {
namespace {

class OfflineOptimal final : public FullInformationPolicy {
 public:
  static constexpr PolicyInfo kInfo{.family = "oracle",
                                    .summary = "per DNN the best fixed action of the environment",
                                    .source = "Auer et al., 2002, SIAM J. Comput.",
                                    .needs_costs = true,
                                    .needs_oracle = true,
                                    .learns = true};

  OfflineOptimal(const Config&, const PolicyContext& context)
      : FullInformationPolicy(context, "offline_optimal", context.dnns.size(),
                              OracleForm::kClairvoyant) {
    for (const Dnn& dnn : context.dnns) dnns_.push_back(dnn.id);
  }

  nlohmann::ordered_json save() const override {
    nlohmann::ordered_json saved;
    saved["policy"] = "offline_optimal";
    saved["device_type"] = device_type_;
    saved["dnns"] = dnns_;
    means_.save(saved);
    return saved;
  }

  void load(const nlohmann::ordered_json& saved) override {
    require_same(saved, "policy", "offline_optimal");
    require_same(saved, "device_type", device_type_);
    require_same(saved, "dnns", dnns_);
    means_.load(saved);
  }

 private:
  std::size_t row_of(const Observation& o) const override { return o.dnn; }

  std::vector<std::string> dnns_;
};

const RegisterPolicy<OfflineOptimal> registered_offline_optimal{"offline_optimal"};

}  // namespace
}  // namespace autoscale
