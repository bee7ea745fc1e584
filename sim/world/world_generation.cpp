// The course of a generative request in the world: prefill, first token, decode. On the phone both
// phases run like an inference and are re-timed when the co-runner or the clock changes; a server
// with workers knows its times on arrival, a batch says them as they come. Tokens are received as one
// transfer that begins with the first and ends no earlier than the last was made.
#include "sim/core/check.h"
#include "sim/system/generation_cost.h"
#include "sim/world/world.h"

namespace autoscale {

void World::draw_tokens(Phone& phone) {
  Request& request = phone.request;
  const TokenCount drawn =
      system_.tokens->draw(run_.random(), phone.number, run_.request_of(phone));
  const auto output = static_cast<double>(drawn.output);
  request.stream.tokens = {static_cast<double>(drawn.prompt), output, output * output};
  request.observation.prompt_tokens = drawn.prompt;
}

World::PhaseOfWork World::phase_of_work(const Phone& phone) const {
  const Request& request = phone.request;
  const TokenCourse& stream = request.stream;
  const GenerationWork& work = dnn_of(phone).request.courses[request.work.action->course].work;
  if (stream.decoding) return {work.decode(stream.tokens), work.decode_power};
  return {work.prefill(stream.tokens), work.prefill_power};
}

/// The prompt has been read on the phone.
void World::first_token(Phone& phone) {
  Request& request = phone.request;
  const Time now = engine_.now();
  request.end_stage(Stage::kCompute, now);
  request.stream.first_token = now;
  request.stream.decoding = true;
  if (request.stream.tokens.output <= 1) return finish(phone);
  surroundings_.refresh(phone, now);
  request.mark = now;
  request.left = 1;
  schedule_local(phone);
}

void World::generate_at_server(Phone& phone) {
  Request& request = phone.request;
  const Time now = engine_.now();
  const ActionModel& action = *request.work.action;
  const GenerationWork& work = request.stream.course->work;
  const Tokens& tokens = request.stream.tokens;
  const double noise =
      noise_.server(request.observation, action.site, action.pool, action.noise_cv);
  const double prefill_s = work.prefill(tokens).total() * noise;
  if (request.stream.course->batch) return join_batch(phone, prefill_s);
  const Duration prefill = from_seconds(prefill_s);
  const Duration decode = from_seconds(work.decode(tokens).total() * noise);
  const Time start = servers_.admit(phone, action.site, action.pool, now, prefill + decode);
  request.ledger.server_j += action.busy_w * (work.prefill_power * to_seconds(prefill) +
                                              work.decode_power * to_seconds(decode));
  request.ledger.stages[Stage::kQueue] += start - now;
  request.ledger.stages[Stage::kService] += prefill;
  request.stage_start = start + prefill;
  const Duration half = from_seconds(request.rtt_s / 2);
  request.stream.stream_end = request.stage_start + decode + half;
  schedule(request.stage_start + half, EventRank::kEnvironment, WorldEvent::kDownloadStart, phone);
}

// --- in a batch

void World::join_batch(Phone& phone, double prefill_s) {
  Request& request = phone.request;
  request.ledger.stages[Stage::kService] += from_seconds(prefill_s);
  const std::uint32_t number =
      servers_.batch_of(phone, request.work.action->site, *request.stream.course->batch);
  servers_.batch(number).arrive(phone.number, prefill_s, request.stream.tokens.output - 1,
                                engine_.now());
  schedule_batch(number);
}

/// Schedules what happens next in a batch; what was scheduled before is outdated.
void World::schedule_batch(std::uint32_t number) {
  BatchServer& batch = servers_.batch(number);
  ++batch.stamp;
  if (!batch.busy()) return;
  engine_.at(soon(engine_, batch.next()), EventRank::kCompletion,
             {static_cast<std::uint8_t>(WorldEvent::kBatchStep), 0, batch.stamp, number});
}

void World::step_batch(Event event) {
  BatchServer& batch = servers_.batch(event.id);
  if (event.stamp != batch.stamp) return;
  const Happening happening = batch.step(batch.next());
  Phone& phone = phones_[happening.phone];
  Request& request = phone.request;
  const Time now = engine_.now();
  const Time at_phone = now + from_seconds(request.rtt_s / 2);
  if (happening.kind == Happening::Kind::kFirstToken) {
    request.ledger.stages[Stage::kQueue] +=
        now - request.stage_start - request.ledger.stages[Stage::kService];
    request.stage_start = now;
    schedule(at_phone, EventRank::kEnvironment, WorldEvent::kDownloadStart, phone);
  } else {
    request.ledger.server_j += happening.joules;
    request.stream.stream_end = at_phone;
    if (request.stream.received < kNever) {
      schedule(at_phone, EventRank::kCompletion, WorldEvent::kStreamEnd, phone);
    }
  }
  schedule_batch(event.id);
}

// --- the stream of tokens

/// The first token arrives at the phone.
void World::receive_stream(Phone& phone) {
  Request& request = phone.request;
  request.stream.first_token = engine_.now();
  request.stream.decoding = true;
  request.cold = false;  // tokens trickle: no window of a connection limits them
  air_.start(phone, request.work.down_bits);
}

/// All bits of the answer have had their time in the air.
void World::stream_received(Phone& phone) {
  Request& request = phone.request;
  TokenCourse& stream = request.stream;
  const Time now = engine_.now();
  stream.received = now;
  if (stream.stream_end <= now) return end_stream(phone);
  phone.conditions.active_w = type_of(phone).radio[request.link()].listen_w;
  if (stream.stream_end < kNever) {
    schedule(stream.stream_end, EventRank::kCompletion, WorldEvent::kStreamEnd, phone);
  }
}

void World::end_stream(Phone& phone) {
  air_.end_stream(phone);
  phone.request.end_stage(Stage::kDecode, engine_.now());
  finish(phone);
}

}  // namespace autoscale
