#include "sim/world/world.h"

#include <fmt/format.h>

#include <chrono>
#include <numeric>

#include "sim/policy/oracle.h"
#include "sim/system/choice.h"

namespace autoscale {
namespace {

/// Energies within this share of each other are equivalent.
constexpr double kEquivalent = 0.01;

/// Apart enough that no phase of one seed meets a phase of a neighbouring one.
constexpr std::uint64_t kPhaseSeed = 0x9e3779b97f4a7c15;

}  // namespace

World::World(const SystemModel& system, std::uint64_t seed, PolicyUnderTest setup,
             Observer& observer, std::optional<Steering> steering)
    : system_(system),
      seed_(seed),
      random_(seed),
      phase_random_(seed),
      setup_(std::move(setup)),
      observer_(observer),
      steering_(steering) {
  if (setup_.info.deliberates) decision_ = from_seconds(system.decision_s);
  if (steering_ && steering_->deliberates) steered_decision_ = from_seconds(system.decision_s);
  phones_.resize(system.devices());
  std::size_t next = 0;
  for (const DeviceGroup& group : system.groups) {
    for (std::uint32_t i = 0; i < group.count; ++i, ++next) {
      phones_[next].type = group.type;
      phones_[next].observation.phone = static_cast<std::uint32_t>(next);
    }
  }
  // One event per phone; on a shared medium also the outdated ones that joining phones leave
  // behind.
  const bool shared = system.links[kCloudLink].shared() || system.links[kTabletLink].shared();
  engine_.reserve(phones_.size() * (shared ? 4 : 1) + 64);
  for (std::size_t l = 0; l < kLinks; ++l) {
    const LinkSetup& link = system.links[l];
    if (!link.shared()) continue;
    const std::size_t count = (phones_.size() + link.sharers - 1) / link.sharers;
    for (std::size_t m = 0; m < count; ++m) media_[l].emplace_back(link.sharers);
  }
  for (const std::size_t workers : system.cloud.workers) pools_.emplace_back(workers);
  const std::size_t each = system.tablet.phones_each;
  const std::size_t tablets = each == 0 ? 1 : (phones_.size() + each - 1) / each;
  for (std::size_t t = 0; t < tablets; ++t) {
    for (const std::size_t workers : system.tablet.workers) pools_.emplace_back(workers);
  }
  for (const DeviceType& type : system.types) {
    cost_models_.emplace_back(system, type);
    auto& grid = grid_links_.emplace_back();
    for (std::size_t l = 0; l < kLinks; ++l) {
      const LinkTechnology& t = system.links[l].technology;
      grid[l] = {link_conditions(t, type.radio[l], t.regular_dbm, 0),
                 link_conditions(t, type.radio[l], t.weak_dbm, 0)};
    }
  }
  make_policies();
}

void World::make_policies() {
  policies_.clear();
  const std::size_t count = setup_.per_device ? phones_.size() : system_.types.size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t t = setup_.per_device ? phones_[i].type : i;
    const DeviceType& type = system_.types[t];
    const std::uint32_t decides_for = setup_.per_device ? 1 : system_.count_of(t);
    const bool steered = steering_ && (setup_.per_device ? steering_->phone == i
                                                         : phones_[steering_->phone].type == t);
    if (decides_for == 1 && steered) {
      policies_.push_back(nullptr);
      continue;
    }
    policies_.push_back(
        setup_.make({type.actions, system_.dnns, type.dnns,
                     setup_.info.needs_costs ? &cost_models_[t] : nullptr,
                     setup_.info.needs_oracle ? this : nullptr, random_, type.profile.id}));
  }
}

void World::reset(std::uint64_t seed) {
  seed_ = seed;
  random_ = RandomField(seed);
  engine_.reset();
  for (Phone& phone : phones_) {
    phone.generation = 0;
    phone.in_pieces = false;
    phone.active_w = 0;
  }
  for (auto& media : media_) {
    for (Medium& medium : media) medium.reset();
  }
  for (WorkerPool& pool : pools_) pool.reset();
  phase_number_ = phase_first_ = 0;
  decisions_ = timed_decisions_ = 0;
  timed_ns_ = 0;
  decision_due_ = false;
  make_policies();
}

void World::begin(const PhasePlan& phase) {
  phase_ = &phase;
  phase_start_ = engine_.now();
  phase_random_ = RandomField(seed_ + phase_number_++ * kPhaseSeed);
  unfinished_ = 0;
  if (phase.length() == 0 || !(steering_ || phase.matters_to(setup_.info.learns))) return;
  unfinished_ = static_cast<std::uint32_t>(phones_.size());
  for (const auto& policy : policies_) {
    if (policy) policy->set_mode({phase.learn, phase.explore});
  }
  for (std::uint32_t device = 0; device < phones_.size(); ++device) begin_phase(device);
}

bool World::advance() {
  if (unfinished_ > 0) {
    engine_.run_until(kNever - Duration(1), [this](Event event) { handle(event); });
  }
  return decision_due_;
}

void World::handle(Event event) {
  switch (static_cast<Kind>(event.kind)) {
    case Kind::kArrival:
      return begin_request(event.id);
    case Kind::kLocalStep:
      return step_local(event.id);
    case Kind::kUploadStart:
      return start_upload(event.id);
    case Kind::kTransferStep:
      return step_transfer(event.id);
    case Kind::kServerArrival:
      return arrive_at_server(event.id);
    case Kind::kDownloadStart:
      return start_download(event.id);
    case Kind::kMediumFinish:
      return finish_on_medium(event.extra, event.id, event.stamp);
    case Kind::kMediumRerate:
      return rerate_on_medium(event.id, event.stamp);
  }
}

void World::begin_request(std::uint32_t device) {
  Phone& phone = phones_[device];
  const Time now = engine_.now();
  phone.arrival = phone.planned;
  phone.ledger = {};
  phone.oracle = {};
  phone.ledger.stages[Stage::kWait] = now - phone.arrival;
  if (phase_->grid()) set_grid_conditions(device);
  refresh(device, now);
  const std::uint16_t dnn = phase_->dnn_of(phone.done, random_, device, request_of(phone));
  phone.observation = observe(device, dnn);
  if (is_steered(device)) {
    decision_due_ = true;
    engine_.stop();
  } else {
    decide(device, ask_policy(phone));
  }
}

void World::decide(const ExecutionPlan& plan) {
  AUTOSCALE_CHECK(decision_due_, "no decision is due");
  decide(steering_->phone, plan);
  decision_due_ = false;
}

/// Asks the policy; every 64th answer is timed.
ExecutionPlan World::ask_policy(Phone& phone) {
  Policy& policy = policy_of(phone);
  if (++decisions_ % Observer::kProgressStep == 0) observer_.on_progress();
  if (decisions_ % 64 != 0) return policy.decide(phone.observation);
  const auto start = std::chrono::steady_clock::now();
  const ExecutionPlan plan = policy.decide(phone.observation);
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
  timed_ns_ += took.count();
  ++timed_decisions_;
  return plan;
}

void World::decide(std::uint32_t device, const ExecutionPlan& plan) {
  Phone& phone = phones_[device];
  adopt(phone, plan);
  if (setup_.compare_with_oracle && phase_->record) compare(phone);
  const Duration decision = decision_time(device);
  phone.ledger.stages[Stage::kDecision] = decision;
  phone.ledger.joules[Cause::kDecision] =
      system_.types[phone.type].cpu_top_w * to_seconds(decision);
  start(device);
}

/// Takes a policy's decision over, if it is legal. One piece is the whole network.
void World::adopt(Phone& phone, const ExecutionPlan& plan) {
  const std::span<const Segment> segments = plan.segments;
  if (!segments.empty()) {
    const std::string problem = plan_problem(plan_context(phone), segments);
    if (!problem.empty()) refuse(phone, problem);
  }
  phone.in_pieces = segments.size() > 1;
  if (phone.in_pieces) return adopt_pieces(phone, segments);
  const ActionId action = segments.empty() ? plan.action : segments.front().action;
  const DnnOnType& dnn = dnn_on_type(phone);
  if (action >= dnn.actions.size() || !dnn.actions[action].legal) {
    refuse(phone, fmt::format("illegal action {}", action));
  }
  phone.action = action;
  phone.executed = capped(phone, action);
}

void World::adopt_pieces(Phone& phone, std::span<const Segment> segments) {
  const PlanContext context = plan_context(phone);
  if (!phone.pieces) phone.pieces = std::make_unique<Pieces>();
  Pieces& pieces = *phone.pieces;
  pieces.segments.assign(segments.begin(), segments.end());
  pieces.at = 0;
  pieces.remote_s = pieces.listened_j = 0;
  pieces.score = plan_score(context, segments);
  pieces.accurate = pieces.score >= system_.constraints.accuracy_target;
  phone.action = phone.executed = main_action(context, segments);
  prepare_piece(phone);
}

void World::refuse(const Phone& phone, const std::string& problem) const {
  throw PolicyError(fmt::format("policy '{}': {} for {} on device {} (request {}, at {} s)",
                                setup_.name, problem, system_.dnns[phone.observation.dnn].id,
                                phone.observation.phone, phone.observation.request,
                                to_seconds(engine_.now())));
}

/// Starts the inference, or the piece of it that is next.
void World::start(std::uint32_t device) {
  if (running(phones_[device]).site == Site::kPhone) {
    start_local(device);
  } else {
    start_remote(device);
  }
}

/// After the inference, or a piece of it.
void World::finish(std::uint32_t device) {
  Phone& phone = phones_[device];
  if (!phone.in_pieces || !next_piece(phone)) return complete(device);
  refresh(device, engine_.now());
  prepare_piece(phone);
  start(device);
}

/// The model of the piece at hand, at the operating point that heat leaves.
void World::prepare_piece(Phone& phone) {
  Pieces& pieces = *phone.pieces;
  Segment& segment = pieces.segments[pieces.at];
  const ActionId wanted = segment.action;
  segment.action = capped(phone, wanted);
  pieces.now = segment_model(plan_context(phone), pieces.segments, pieces.at);
  segment.action = wanted;
}

/// Closes the account of the piece at hand and goes on to the next; false if it was the last.
bool World::next_piece(Phone& phone) {
  Pieces& pieces = *phone.pieces;
  const double remote_s =
      to_seconds(phone.ledger.stages[Stage::kNetwork] + phone.ledger.stages[Stage::kQueue] +
                 phone.ledger.stages[Stage::kService]);
  const Site site = pieces.now.action.site;
  if (site != Site::kPhone) {
    pieces.listened_j +=
        dnn_on_type(phone).request.listen_w[link_of(site)] * (remote_s - pieces.remote_s);
  }
  pieces.remote_s = remote_s;
  return ++pieces.at < pieces.segments.size();
}

/// The action that heat leaves of `action`: the same with its operating point capped.
ActionId World::capped(const Phone& phone, ActionId action) const {
  if (phone.thermal.trips == 0) return action;
  const DeviceType& type = system_.types[phone.type];
  const TargetGroup& group = type.actions.group(action);
  if (group.site != Site::kPhone) return action;
  const int cap = phone.thermal.cap(*type.profile.thermal, group.count - 1);
  return static_cast<ActionId>(group.first + std::min<int>(action - group.first, cap));
}

void World::compare(Phone& phone) {
  const OracleChoice opt = best(phone.observation, OracleForm::kExpected);
  const DnnOnType& dnn = dnn_on_type(phone);
  const Cost paid = phone.in_pieces
                        ? predict_plan(plan_context(phone), phone.pieces->segments,
                                       conditions(phone.observation, OracleForm::kExpected))
                        : cost(phone.observation, phone.executed, OracleForm::kExpected);
  const bool whole = !phone.in_pieces;
  const ActionSpace& actions = system_.types[phone.type].actions;
  const bool met = paid.latency_s <= system_.constraints.qos_s;
  const bool opt_accurate = dnn.actions[opt.action].accurate;
  const bool accuracy = accurate(phone) == opt_accurate;
  const double opt_reward = ranking_reward(dnn, opt.cost, opt_accurate, system_.constraints.qos_s);
  phone.oracle = {
      .compared = true,
      .defined = opt.defined,
      .same_target = whole && actions.group_of(phone.executed) == actions.group_of(opt.action),
      .same_action = whole && phone.executed == opt.action,
      .equivalent = accuracy && met == opt.qos_met &&
                    std::abs(paid.energy_j / opt.cost.energy_j - 1) <= kEquivalent,
      .action = opt.action,
      .opt_reward = opt_reward,
      .regret = opt_reward - ranking_reward(dnn, paid, accurate(phone), system_.constraints.qos_s)};
}

// --- on the phone

void World::start_local(std::uint32_t device) {
  Phone& phone = phones_[device];
  phone.mark = phone.stage_start = engine_.now() + decision_of(phone);
  phone.left = 1;
  phone.active_w = running(phone).busy_w;
  schedule_local(device);
}

/// Schedules the end of the inference under present conditions, or their next change if that is
/// earlier.
void World::schedule_local(std::uint32_t device) {
  Phone& phone = phones_[device];
  const ActionModel& action = running(phone);
  phone.pace =
      local_latency_s(action.work, action.slowdown, action.processor == ProcessorKind::kCpu,
                      dnn_on_type(phone).request.contention, phone.load) *
      local_noise(phone.observation, action.processor, action.noise_cv);
  const Time end = phone.mark + from_seconds(phone.left * phone.pace);
  const Time change = phase_->grid() ? kNever : world_time(phone.co_runner.until);
  if (end <= change) {
    schedule(end, EventRank::kCompletion, Kind::kLocalStep, device);
  } else {
    schedule(change, EventRank::kEnvironment, Kind::kLocalStep, device);
  }
}

void World::step_local(std::uint32_t device) {
  Phone& phone = phones_[device];
  const Time now = engine_.now();
  if (now < phone.mark + from_seconds(phone.left * phone.pace)) {
    const double ran = std::max(0.0, to_seconds(now - phone.mark));
    phone.left -= ran / phone.pace;
    phone.mark = std::max(phone.mark, now);
    refresh(device, now);
    return schedule_local(device);
  }
  const ActionModel& action = running(phone);
  phone.ledger.joules[processor_cause(action.processor)] +=
      action.busy_w * to_seconds(now - phone.stage_start);
  end_stage(phone, Stage::kCompute, now);
  finish(device);
}

// --- at a tablet or cloud

void World::start_remote(std::uint32_t device) {
  Phone& phone = phones_[device];
  const std::size_t link = link_of(running(phone).site);
  const LinkTechnology& technology = system_.links[link].technology;
  const double promotion = promotion_s(phone, link);
  phone.ledger.joules[Cause::kRadioTail] +=
      technology.tail_w * tail_s(phone, link) + technology.promotion_w * promotion;
  phone.ledger.stages[Stage::kPromotion] += from_seconds(promotion);
  const Duration lead = decision_of(phone) + from_seconds(promotion);
  if (lead > Duration::zero()) {
    schedule(engine_.now() + lead, EventRank::kCompletion, Kind::kUploadStart, device);
  } else {
    start_upload(device);
  }
}

void World::start_upload(std::uint32_t device) {
  Phone& phone = phones_[device];
  phone.uploading = true;
  start_transfer(device,
                 phone.in_pieces ? phone.pieces->now.up_bits : dnn_on_type(phone).request.up_bits);
}

void World::start_download(std::uint32_t device) {
  Phone& phone = phones_[device];
  end_stage(phone, Stage::kNetwork, engine_.now());
  phone.uploading = false;
  start_transfer(
      device, phone.in_pieces ? phone.pieces->now.down_bits : dnn_on_type(phone).request.down_bits);
}

void World::start_transfer(std::uint32_t device, double bits) {
  Phone& phone = phones_[device];
  const std::size_t link = link_of(running(phone).site);
  refresh_link(device, link, engine_.now());
  warm(phone, engine_.now());
  phone.active_w = phone.uploading ? phone.links[link].now.tx_w : phone.links[link].now.rx_w;
  phone.left = bits;
  phone.mark = phone.stage_start = engine_.now();
  if (system_.links[link].shared()) {
    join_medium(device);
  } else {
    schedule_transfer(device);
  }
}

/// Schedules the end of the transfer at the present rate, or the next change of the signal if that
/// is earlier.
void World::schedule_transfer(std::uint32_t device) {
  Phone& phone = phones_[device];
  const Time end = phone.mark + from_seconds(phone.left / rate_of(phone));
  const Time change = next_signal_change(device, link_of(running(phone).site));
  if (end <= change) {
    schedule(end, EventRank::kCompletion, Kind::kTransferStep, device);
  } else {
    schedule(change, EventRank::kEnvironment, Kind::kTransferStep, device);
  }
}

void World::step_transfer(std::uint32_t device) {
  Phone& phone = phones_[device];
  const Time now = engine_.now();
  const double rate = rate_of(phone);
  const bool over = now >= phone.mark + from_seconds(phone.left / rate);
  const double air_s = to_seconds(now - phone.mark);
  account_transfer(device, air_s);
  if (over) return finish_transfer(device);
  phone.left -= rate * air_s;
  phone.mark = now;
  refresh_link(device, link_of(running(phone).site), now);
  schedule_transfer(device);
}

/// Charges the radio for the time since the mark, of which it had the air for `air_s`.
void World::account_transfer(std::uint32_t device, double air_s) {
  Phone& phone = phones_[device];
  const std::size_t link = link_of(running(phone).site);
  const LinkConditions& now = phone.links[link].now;
  const RequestModel& request = dnn_on_type(phone).request;
  const double waiting_s = std::max(0.0, to_seconds(engine_.now() - phone.mark) - air_s);
  if (phone.uploading) {
    phone.ledger.joules[Cause::kRadioTx] += now.tx_w * air_s;
  } else {
    phone.ledger.joules[Cause::kRadioRx] += now.rx_w * air_s;
  }
  if (request.idle.listens) phone.ledger.joules[Cause::kIdle] += request.listen_w[link] * waiting_s;
}

void World::finish_transfer(std::uint32_t device) {
  Phone& phone = phones_[device];
  const Time now = engine_.now();
  const std::size_t link = link_of(running(phone).site);
  ++phone.generation;
  phone.links[link].last_used = now;
  phone.links[link].used = true;
  warm(phone, now);
  if (!phone.uploading) {
    end_stage(phone, Stage::kDownload, now);
    return finish(device);
  }
  end_stage(phone, Stage::kUpload, now);
  phone.active_w = system_.types[phone.type].radio[link].listen_w;
  const double half_rtt = rtt_s(phone.observation, link) / 2;
  schedule(now + from_seconds(half_rtt), EventRank::kArrival, Kind::kServerArrival, device);
}

void World::arrive_at_server(std::uint32_t device) {
  Phone& phone = phones_[device];
  const Time now = engine_.now();
  const ActionModel& action = running(phone);
  const std::size_t link = link_of(action.site);
  end_stage(phone, Stage::kNetwork, now);
  const double service_s =
      action.service_s * noise(phone.observation, action.site, action.pool, action.noise_cv);
  const Duration service = from_seconds(service_s);
  const Time start = pools_[pool_index(device, action.site, action.pool)].admit(now, service);
  phone.ledger.server_j += action.busy_w * to_seconds(service);
  phone.ledger.stages[Stage::kQueue] += start - now;
  phone.ledger.stages[Stage::kService] += service;
  phone.stage_start = start + service;
  const double half_rtt = rtt_s(phone.observation, link) / 2;
  schedule(phone.stage_start + from_seconds(half_rtt), EventRank::kEnvironment,
           Kind::kDownloadStart, device);
}

// --- completion

/// The baseline's and the listening radio's share, from the times of the stages.
void World::charge_idle(Phone& phone) {
  const RequestModel& request = dnn_on_type(phone).request;
  const auto seconds = [&phone](Stage s) { return to_seconds(phone.ledger.stages[s]); };
  const double busy = seconds(Stage::kDecision) + seconds(Stage::kCompute);
  const double transfer = seconds(Stage::kUpload) + seconds(Stage::kDownload);
  const double remote =
      seconds(Stage::kNetwork) + seconds(Stage::kQueue) + seconds(Stage::kService);
  const double waiting = remote + seconds(Stage::kWait) + seconds(Stage::kPromotion);
  double& idle = phone.ledger.joules[Cause::kIdle];
  idle += request.idle.busy_w * busy + request.idle.transfer_w * transfer +
          request.idle.waiting_w * waiting;
  if (!request.idle.listens) return;
  const Site site = running(phone).site;
  if (phone.in_pieces) {
    idle += phone.pieces->listened_j;
  } else if (site != Site::kPhone) {
    idle += request.listen_w[link_of(site)] * remote;
  }
}

void World::complete(std::uint32_t device) {
  Phone& phone = phones_[device];
  const Time now = engine_.now();
  refresh(device, now);
  phone.active_w = 0;
  charge_idle(phone);
  const DnnOnType& dnn = dnn_on_type(phone);
  const double latency_s = to_seconds(now - phone.arrival);
  Ledger& ledger = phone.ledger;
  ledger.energy_j = std::accumulate(ledger.joules.begin(), ledger.joules.end(), 0.0);
  Verdict verdict{.score = score(phone),
                  .qos_met = latency_s <= system_.constraints.qos_s,
                  .accuracy_met = accurate(phone)};
  verdict.reward = reward_of(system_.reward, {.energy_j = ledger.energy_j,
                                              .reference_j = dnn.reference_j,
                                              .latency_s = latency_s,
                                              .qos_s = system_.constraints.qos_s,
                                              .score = verdict.score,
                                              .qos_met = verdict.qos_met,
                                              .accuracy_met = verdict.accuracy_met});
  const RequestRecord record{
      .observation = phone.observation,
      .type = phone.type,
      .action = phone.action,
      .executed = phone.executed,
      .segments = phone.in_pieces ? phone.pieces->segments : std::span<const Segment>{},
      .arrival = phone.arrival,
      .completion = now,
      .since_phase_start = phone.arrival - phase_start_,
      .ledger = ledger,
      .verdict = verdict,
      .temperature_c = phone.thermal.temperature_c,
      .oracle = phone.oracle};
  if (steering_) observer_.on_finished(record, observe(device, phone.observation.dnn));
  if (phase_->learn && setup_.info.learns && !is_steered(device)) tell_policy(device, record);
  if (phase_->record) observer_.on_request(record);
  ++phone.done;
  plan_next(device);
}

void World::tell_policy(std::uint32_t device, const RequestRecord& record) {
  Phone& phone = phones_[device];
  const Observation next = observe(device, phone.observation.dnn);
  policy_of(phone).learn({record.verdict, phone.observation, next, phone.action,
                          to_seconds(record.latency()), record.ledger.energy_j});
  observer_.on_learned(phone.type, record.verdict.reward, phone.oracle);
}

}  // namespace autoscale
