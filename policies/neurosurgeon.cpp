// NeuroSurgeon: cuts a DNN once, the first blocks on the phone and the rest in the cloud.
//
// Source: Y. Kang et al., "Neurosurgeon: Collaborative Intelligence Between the Cloud and Mobile
//   Edge", ASPLOS 2017 (recalled).
// Algorithm: a regression model per class of layers and processor predicts the latency of a block
//   from its MACs and the elements it reads and writes (least squares through the origin, fitted to
//   the blocks of all DNNs of the scenario). For every request it enumerates the cuts, everything
//   in the cloud and everything on the phone among them, at the present signal strength, and takes
//   the one with the lowest predicted energy or latency.
// The phone runs its part on the CPU in fp32 at the top operating point, the cloud on its fastest
//   processor.
// Departs from the source: it does not watch the server's load; its energy model is the phone's
//   power tables, not a regression.
// Parameters: objective = energy (J) or latency (s).
#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <array>

#include "sim/policy/cost_model.h"
#include "sim/policy/registry.h"

namespace autoscale {

/// What NeuroSurgeon minimises.
enum class SplitObjective : std::uint8_t { kEnergy, kLatency };

template <>
struct config::EnumNames<SplitObjective> {
  static constexpr std::array<std::pair<SplitObjective, std::string_view>, 2> value{
      {{SplitObjective::kEnergy, "energy"}, {SplitObjective::kLatency, "latency"}}};
};

namespace {

/// Predicted seconds of a DNN's blocks on one target, cumulated up to each cut.
using Cumulated = std::vector<double>;

class NeuroSurgeon final : public Policy {
 public:
  static constexpr PolicyInfo kInfo{
      .family = "prior work",
      .summary = "cuts the DNN between phone and cloud by per-layer regression",
      .source = "Kang et al., 2017, ASPLOS",
      .needs_costs = true,
      .deliberates = true};
  struct Config {
    SplitObjective objective = SplitObjective::kEnergy;
    template <class V>
    void fields(V& v) {
      v.optional("objective", objective, "what the cut minimises");
    }
  };

  NeuroSurgeon(const Config& config, const PolicyContext& context)
      : objective_(config.objective), costs_(*context.costs) {
    for (std::uint16_t d = 0; d < costs_.dnn_count(); ++d) splits_.push_back(targets(d));
    predict_blocks(context.dnns, &Split::phone, &Split::phone_s);
    predict_blocks(context.dnns, &Split::cloud, &Split::cloud_s);
  }

  ExecutionPlan decide(const Observation& o) override {
    const PlanContext context = costs_.plan_context(o.dnn);
    const Conditions now = costs_.observed(o);
    const std::uint16_t blocks = context.cuts.blocks();
    std::uint16_t best = 0;
    double lowest = cost_of_cut(context, o.dnn, 0, now);
    for (std::uint16_t cut = 1; cut <= blocks; ++cut) {
      const double cost = cost_of_cut(context, o.dnn, cut, now);
      if (cost < lowest) {
        lowest = cost;
        best = cut;
      }
    }
    const Split& split = splits_[o.dnn];
    if (best == 0) return {split.cloud};
    if (best == blocks) return {split.phone};
    plan_ = {Segment{0, best, split.phone}, Segment{best, blocks, split.cloud}};
    return {0, plan_};
  }

 private:
  struct Split {
    ActionId phone = 0, cloud = 0;
    Cumulated phone_s, cloud_s;
  };

  /// The phone's CPU in fp32 at its top, and the fastest processor of the cloud; the phone again if
  /// the cloud has none for this DNN.
  Split targets(std::uint16_t dnn) const {
    const PlanContext context = costs_.plan_context(dnn);
    const ActionId phone = costs_.dnn(dnn).reference;
    Split split{phone, phone, {}, {}};
    double fastest = std::numeric_limits<double>::infinity();
    for (const TargetGroup& group : context.actions.groups()) {
      const auto top = static_cast<ActionId>(group.first + group.count - 1);
      const ActionModel& model = context.models[top];
      if (!model.legal) continue;
      if (group.site == Site::kCloud && model.service_s < fastest) {
        fastest = model.service_s;
        split.cloud = top;
      }
    }
    return split;
  }

  /// MACs in millions, and thousands of elements read and written.
  static Eigen::Vector2d features(const Block& block) {
    return {block.macs / 1e6, (block.in_elements + block.out_elements + block.parameters) / 1e3};
  }

  /// Fits one model per class of blocks to all DNNs as profiled, then predicts every DNN's blocks
  /// with it.
  void predict_blocks(std::span<const Dnn> dnns, ActionId Split::*target,
                      Cumulated Split::*predicted) {
    PerBlockClass<Eigen::Matrix2d> normal;
    PerBlockClass<Eigen::Vector2d> moment;
    normal.fill(Eigen::Matrix2d::Zero());
    moment.fill(Eigen::Vector2d::Zero());
    for (std::uint16_t d = 0; d < costs_.dnn_count(); ++d) {
      const PlanContext context = costs_.plan_context(d);
      for (std::size_t i = 0; i < dnns[d].blocks.size(); ++i) {
        const BlockClass c = dnns[d].blocks[i].block_class;
        const Eigen::Vector2d x = features(dnns[d].blocks[i]);
        normal[c] += x * x.transpose();
        moment[c] += x * block_s(context, splits_[d].*target, i);
      }
    }
    PerBlockClass<Eigen::Vector2d> weights;
    for (std::size_t c = 0; c < kBlockClasses; ++c) {
      // Singular where all blocks of a class are in proportion; any solution predicts these alike.
      weights[c] = normal[c].ldlt().solve(moment[c]);
    }
    for (std::uint16_t d = 0; d < costs_.dnn_count(); ++d) {
      Cumulated& sums = splits_[d].*predicted;
      sums = {0};
      for (const Block& block : dnns[d].blocks) {
        const double predicted_s = features(block).dot(weights[block.block_class]);
        sums.push_back(sums.back() + std::max(0.0, predicted_s));
      }
    }
  }

  /// Predicted cost of the blocks before `cut` on the phone and the rest in the cloud.
  double cost_of_cut(const PlanContext& context, std::uint16_t dnn, std::uint16_t cut,
                     const Conditions& now) const {
    const Split& split = splits_[dnn];
    const std::uint16_t blocks = context.cuts.blocks();
    const Segment both[] = {{0, cut, split.phone}, {cut, blocks, split.cloud}};
    const std::span<const Segment> plan =
        std::span(both).subspan(cut == 0 ? 1 : 0, cut == 0 || cut == blocks ? 1 : 2);
    double energy_j = 0, latency_s = 0;
    RequestModel request = context.request;
    for (std::size_t i = 0; i < plan.size(); ++i) {
      SegmentModel model = segment_model(context, plan, i);
      WorkSplit& work = model.action.work;
      const Cumulated& sums = model.action.site == Site::kPhone ? split.phone_s : split.cloud_s;
      work = {work.overhead_s, sums[plan[i].last] - sums[plan[i].first], 0};
      model.action.service_s = work.total();
      request.up_bits = model.up_bits;
      request.down_bits = model.down_bits;
      const Cost cost = predict(request, model.action, now);
      energy_j += cost.energy_j;
      latency_s += cost.latency_s;
    }
    return objective_ == SplitObjective::kEnergy ? energy_j : latency_s;
  }

  SplitObjective objective_;
  const CostModel& costs_;
  std::vector<Split> splits_;  // by DNN
  std::array<Segment, 2> plan_;
};

const RegisterPolicy<NeuroSurgeon> registered_neurosurgeon{"neurosurgeon"};

}  // namespace
}  // namespace autoscale
