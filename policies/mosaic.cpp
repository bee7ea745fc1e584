// MOSAIC: slices a DNN over the phone's own processors, once per DNN.
//
// Source: M. Han, J. Hyun, S. Park, J. Park and W. Baek, "MOSAIC: Heterogeneity-, Communication-,
//   and Constraint-Aware Model Slicing and Execution for Accurate and Efficient Inference", PACT
//   2019 (recalled).
// Algorithm: dynamic programming over the blocks. A partial plan ends on a processor and has an
//   energy and a latency; of the partial plans that end on the same processor only those are kept
//   that no other beats in both. Going to another processor costs that one's overhead (kernel
//   launches and buffer hand-over). Of the complete plans it takes the one with the lowest energy
//   that meets the latency constraint, else the fastest. That is the exact optimum of the nominal
//   model.
// Candidates: every processor and precision of the phone at its top operating point that meets the
//   accuracy target by itself; all of them if none does.
// Departs from the source: latencies come from the simulator's nominal model instead of a fitted
//   one; slices run one after another; voltage and frequency are not varied.
// Parameters: none.
#include <algorithm>
#include <limits>

#include "policies/base/fixed_policy.h"
#include "sim/policy/cost_model.h"

namespace autoscale {
namespace {

class Mosaic final : public Policy {
 public:
  static constexpr PolicyInfo kInfo{
      .family = "prior work",
      .summary = "slices the DNN over the phone's processors by dynamic programming",
      .source = "Han et al., 2019, PACT",
      .needs_costs = true};
  using Config = NoParameters;

  Mosaic(const Config&, const PolicyContext& context) {
    for (std::uint16_t d = 0; d < context.costs->dnn_count(); ++d) {
      plans_.push_back(best_plan(*context.costs, d));
    }
  }

  ExecutionPlan decide(const Observation& o) override { return {0, plans_[o.dnn]}; }

 private:
  /// A plan for the blocks so far.
  struct Partial {
    double energy_j = 0;
    double latency_s = 0;
    std::size_t before = 0;  // index of the partial plan it extends, of the blocks before
    std::size_t on = 0;      // candidate that runs the last block
  };

  static std::vector<ActionId> candidates(const PlanContext& context) {
    std::vector<ActionId> accurate, legal;
    for (const TargetGroup& group : context.actions.groups()) {
      const auto top = static_cast<ActionId>(group.first + group.count - 1);
      const ActionModel& model = context.models[top];
      if (group.site != Site::kPhone || !model.legal) continue;
      legal.push_back(top);
      if (model.accurate) accurate.push_back(top);
    }
    return accurate.empty() ? legal : accurate;
  }

  /// Drops what another one beats in both energy and latency.
  static void keep_undominated(std::vector<Partial>& partials) {
    std::sort(partials.begin(), partials.end(), [](const Partial& a, const Partial& b) {
      return a.energy_j != b.energy_j ? a.energy_j < b.energy_j : a.latency_s < b.latency_s;
    });
    double fastest = std::numeric_limits<double>::infinity();
    std::erase_if(partials, [&](const Partial& p) {
      if (p.latency_s >= fastest) return true;
      fastest = p.latency_s;
      return false;
    });
  }

  /// All partial plans worth keeping after one more block.
  static std::vector<Partial> extend(const PlanContext& context,
                                     const std::vector<ActionId>& targets,
                                     const std::vector<Partial>& plans, std::size_t block) {
    std::vector<Partial> extended;
    for (std::size_t on = 0; on < targets.size(); ++on) {
      const ActionModel& model = context.models[targets[on]];
      std::vector<Partial> here;
      for (std::size_t p = 0; p < plans.size(); ++p) {
        const bool stays = block > 0 && plans[p].on == on;
        const double s = block_s(context, targets[on], block) + (stays ? 0 : model.work.overhead_s);
        const double w = model.busy_w + context.request.idle.busy_w;
        here.push_back({plans[p].energy_j + w * s, plans[p].latency_s + s, p, on});
      }
      keep_undominated(here);
      extended.insert(extended.end(), here.begin(), here.end());
    }
    return extended;
  }

  static std::size_t choose(const std::vector<Partial>& plans, double qos_s) {
    const auto better = [&](const Partial& a, const Partial& b) {
      const bool a_met = a.latency_s <= qos_s, b_met = b.latency_s <= qos_s;
      if (a_met != b_met) return a_met;
      return a_met ? a.energy_j < b.energy_j : a.latency_s < b.latency_s;
    };
    return static_cast<std::size_t>(std::min_element(plans.begin(), plans.end(), better) -
                                    plans.begin());
  }

  static std::vector<Segment> best_plan(const CostModel& costs, std::uint16_t dnn) {
    const PlanContext context = costs.plan_context(dnn);
    const std::vector<ActionId> targets = candidates(context);
    std::vector<std::vector<Partial>> steps{{Partial{}}};
    for (std::uint16_t block = 0; block < context.cuts.blocks(); ++block) {
      steps.push_back(extend(context, targets, steps.back(), block));
    }
    std::size_t at = choose(steps.back(), costs.constraints().qos_s);
    std::vector<Segment> plan;
    for (std::uint16_t block = context.cuts.blocks(); block > 0; --block) {
      const Partial& partial = steps[block][at];
      const ActionId action = targets[partial.on];
      const auto first = static_cast<std::uint16_t>(block - 1);
      if (plan.empty() || plan.back().action != action) {
        plan.push_back({first, block, action});
      } else {
        plan.back().first = first;
      }
      at = partial.before;
    }
    std::reverse(plan.begin(), plan.end());
    return plan;
  }

  std::vector<std::vector<Segment>> plans_;  // by DNN
};

const RegisterPolicy<Mosaic> registered_mosaic{"mosaic"};

}  // namespace
}  // namespace autoscale
