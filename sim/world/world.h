// The simulated world: phones, what surrounds them, the air, the servers and those who decide; and
// the life of each request from arrival to outcome, as events.
//
// A phone has at most one request in flight, so requests live inside the phones. While a transfer
// or a local inference runs, the next change of its conditions is an event and re-rates it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/core/engine.h"
#include "sim/world/air.h"
#include "sim/world/arrivals.h"
#include "sim/world/deciders.h"
#include "sim/world/observer.h"
#include "sim/world/phase.h"
#include "sim/world/phones.h"
#include "sim/world/request_noise.h"
#include "sim/world/run_state.h"
#include "sim/world/servers.h"
#include "sim/world/surroundings.h"
#include "sim/world/world_oracle.h"

namespace autoscale {

class World {
 public:
  /// Of all phones of the system, or of those that `shard` says. `system` and `observer` must outlive
  /// the world.
  World(const SystemModel& system, std::uint64_t seed, PolicyUnderTest policy, Observer& observer,
        std::optional<Steering> steering = std::nullopt,
        std::optional<PhoneRange> shard = std::nullopt);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

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
  void end() { run_.end(); }
  /// Passes over a phase.
  void skip(const PhasePlan& phase) { run_.skip(phase); }

  /// A phase event by event, which is how the shards of a world keep together: begin; advance_while()
  /// until over(); pass_to() what is the end for all of them; end.
  /// Runs on and calls `go_on(engine, event)` after each event, until that is false or the phase is
  /// over.
  template <class GoOn>
  void advance_while(GoOn&& go_on) {
    if (over()) return;
    engine_.run_until(kNever - Duration(1), [&](Event event) {
      handle(event);
      if (!go_on(std::as_const(engine_), event)) engine_.stop();
    });
  }
  /// Whether all phones have finished their requests of the phase.
  bool over() const { return unfinished_ == 0; }
  /// Lets the time until `then` pass, in which nothing happens.
  void pass_to(Time then) {
    engine_.run_until(then, [this](Event event) { handle(event); });
  }

  /// What the steered phone sees; of its last request when no decision is due.
  const Observation& steered() const {
    return phones_[deciders_.steered_phone()].request.observation;
  }

  const Oracle& oracle() const { return oracle_; }
  /// One policy per device type, or per phone; null if it would decide for the steered phone only.
  const std::vector<std::unique_ptr<Policy>>& policies() const { return deciders_.policies(); }
  std::uint64_t events() const { return engine_.processed(); }
  std::uint64_t decisions() const { return deciders_.decisions(); }
  /// Mean wall-clock time of a decision over a sample of them, in nanoseconds; 0 before the first.
  double mean_decision_ns() const { return deciders_.mean_decision_ns(); }
  Time now() const { return engine_.now(); }

 private:
  void handle(Event event);
  void schedule(Time at, EventRank rank, WorldEvent kind, const Phone& phone) {
    autoscale::schedule(engine_, at, rank, kind, phone.number);
  }

  // between requests
  void begin_phase(Phone& phone);
  void plan_next(Phone& phone);
  void drop_frames(Phone& phone);

  // decision
  void begin_request(Phone& phone);
  void decide(Phone& phone, const ExecutionPlan& plan);
  void adopt(Phone& phone, const ExecutionPlan& plan);
  [[noreturn]] void refuse(const Phone& phone, const std::string& problem) const;
  [[noreturn]] void overflow(Event event, const TimeOverflow& problem) const;

  // work; `lead` is what passes before it starts
  void start(Phone& phone, Duration lead);
  void take_segment(Phone& phone);
  void start_local(Phone& phone, Duration lead);
  void schedule_local(Phone& phone);
  void step_local(Phone& phone);
  void start_remote(Phone& phone, Duration lead);
  void start_upload(Phone& phone);
  void finish_transfer(Phone& phone);
  void arrive_at_server(Phone& phone);
  void start_download(Phone& phone);
  void finish(Phone& phone);

  // the course of a generative request (world_generation.cpp)
  void draw_tokens(Phone& phone);
  /// The phase that is at hand: its work, and its power over the busy power.
  struct PhaseOfWork {
    WorkSplit work;
    double power = 1;
  };
  PhaseOfWork phase_of_work(const Phone& phone) const;
  void first_token(Phone& phone);
  void generate_at_server(Phone& phone);
  void join_batch(Phone& phone, double prefill_s);
  void schedule_batch(std::uint32_t number);
  void step_batch(Event event);
  void receive_stream(Phone& phone);
  void stream_received(Phone& phone);
  void end_stream(Phone& phone);

  // completion
  void complete(Phone& phone);
  /// Of the request that ends now, as QoS judges it.
  double judged_latency_s(const Phone& phone) const;
  Verdict judge(const Request& request, const DnnOnType& dnn, double latency_s) const;

  const DeviceType& type_of(const Phone& phone) const { return system_.types[phone.type]; }
  const DnnOnType& dnn_of(const Phone& phone) const {
    return type_of(phone).dnns[phone.request.observation.dnn];
  }
  PlanContext plan_context(const Phone& phone) const {
    return system_.plan_context(type_of(phone), phone.request.observation.dnn);
  }

  const SystemModel& system_;
  Observer& observer_;
  Engine engine_;
  RunState run_;
  Phones phones_;
  Arrivals arrivals_;
  RequestNoise noise_;
  Surroundings surroundings_;
  Air air_;
  Servers servers_;
  WorldOracle oracle_;
  Deciders deciders_;
  std::uint32_t unfinished_ = 0;  // phones that still have requests in this phase
  bool decision_due_ = false;     // of the steered phone
};

}  // namespace autoscale
