#include "sim/world/request.h"

#include "sim/system/generation_cost.h"

namespace autoscale {

void Request::begin(Time now) {
  ledger = {};
  oracle = {};
  stream = {};
  ledger.stages[Stage::kWait] = now - arrival;
}

void Request::run_whole(const DnnOnType& dnn, ActionId decided, ActionId left_by_heat) {
  in_segments = false;
  action = decided;
  executed = left_by_heat;
  work = {&dnn.actions[executed], dnn.request.up_bits, dnn.request.down_bits};
  if (!dnn.request.generative()) return;
  stream.course = &dnn.request.courses[work.action->course];
  work.up_bits = prompt_bits(dnn.request, stream.tokens);
  work.down_bits = stream_bits(dnn.request, stream.tokens);
}

void Request::run_in_segments(const PlanContext& context, std::span<const Segment> plan,
                              double accuracy_target) {
  in_segments = true;
  if (!course) course = std::make_unique<SegmentCourse>();
  course->segments.assign(plan.begin(), plan.end());
  course->at = 0;
  course->remote_s = course->listened_j = 0;
  course->score = plan_score(context, plan);
  course->accurate = course->score >= accuracy_target;
  action = executed = main_action(context, plan);
}

void Request::take_segment(const PlanContext& context, ActionId left_by_heat) {
  Segment& segment = course->segments[course->at];
  const ActionId decided = segment.action;
  segment.action = left_by_heat;
  const SegmentModel model = segment_model(context, course->segments, course->at);
  segment.action = decided;
  course->action = model.action;
  course->action.score = course->score;
  course->action.accurate = course->accurate;
  work = {&course->action, model.up_bits, model.down_bits};
}

bool Request::next_segment(const RequestModel& model) {
  const double remote_s = to_seconds(ledger.stages[Stage::kNetwork] + ledger.stages[Stage::kQueue] +
                                     ledger.stages[Stage::kService]);
  if (!local()) course->listened_j += model.listen_w[link()] * (remote_s - course->remote_s);
  course->remote_s = remote_s;
  return ++course->at < course->segments.size();
}

void Request::charge_idle(const RequestModel& model) {
  const auto seconds = [this](Stage s) { return to_seconds(ledger.stages[s]); };
  const double decode = seconds(Stage::kDecode);
  const double busy =
      seconds(Stage::kDecision) + seconds(Stage::kCompute) + (local() ? decode : 0.0);
  const double transfer =
      seconds(Stage::kUpload) + seconds(Stage::kDownload) + (local() ? 0.0 : decode);
  const double remote =
      seconds(Stage::kNetwork) + seconds(Stage::kQueue) + seconds(Stage::kService);
  const double waiting = remote + seconds(Stage::kWait) + seconds(Stage::kPromotion);
  double& idle = ledger.joules[Cause::kIdle];
  idle +=
      model.idle.busy_w * busy + model.idle.transfer_w * transfer + model.idle.waiting_w * waiting;
  if (!model.idle.listens) return;
  if (in_segments) {
    idle += course->listened_j;
  } else if (!local()) {
    idle += model.listen_w[link()] * remote;
  }
}

}  // namespace autoscale
