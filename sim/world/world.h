// The simulated world: phones, their links, servers and co-runners, and the life of each request
// from arrival to outcome, as events.
//
// A phone has at most one request in flight, so requests live inside the phones. Conditions
// (signal, co-runner, temperature) are brought up to date when an event needs them, never by ticks;
// while a transfer or a local inference runs, the next change of its conditions is an event and
// re-rates it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "sim/core/engine.h"
#include "sim/core/random_field.h"
#include "sim/models/medium.h"
#include "sim/models/server.h"
#include "sim/models/thermal.h"
#include "sim/policy/cost_model.h"
#include "sim/policy/oracle.h"
#include "sim/policy/policy.h"
#include "sim/system/ledger.h"
#include "sim/system/system_model.h"
#include "sim/world/phase.h"

namespace autoscale {

/// How a policy's decision compares with the oracle's for the same request.
struct OracleComparison {
  bool compared = false;
  bool defined = false;      // some action meets the accuracy target
  bool same_target = false;  // same site, processor and precision
  bool same_action = false;
  bool equivalent = false;  // same constraint outcome, energy within 1 %
  ActionId action = 0;
  double opt_reward = 0;  // expected, in the `sound` reward (sim/system/reward.h)
  double regret = 0;      // opt_reward less the decision's
};

/// A finished request.
struct RequestRecord {
  const Observation& observation;
  std::uint16_t type = 0;
  ActionId action = 0;    // as decided; of a plan in segments the one that does most of the work
  ActionId executed = 0;  // after thermal capping
  std::span<const Segment> segments{};  // as decided; empty unless the plan is in segments
  Time arrival{};
  Time completion{};
  Duration since_phase_start{};  // of the arrival; equal under every policy of an open loop
  const Ledger& ledger;
  Verdict verdict;
  double temperature_c = 0;
  const OracleComparison& oracle;

  Duration latency() const { return completion - arrival; }
};

/// Is told of everything that happens in recorded phases, in order of completion.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_request(const RequestRecord& record) = 0;
  /// `count` frames of a camera found the pipeline busy.
  virtual void on_dropped(std::uint32_t phone, std::uint16_t type, std::uint16_t dnn,
                          std::uint32_t count) = 0;
  /// A learning update during any phase; `oracle` is filled in recorded ones.
  virtual void on_learned(std::uint16_t type, double reward, const OracleComparison& oracle) = 0;
  /// A request of any phone and phase, in a world with a steered phone; `next` is the same DNN's
  /// observation at completion.
  virtual void on_finished(const RequestRecord&, const Observation& /*next*/) {}
  /// Called every kProgressStep decisions of any phase.
  virtual void on_progress() {}
  static constexpr std::uint64_t kProgressStep = 1 << 16;
};

/// The policy under test.
struct PolicyUnderTest {
  std::string name;
  PolicyInfo info;
  std::function<std::unique_ptr<Policy>(const PolicyContext&)> make;
  bool per_device = false;           // one policy per phone, else one per device type
  bool compare_with_oracle = false;  // fill RequestRecord::oracle
};

/// A phone whose decisions come from outside the world. It needs no policy.
struct Steering {
  std::uint32_t phone = 0;
  bool deliberates = false;  // its decisions take the scenario's decision time
};

class World final : public Oracle {
 public:
  /// `system` and `observer` must outlive the world.
  World(const SystemModel& system, std::uint64_t seed, PolicyUnderTest policy, Observer& observer,
        std::optional<Steering> steering = std::nullopt);

  /// Back to the beginning under another seed: equal to a new world, but keeps what was allocated
  /// and makes new policies only for phones that are not steered.
  void reset(std::uint64_t seed);

  /// Runs a phase until every phone has finished its requests. A phase is a stretch of the world of
  /// its own: its signals and co-runners start afresh, with draws of their own, and phones start
  /// cool and idle, so what one phase is like does not depend on how long a policy took in the one
  /// before. For the same reason a phase of which nothing is kept is passed over.
  void run(const PhasePlan& phase) {
    begin(phase);
    advance();
    end();
  }

  /// The same in steps, which is how a steered phone gets its decisions: begin; advance, and while
  /// that is true decide and advance again; end.
  void begin(const PhasePlan& phase);
  /// Runs until the steered phone needs a decision, true, or the phase is over, false.
  bool advance();
  /// The steered phone's decision. Throws PolicyError if it is not legal; then it is still due.
  void decide(const ExecutionPlan& plan);
  void end() { phase_first_ += phase_->length(); }
  /// Passes over a phase.
  void skip(const PhasePlan& phase) {
    ++phase_number_;
    phase_first_ += phase.length();
  }
  /// What the steered phone sees; of its last request when no decision is due.
  const Observation& steered() const { return phones_[steering_->phone].observation; }

  OracleChoice best(const Observation& observation, OracleForm form) const override;
  Cost cost(const Observation& observation, ActionId action, OracleForm form) const override;

  /// One policy per device type, or per device; null if it would decide for the steered phone only.
  const std::vector<std::unique_ptr<Policy>>& policies() const { return policies_; }
  std::uint64_t events() const { return engine_.processed(); }

  /// Mean wall-clock time of a decision over a sample of them, in nanoseconds; 0 before the first.
  double mean_decision_ns() const {
    return timed_decisions_ == 0 ? 0 : timed_ns_ / static_cast<double>(timed_decisions_);
  }
  Time now() const { return engine_.now(); }

 private:
  enum class Kind : std::uint8_t {
    kArrival,
    kLocalStep,
    kUploadStart,
    kTransferStep,
    kServerArrival,
    kDownloadStart,
    kMediumFinish,  // Event::extra is the link, Event::id the medium
    kMediumRerate
  };

  struct Link {
    SignalState signal;
    LinkConditions now;
    Time last_used{};
    bool used = false;
  };

  /// A request that runs in pieces.
  struct Pieces {
    std::vector<Segment> segments;
    std::size_t at = 0;
    SegmentModel now;
    double score = 0;
    bool accurate = false;
    double remote_s = 0;  // network, queue and service of the pieces before
    double listened_j = 0;
  };

  /// A phone and its request in flight.
  struct Phone {
    // the request in flight
    Observation observation;
    Time arrival{};
    Time mark{};  // since when the current piece of work runs
    Time stage_start{};
    double left = 0;      // share of a local inference, or bits of a transfer
    double pace = 0;      // seconds of the whole local inference under present conditions
    double air_mark = 0;  // shared medium: its virtual time at `mark`
    Ledger ledger;
    ActionId action = 0;
    ActionId executed = 0;
    std::uint16_t generation = 0;  // of transfers, to recognise outdated events
    bool uploading = false;
    bool in_pieces = false;
    std::unique_ptr<Pieces> pieces;  // of the latest request that ran so
    OracleComparison oracle;
    // what lasts
    CoRunnerLoad load;
    double active_w = 0;  // power of the work in flight, for the temperature
    std::uint16_t type = 0;
    std::uint32_t done = 0;  // requests of this phase that are over (finished or dropped)
    Time planned{};          // planned arrival of the latest request
    CoRunnerState co_runner;
    ThermalState thermal;
    std::array<Link, kLinks> links;
  };

  void handle(Event event);

  /// Schedules an event of `device`. Work that ends now ends one nanosecond later, so that the
  /// order of ranks holds.
  void schedule(Time at, EventRank rank, Kind kind, std::uint32_t device, std::uint16_t stamp = 0) {
    engine_.at(soon(at), rank, {static_cast<std::uint8_t>(kind), 0, stamp, device});
  }
  Time soon(Time at) const { return std::max(at, engine_.now() + Duration(1)); }

  void make_policies();
  bool is_steered(std::uint32_t device) const { return steering_ && steering_->phone == device; }
  /// Time of a phone's decisions.
  Duration decision_time(std::uint32_t device) const {
    return is_steered(device) ? steered_decision_ : decision_;
  }

  // arrivals (world_arrivals.cpp)
  void begin_phase(std::uint32_t device);
  void plan_next(std::uint32_t device);
  void drop_frames(std::uint32_t device);
  Time next_planned(std::uint32_t device) const;
  Duration interval(std::uint32_t device) const;
  std::uint32_t request_of(const Phone& phone) const { return phase_first_ + phone.done; }

  // conditions (world_conditions.cpp)
  void refresh(std::uint32_t device, Time now);
  void set_grid_conditions(std::uint32_t device);
  void refresh_link(std::uint32_t device, std::size_t link, Time now);
  void apply_signal(Phone& phone, std::size_t link);
  void warm(Phone& phone, Time now);
  Observation observe(std::uint32_t device, std::uint16_t dnn) const;
  Conditions conditions(const Observation& observation, OracleForm form) const;
  double tail_s(const Phone& phone, std::size_t link) const;
  double promotion_s(const Phone& phone, std::size_t link) const;
  double noise(const Observation& observation, Site site, std::size_t processor, double cv) const;
  double local_noise(const Observation& observation, ProcessorKind kind, double cv) const {
    return noise(observation, Site::kPhone, static_cast<std::size_t>(kind), cv);
  }
  double rtt_s(const Observation& observation, std::size_t link) const;
  Time next_signal_change(std::uint32_t device, std::size_t link) const;
  const Variance& variance() const { return system_.variances[phase_->variance]; }
  /// Signals and co-runners live in the time of their phase.
  Time phase_time(Time at) const { return kStart + (at - phase_start_); }
  Time world_time(Time at) const { return at == kNever ? kNever : phase_start_ + (at - kStart); }

  // request life cycle (world.cpp)
  void begin_request(std::uint32_t device);
  void decide(std::uint32_t device, const ExecutionPlan& plan);
  ExecutionPlan ask_policy(Phone& phone);
  void adopt(Phone& phone, const ExecutionPlan& plan);
  void adopt_pieces(Phone& phone, std::span<const Segment> segments);
  [[noreturn]] void refuse(const Phone& phone, const std::string& problem) const;
  void start(std::uint32_t device);
  void finish(std::uint32_t device);
  void prepare_piece(Phone& phone);
  bool next_piece(Phone& phone);
  Duration decision_of(const Phone& phone) const {
    return phone.in_pieces && phone.pieces->at > 0 ? Duration::zero()
                                                   : phone.ledger.stages[Stage::kDecision];
  }
  ActionId capped(const Phone& phone, ActionId action) const;
  void start_local(std::uint32_t device);
  void schedule_local(std::uint32_t device);
  void step_local(std::uint32_t device);
  void start_remote(std::uint32_t device);
  void start_upload(std::uint32_t device);
  void start_transfer(std::uint32_t device, double bits);
  void schedule_transfer(std::uint32_t device);
  void step_transfer(std::uint32_t device);
  void account_transfer(std::uint32_t device, double air_s);
  void finish_transfer(std::uint32_t device);
  void arrive_at_server(std::uint32_t device);
  void start_download(std::uint32_t device);
  void complete(std::uint32_t device);
  void charge_idle(Phone& phone);
  void tell_policy(std::uint32_t device, const RequestRecord& record);
  void compare(Phone& phone);

  // shared media (world_media.cpp)
  void join_medium(std::uint32_t device);
  void schedule_medium(std::size_t link, std::size_t medium);
  void finish_on_medium(std::size_t link, std::size_t medium, std::uint16_t stamp);
  void schedule_rerate(std::uint32_t device);
  void rerate_on_medium(std::uint32_t device, std::uint16_t stamp);
  void account_air(std::uint32_t device);

  const DnnOnType& dnn_on_type(const Phone& phone) const {
    return system_.types[phone.type].dnns[phone.observation.dnn];
  }
  const ActionModel& running(const Phone& phone) const {
    return phone.in_pieces ? phone.pieces->now.action : dnn_on_type(phone).actions[phone.executed];
  }
  bool accurate(const Phone& phone) const {
    return phone.in_pieces ? phone.pieces->accurate
                           : dnn_on_type(phone).actions[phone.executed].accurate;
  }
  double score(const Phone& phone) const {
    return phone.in_pieces ? phone.pieces->score : dnn_on_type(phone).actions[phone.executed].score;
  }
  PlanContext plan_context(const Phone& phone) const {
    return system_.plan_context(system_.types[phone.type], phone.observation.dnn);
  }
  double rate_of(const Phone& phone) const {
    const LinkConditions& link = phone.links[link_of(running(phone).site)].now;
    return phone.uploading ? link.up_bps : link.down_bps;
  }
  std::size_t medium_of(std::uint32_t device, std::size_t link) const {
    return device / system_.links[link].sharers;
  }
  std::size_t pool_index(std::uint32_t device, Site site, std::size_t processor) const;
  Policy& policy_of(const Phone& phone) {
    return *policies_[setup_.per_device ? phone.observation.phone : phone.type];
  }
  std::uint32_t link_entity(std::uint32_t device, std::size_t link) const {
    return static_cast<std::uint32_t>(device * kLinks + link);
  }
  static void end_stage(Phone& phone, Stage stage, Time now) {
    phone.ledger.stages[stage] += now - phone.stage_start;
    phone.stage_start = now;
  }

  const SystemModel& system_;
  std::uint64_t seed_;
  RandomField random_;        // of requests: arrivals, noise, policies
  RandomField phase_random_;  // of the phase's signals and co-runners
  PolicyUnderTest setup_;
  Observer& observer_;
  std::optional<Steering> steering_;
  Duration decision_{};          // of this policy
  Duration steered_decision_{};  // of the steered phone
  bool decision_due_ = false;    // of the steered phone
  Engine engine_;
  std::vector<Phone> phones_;
  std::array<std::vector<Medium>, kLinks> media_;  // empty for a link that is not shared
  std::vector<WorkerPool> pools_;                  // the cloud's processors, then each tablet's
  std::vector<std::array<std::array<LinkConditions, 2>, kLinks>> grid_links_;  // [type][link][weak]
  std::vector<CostModel> cost_models_;                                         // by type
  std::vector<std::unique_ptr<Policy>> policies_;
  const PhasePlan* phase_ = nullptr;
  Time phase_start_{};
  std::uint32_t phase_number_ = 0;
  std::uint32_t phase_first_ = 0;  // number of the phase's first request in a phone's run
  std::uint32_t unfinished_ = 0;   // phones that still have requests in this phase
  std::uint64_t decisions_ = 0;
  std::uint64_t timed_decisions_ = 0;
  double timed_ns_ = 0;
};

}  // namespace autoscale
