#include "sim/world/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "sim/core/check.h"
#include "sim/system/generation_cost.h"
#include "sim/system/reward.h"

namespace autoscale {

World::World(const SystemModel& system, std::uint64_t seed, PolicyUnderTest setup,
             Observer& observer, std::optional<Steering> steering, std::optional<PhoneRange> shard)
    : system_(system),
      observer_(observer),
      run_(system, seed),
      phones_(system, shard.value_or(PhoneRange{0, system.devices()})),
      arrivals_(run_),
      noise_(run_),
      surroundings_(run_),
      air_(system, phones_.size(), surroundings_, engine_),
      servers_(system, phones_.range()),
      oracle_(system, engine_, phones_, surroundings_, noise_, air_, servers_),
      deciders_(system, std::move(setup), steering, observer) {
  // One event per phone; on a shared medium also the outdated ones that joining phones leave
  // behind.
  const bool shared = system.links[kCloudLink].shared() || system.links[kTabletLink].shared();
  engine_.reserve(phones_.size() * (shared ? 4 : 1) + 64);
  deciders_.make_policies(phones_, run_.random(), oracle_);
}

void World::reset(std::uint64_t seed) {
  engine_.reset();
  run_.reset(seed);
  air_.reset();
  servers_.reset();
  decision_due_ = false;
  deciders_.make_policies(phones_, run_.random(), oracle_);
}

void World::begin(const PhasePlan& phase) {
  run_.begin(phase, engine_.now());
  unfinished_ = 0;
  const bool matters = deciders_.steering() || phase.matters_to(deciders_.setup().info.learns);
  if (phase.length() == 0 || !matters) return;
  unfinished_ = static_cast<std::uint32_t>(phones_.size());
  deciders_.set_mode({phase.learn, phase.explore});
  for (Phone& phone : phones_) begin_phase(phone);
}

bool World::advance() {
  if (unfinished_ > 0) {
    engine_.run_until(kNever - Duration(1), [this](Event event) { handle(event); });
  }
  return decision_due_;
}

void World::handle(Event event) try {
  const std::optional<Event> next = engine_.upcoming();
  if (next && concerns_phone(*next)) phones_.prefetch(next->id);
  switch (static_cast<WorldEvent>(event.kind)) {
    case WorldEvent::kArrival:
      return begin_request(phones_[event.id]);
    case WorldEvent::kLocalStep:
      return step_local(phones_[event.id]);
    case WorldEvent::kUploadStart:
      return start_upload(phones_[event.id]);
    case WorldEvent::kTransferStart:
      return air_.transfer(phones_[event.id]);
    case WorldEvent::kTransferStep:
      if (air_.step(phones_[event.id])) finish_transfer(phones_[event.id]);
      return;
    case WorldEvent::kServerArrival:
      return arrive_at_server(phones_[event.id]);
    case WorldEvent::kDownloadStart:
      return start_download(phones_[event.id]);
    case WorldEvent::kMediumFinish:
      if (Phone* phone = air_.finish_on_medium(event, phones_)) finish_transfer(*phone);
      return;
    case WorldEvent::kMediumRerate:
      return air_.rerate(phones_[event.id], event.stamp);
    case WorldEvent::kBatchStep:
      return step_batch(event);
    case WorldEvent::kStreamEnd:
      return end_stream(phones_[event.id]);
  }
} catch (const TimeOverflow& problem) {
  overflow(event, problem);
}

// --- between requests

void World::begin_phase(Phone& phone) {
  surroundings_.begin_phase(phone, engine_.now());
  phone.done = 0;
  phone.request.arrival = arrivals_.first(phone, engine_.now());
  schedule(phone.request.arrival, EventRank::kArrival, WorldEvent::kArrival, phone);
}

/// Passes over the frames that came while the pipeline was busy.
void World::drop_frames(Phone& phone) {
  while (phone.done < run_.phase().length()) {
    const Time next = arrivals_.next(phone, engine_.now());
    if (next >= engine_.now()) return;
    if (run_.phase().record || deciders_.steering()) {
      observer_.on_dropped(phone.number, phone.type, run_.dnn_of(phone), 1);
    }
    phone.request.arrival = next;
    ++phone.done;
  }
}

/// Schedules the phone's next request, or begins it at once if it is already waiting.
void World::plan_next(Phone& phone) {
  if (arrivals_.drop_frames()) drop_frames(phone);
  if (phone.done == run_.phase().length()) {
    if (--unfinished_ == 0) engine_.stop();
    return;
  }
  phone.request.arrival = arrivals_.next(phone, engine_.now());
  if (phone.request.arrival > engine_.now()) {
    schedule(phone.request.arrival, EventRank::kArrival, WorldEvent::kArrival, phone);
  } else {
    begin_request(phone);
  }
}

// --- decision

void World::begin_request(Phone& phone) {
  const Time now = engine_.now();
  phone.request.begin(now);
  if (run_.phase().grid()) surroundings_.set_grid_conditions(phone);
  surroundings_.refresh(phone, now);
  phone.request.throttled = phone.conditions.thermal.throttled();
  phone.request.observation = surroundings_.observe(phone, run_.dnn_of(phone), now);
  if (dnn_of(phone).request.generative()) draw_tokens(phone);
  if (deciders_.steers(phone)) {
    decision_due_ = true;
    engine_.stop();
  } else {
    decide(phone, deciders_.ask(phone));
  }
}

void World::decide(const ExecutionPlan& plan) {
  AUTOSCALE_CHECK(decision_due_, "no decision is due");
  decide(phones_[deciders_.steered_phone()], plan);
  decision_due_ = false;
}

void World::decide(Phone& phone, const ExecutionPlan& plan) {
  Request& request = phone.request;
  adopt(phone, plan);
  if (deciders_.setup().compare_with_opt && run_.phase().record) {
    request.oracle = oracle_.compare(phone);
    if (deciders_.setup().compare_with_oracles) oracle_.compare_with_oracles(phone, request.oracle);
  }
  const Duration decision = deciders_.decision_time(phone);
  request.ledger.stages[Stage::kDecision] = decision;
  request.ledger.joules[Cause::kDecision] = type_of(phone).cpu_top_w * to_seconds(decision);
  start(phone, decision);
}

/// Takes a decision over, if it is legal. One segment is the whole network.
void World::adopt(Phone& phone, const ExecutionPlan& plan) {
  const std::span<const Segment> segments = plan.segments;
  if (!segments.empty()) {
    const std::string problem = plan_problem(plan_context(phone), segments);
    if (!problem.empty()) refuse(phone, problem);
  }
  if (segments.size() > 1) {
    phone.request.run_in_segments(plan_context(phone), segments,
                                  system_.constraints.accuracy_target);
    return take_segment(phone);
  }
  const ActionId action = segments.empty() ? plan.action : segments.front().action;
  const DnnOnType& dnn = dnn_of(phone);
  if (action >= dnn.actions.size()) refuse(phone, fmt::format("illegal action {}", action));
  if (!dnn.actions[action].legal) {
    refuse(phone, fmt::format("illegal action {}: {}", action, why_illegal(dnn.actions[action])));
  }
  phone.request.run_whole(dnn, action, surroundings_.capped(phone, action));
}

void World::refuse(const Phone& phone, const std::string& problem) const {
  const Observation& o = phone.request.observation;
  throw PolicyError(fmt::format("policy '{}': {} for {} on device {} (request {}, at {} s)",
                                deciders_.setup().name, problem, system_.dnns[o.dnn].id,
                                phone.number, o.request, to_seconds(engine_.now())));
}

/// Says where in the run the time of an event's work ran out.
void World::overflow(Event event, const TimeOverflow& problem) const {
  std::string request;
  if (concerns_phone(event)) {
    const Phone& phone = phones_[event.id];
    request = fmt::format(", {} on device {} (request {})", system_.dnns[run_.dnn_of(phone)].id,
                          phone.number, phone.request.observation.request);
  }
  throw TimeOverflow(fmt::format("policy '{}'{}, at {} s: takes {}", deciders_.setup().name,
                                 request, to_seconds(engine_.now()), problem.what()));
}

// --- work

/// Starts the inference, or the segment of it that is next.
void World::start(Phone& phone, Duration lead) {
  if (phone.request.local()) {
    start_local(phone, lead);
  } else {
    start_remote(phone, lead);
  }
}

void World::take_segment(Phone& phone) {
  const ActionId action = surroundings_.capped(phone, phone.request.segment_action());
  phone.request.take_segment(plan_context(phone), action);
}

/// After the inference, or a segment of it.
void World::finish(Phone& phone) {
  Request& request = phone.request;
  if (!request.in_segments || !request.next_segment(dnn_of(phone).request)) return complete(phone);
  surroundings_.refresh(phone, engine_.now());
  surroundings_.rest(phone);
  take_segment(phone);
  start(phone, Duration::zero());
}

// --- on the phone

void World::start_local(Phone& phone, Duration lead) {
  Request& request = phone.request;
  request.mark = request.stage_start = engine_.now() + lead;
  request.left = 1;
  phone.conditions.co_runner_w = request.work.action->co_runner_w;
  schedule_local(phone);
}

/// Schedules the end of the inference, or phase, under present conditions, or their next change.
void World::schedule_local(Phone& phone) {
  Request& request = phone.request;
  const bool generative = request.generative();
  if (generative) {  // heat may have changed its operating point
    request.work.action = &dnn_of(phone).actions[surroundings_.capped(phone, request.action)];
  }
  const ActionModel& action = *request.work.action;
  const auto [work, power] = generative ? phase_of_work(phone) : PhaseOfWork{action.work};
  request.busy_w = action.busy_w * power;
  const double noise = noise_.local(request.observation, action.processor, action.noise_cv);
  request.pace = local_time(work, action.slowdown, action.processor == ProcessorKind::kCpu,
                            dnn_of(phone).request.contention, phone.conditions.load());
  request.pace.latency_s *= noise;
  request.pace.busy_s *= noise;
  phone.conditions.active_w = request.busy_w * request.pace.busy_s / request.pace.latency_s;
  Time change = surroundings_.next_load_change(phone);
  if (generative) change = std::min(change, surroundings_.next_heat_change(phone));
  request.end = after_seconds(request.mark, request.left * request.pace.latency_s);
  schedule_step(engine_, request.end, change, WorldEvent::kLocalStep, phone.number);
}

void World::step_local(Phone& phone) {
  Request& request = phone.request;
  const Time now = engine_.now();
  const LocalTime& pace = request.pace;
  const bool over = now >= request.end;
  const double ran = std::max(0.0, to_seconds(now - request.mark));
  const double done = over ? request.left : ran / pace.latency_s;
  const ActionModel& action = *request.work.action;
  request.ledger.joules[processor_cause(action.processor)] += request.busy_w * pace.busy_s * done;
  if (!over) {
    request.left -= done;
    request.mark = std::max(request.mark, now);
    surroundings_.refresh(phone, now);
    return schedule_local(phone);
  }
  if (request.generative() && !request.stream.decoding) return first_token(phone);
  request.end_stage(request.generative() ? Stage::kDecode : Stage::kCompute, now);
  finish(phone);
}

// --- at a tablet or cloud

void World::start_remote(Phone& phone, Duration lead) {
  Request& request = phone.request;
  const std::size_t link = request.link();
  const Time now = engine_.now();
  const LinkTechnology& technology = system_.links[link].technology;
  const Promotion promotion = surroundings_.promotion(phone, link, now);
  request.ledger.joules[Cause::kRadioTail] +=
      technology.tail.energy_j(surroundings_.tail_s(phone, link, now)) +
      promotion.power_w * promotion.time_s;
  const Duration promoted = from_seconds(promotion.time_s);
  request.ledger.stages[Stage::kPromotion] += promoted;
  lead += promoted;
  if (lead > Duration::zero()) {
    schedule(now + lead, EventRank::kCompletion, WorldEvent::kUploadStart, phone);
  } else {
    start_upload(phone);
  }
}

void World::start_upload(Phone& phone) {
  Request& request = phone.request;
  request.uploading = true;
  request.rtt_s = noise_.rtt_s(request.observation, request.link());
  request.cold = surroundings_.cold(phone, request.link(), engine_.now());
  air_.start(phone, request.work.up_bits);
}

void World::start_download(Phone& phone) {
  Request& request = phone.request;
  request.end_stage(Stage::kNetwork, engine_.now());
  request.uploading = false;
  if (request.generative()) return receive_stream(phone);
  air_.start(phone, request.work.down_bits);
}

void World::finish_transfer(Phone& phone) {
  Request& request = phone.request;
  const Time now = engine_.now();
  if (!request.uploading) {
    if (request.generative()) return stream_received(phone);
    request.end_stage(Stage::kDownload, now);
    return finish(phone);
  }
  request.end_stage(Stage::kUpload, now);
  phone.conditions.active_w = type_of(phone).radio[request.link()].listen_w;
  schedule(now + from_seconds(request.rtt_s / 2), EventRank::kArrival, WorldEvent::kServerArrival,
           phone);
}

void World::arrive_at_server(Phone& phone) {
  Request& request = phone.request;
  const Time now = engine_.now();
  const ActionModel& action = *request.work.action;
  request.end_stage(Stage::kNetwork, now);
  if (request.generative()) return generate_at_server(phone);
  const double service_s = action.service_s * noise_.server(request.observation, action.site,
                                                            action.pool, action.noise_cv);
  const Duration service = from_seconds(service_s);
  const Time start = servers_.admit(phone, action.site, action.pool, now, service);
  request.ledger.server_j += action.busy_w * to_seconds(service);
  request.ledger.stages[Stage::kQueue] += start - now;
  request.ledger.stages[Stage::kService] += service;
  request.stage_start = start + service;
  schedule(request.stage_start + from_seconds(request.rtt_s / 2), EventRank::kEnvironment,
           WorldEvent::kDownloadStart, phone);
}

// --- completion

double World::judged_latency_s(const Phone& phone) const {
  const Request& request = phone.request;
  const TokenCourse& stream = request.stream;
  if (!request.generative()) return to_seconds(engine_.now() - request.arrival);
  const double decode_s = to_seconds(engine_.now() - stream.first_token);
  return autoscale::judged_latency_s(dnn_of(phone).request,
                                     to_seconds(stream.first_token - request.arrival),
                                     time_per_token(stream.tokens, decode_s));
}

Verdict World::judge(const Request& request, const DnnOnType& dnn, double latency_s) const {
  const double qos_s = system_.constraints.qos_s;
  const ActionModel& action = *request.work.action;
  Verdict verdict{.latency_s = latency_s,
                  .score = action.score,
                  .qos_met = latency_s <= qos_s,
                  .accuracy_met = action.accurate};
  verdict.reward =
      reward_of(system_.reward, {.energy_j = request.ledger.counted_j,
                                 .reference_j = dnn.reference_for(request.stream.tokens),
                                 .latency_s = latency_s,
                                 .qos_s = qos_s,
                                 .score = verdict.score,
                                 .qos_met = verdict.qos_met,
                                 .accuracy_met = verdict.accuracy_met});
  return verdict;
}

void World::complete(Phone& phone) {
  Request& request = phone.request;
  const Time now = engine_.now();
  surroundings_.refresh(phone, now);
  surroundings_.rest(phone);
  const DnnOnType& dnn = dnn_of(phone);
  request.charge_idle(dnn.request);
  Ledger& ledger = request.ledger;
  ledger.energy_j = std::accumulate(ledger.joules.begin(), ledger.joules.end(), 0.0);
  ledger.counted_j = ledger.energy_j + system_.server_weight * ledger.server_j;
  const RequestRecord record{.observation = request.observation,
                             .type = phone.type,
                             .action = request.action,
                             .executed = request.executed,
                             .segments = request.segments(),
                             .arrival = request.arrival,
                             .completion = now,
                             .since_phase_start = request.arrival - run_.phase_start(),
                             .ledger = ledger,
                             .verdict = judge(request, dnn, judged_latency_s(phone)),
                             .temperature_c = phone.conditions.thermal.temperature_c,
                             .throttled = request.throttled,
                             .oracle = request.oracle,
                             .tokens = request.stream.tokens,
                             .ttft = request.stream.first_token - request.arrival};
  const PhasePlan& phase = run_.phase();
  const bool learns = phase.learn && deciders_.learns(phone);
  if (deciders_.steering() || learns) {
    const Observation next = surroundings_.observe(phone, request.observation.dnn, now);
    if (deciders_.steering()) observer_.on_finished(record, next);
    if (learns) {
      deciders_.tell(phone, {record.verdict, record.observation, next, record.action,
                             record.verdict.latency_s, ledger.counted_j, record.tokens});
    }
  }
  if (phase.record) observer_.on_request(record);
  ++phone.done;
  plan_next(phone);
}

}  // namespace autoscale
