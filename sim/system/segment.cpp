#include "sim/system/segment.h"

#include <fmt/format.h>

#include <algorithm>

namespace autoscale {
namespace {

/// Sums up to each cut, as shares of the whole.
std::vector<double> cumulative_shares(const std::vector<double>& amounts) {
  std::vector<double> shares{0};
  for (const double amount : amounts) shares.push_back(shares.back() + amount);
  const double total = shares.back();
  for (double& share : shares) share /= total;
  return shares;
}

/// A precision that the roofline knows for a kind of processor; shares do not depend on which.
Precision known_precision(const Roofline& roofline, ProcessorKind kind) {
  for (std::size_t p = 0; p < kPrecisions; ++p) {
    if (roofline.ridge[kind][p] > 0) return static_cast<Precision>(p);
  }
  return Precision::kFp32;
}

std::vector<double> memory_shares(const Roofline& roofline, const Dnn& dnn, ProcessorKind kind,
                                  const std::vector<double>& compute) {
  std::vector<double> amounts;
  double total = 0;
  for (const BlockTime& t :
       block_times(roofline, dnn, kind, known_precision(roofline, kind), 1, 0)) {
    amounts.push_back(t.memory_s);
    total += t.memory_s;
  }
  return total > 0 ? cumulative_shares(amounts) : compute;
}

double tensor_bits(const PlanContext& context, std::uint16_t cut, ActionId made_by) {
  return 8 * element_bytes(context.actions[made_by].precision) * context.cuts.elements[cut];
}

void add(Cost& total, const Cost& part) {
  for (std::size_t s = 0; s < kStages; ++s) total.seconds[s] += part.seconds[s];
  for (std::size_t c = 0; c < kCauses; ++c) total.joules[c] += part.joules[c];
  total.latency_s += part.latency_s;
  total.energy_j += part.energy_j;
  total.server_j += part.server_j;
}

}  // namespace

Cuts make_cuts(const Roofline& roofline, const Dnn& dnn) {
  Cuts cuts;
  std::vector<double> macs;
  cuts.elements.push_back(dnn.blocks.front().in_elements);
  for (const Block& block : dnn.blocks) {
    macs.push_back(block.macs);
    cuts.elements.push_back(block.out_elements);
  }
  cuts.compute = cumulative_shares(macs);
  for (std::size_t k = 0; k < kProcessorKinds; ++k) {
    cuts.memory[k] = memory_shares(roofline, dnn, static_cast<ProcessorKind>(k), cuts.compute);
  }
  return cuts;
}

SegmentModel segment_model(const PlanContext& context, std::span<const Segment> plan,
                           std::size_t i) {
  const Segment& segment = plan[i];
  const Cuts& cuts = context.cuts;
  SegmentModel model{context.models[segment.action]};
  ActionModel& action = model.action;
  const auto& memory = cuts.memory[action.processor];
  action.work.compute_s *= cuts.compute[segment.last] - cuts.compute[segment.first];
  action.work.memory_s *= memory[segment.last] - memory[segment.first];
  if (action.site == Site::kPhone) return model;
  action.service_s = action.work.total();
  model.up_bits =
      i == 0 ? context.request.up_bits : tensor_bits(context, segment.first, plan[i - 1].action);
  model.down_bits = i + 1 == plan.size() ? context.request.down_bits
                                         : tensor_bits(context, segment.last, segment.action);
  return model;
}

double block_s(const PlanContext& context, ActionId action, std::size_t block) {
  const ActionModel& model = context.models[action];
  const std::vector<double>& compute = context.cuts.compute;
  const std::vector<double>& memory = context.cuts.memory[model.processor];
  return model.work.compute_s * model.slowdown * (compute[block + 1] - compute[block]) +
         model.work.memory_s * (memory[block + 1] - memory[block]);
}

std::string plan_problem(const PlanContext& context, std::span<const Segment> plan) {
  std::uint16_t next = 0;
  for (const Segment& s : plan) {
    if (s.first != next || s.last <= s.first) {
      return fmt::format("a segment of blocks {} to {} where block {} is next", s.first, s.last,
                         next);
    }
    if (s.action >= context.models.size() || !context.models[s.action].legal) {
      return fmt::format("illegal action {}", s.action);
    }
    next = s.last;
  }
  if (next != context.cuts.blocks()) {
    return fmt::format("{} of {} blocks planned", next, context.cuts.blocks());
  }
  return "";
}

ActionId main_action(const PlanContext& context, std::span<const Segment> plan) {
  const auto share = [&](const Segment& s) {
    return context.cuts.compute[s.last] - context.cuts.compute[s.first];
  };
  return std::max_element(plan.begin(), plan.end(),
                          [&](const Segment& a, const Segment& b) { return share(a) < share(b); })
      ->action;
}

double plan_score(const PlanContext& context, std::span<const Segment> plan) {
  double lowest = context.models[plan.front().action].score;
  for (const Segment& s : plan) lowest = std::min(lowest, context.models[s.action].score);
  return lowest;
}

Cost predict_plan(const PlanContext& context, std::span<const Segment> plan,
                  const Conditions& now) {
  Cost total;
  Conditions present = now;
  RequestModel request = context.request;
  std::array<double, kLinks> used_at{-1, -1};  // latency at the end of the last use
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const SegmentModel model = segment_model(context, plan, i);
    const bool remote = model.action.site != Site::kPhone;
    const std::size_t link = link_of(model.action.site);
    if (remote && used_at[link] >= 0) {
      const double idle_s = total.latency_s - used_at[link];
      present.promotion_s[link] = 0;
      present.tail_s[link] = std::min(now.tail_s[link], idle_s);
      present.cold[link] = request.slow_start[link].cold_after(idle_s);
    }
    request.up_bits = model.up_bits;
    request.down_bits = model.down_bits;
    const Cost cost = predict(request, model.action, present);
    add(total, cost);
    if (remote) used_at[link] = total.latency_s;
    for (auto& site : present.free_in_s) {
      for (double& free_in : site) free_in = std::max(0.0, free_in - cost.latency_s);
    }
    present.waited_s = present.decision_s = present.decision_w = 0;
  }
  return total;
}

std::string plan_name(const ActionSpace& actions, std::span<const Segment> plan) {
  std::string name;
  for (const Segment& s : plan) {
    name += fmt::format("{}{}[{}-{}]", name.empty() ? "" : "|", actions.name(s.action), s.first,
                        s.last);
  }
  return name;
}

}  // namespace autoscale
