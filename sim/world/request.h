// A request in flight: what was seen and decided, how far its work is, and its ledger.
//
// A request runs as a whole on one target or in segments, one after the other. Either way `work`
// says what is at hand; it is set once per decision and per segment. A generative request has two
// phases, of which the second begins with its first token.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sim/policy/observation.h"
#include "sim/system/dnn_on_type.h"
#include "sim/system/ledger.h"
#include "sim/system/segment.h"
#include "sim/world/observer.h"

namespace autoscale {

/// The work at hand: the whole network, or the segment that is next.
struct Work {
  const ActionModel* action = nullptr;  // with the score of the whole request
  double up_bits = 0;
  double down_bits = 0;
};

/// The course of a request that runs in segments.
struct SegmentCourse {
  std::vector<Segment> segments;  // as decided
  std::size_t at = 0;
  ActionModel action;  // of the segment at hand
  double score = 0;    // of the whole plan
  bool accurate = false;
  double remote_s = 0;    // network, queue and service of the segments before
  double listened_j = 0;  // likewise
};

/// The course of a generative request.
struct TokenCourse {
  Tokens tokens;
  const Course* course = nullptr;  // null: the request is not generative
  bool decoding = false;           // the first token is there
  Time first_token{};
  Time stream_end = kNever;  // remote: when the last token arrives, once that is known
  Time received = kNever;    // remote: since when nothing is in the air
};

struct Request {
  Observation observation;
  Time arrival{};       // of this request or, when none is in flight, of the next
  Time mark{};          // since when the present stretch of work runs
  Time stage_start{};   // of the present stage
  double left = 0;      // share of a local inference, or bits of a transfer, at `mark`
  Time end{};           // of them under present conditions; not on a shared medium
  LocalTime pace;       // of the whole local inference, or phase, under present conditions
  double busy_w = 0;    // of the processor, in that stretch
  double air_mark = 0;  // shared medium: its virtual time at `mark`
  Ledger ledger;
  Work work;
  ActionId action = 0;           // as decided; see RequestRecord
  ActionId executed = 0;         // what heat left of it
  std::uint16_t generation = 0;  // of transfers, to recognise outdated events
  bool uploading = false;
  double rtt_s = 0;   // of the connection in use
  bool cold = false;  // it had been idle
  bool in_segments = false;
  bool throttled = false;                 // as it began
  std::unique_ptr<SegmentCourse> course;  // of the latest request that ran in segments
  OracleComparison oracle;
  TokenCourse stream;

  bool generative() const { return stream.course != nullptr; }

  /// A new request, which has waited since its arrival.
  void begin(Time now);
  /// Decides for the whole network on one target.
  void run_whole(const DnnOnType& dnn, ActionId decided, ActionId left_by_heat);
  /// Decides for a valid plan of several segments; take_segment() comes next.
  void run_in_segments(const PlanContext& context, std::span<const Segment> plan,
                       double accuracy_target);
  /// The action that was decided for the segment at hand.
  ActionId segment_action() const { return course->segments[course->at].action; }
  /// Makes the segment at hand the work, with the action that heat leaves of it.
  void take_segment(const PlanContext& context, ActionId left_by_heat);
  /// Closes the account of the segment at hand and goes on to the next; false if it was the last.
  bool next_segment(const RequestModel& model);
  /// As decided; empty if the request runs as a whole.
  std::span<const Segment> segments() const {
    return in_segments ? course->segments : std::span<const Segment>{};
  }

  bool local() const { return work.action->site == Site::kPhone; }
  /// The link of remote work.
  std::size_t link() const { return link_of(work.action->site); }
  void end_stage(Stage stage, Time now) {
    ledger.stages[stage] += now - stage_start;
    stage_start = now;
  }
  /// The baseline's and the listening radio's share, from the times of the stages.
  void charge_idle(const RequestModel& model);
};

}  // namespace autoscale
