// A GPU of a server that batches continuously: all sequences in its batch make their tokens together.
//
// Model   b sequences are in the batch: a sequence of ours from getting its slot to its last token,
//         and the `background` of other users, always. Every sequence that decodes makes one token
//         per token_s(b). Virtual time V counts tokens per sequence, dV/dt = 1 / token_s(b), so a
//         sequence that needs m more tokens from V0 on ends when V = V0 + m: no event per token.
//         J counts joules per sequence, dJ/dt = power_w(b) / b; a request's energy is its growth
//         from slot to last token, so that all requests and the background share exactly what the
//         GPU draws while one of ours is there.
//         A sequence waits for a slot (`limit` less the background, first come, first served); then
//         its prompt for the prefill lane, which reads one prompt after the other; then it decodes.
// Law     token_s and power_w: linear between the measured points. Below the first the first segment
//         goes on, but never under half of the first value (derived: the weights are read, and the
//         GPU is awake, for one sequence as for eight; the half is assumed, range 0.3 to 1). Above
//         the last the power is flat (derived: it is near the GPU's limit), and the last segment of
//         the token time goes on.
// Assumes a prompt being read slows nobody else's tokens down but by its slot (chunked prefill); the
//         length of what was said does not change the pace; the background is steady and fills no
//         slot but its own.
// Source  processor sharing with a rate that depends on the number of customers (Cohen, Acta
//         Informatica 12, 1979); continuous batching (Yu et al., Orca, OSDI 2022).
#pragma once

#include <cstdint>
#include <vector>

#include "sim/config/diagnostics.h"
#include "sim/core/time.h"
#include "sim/models/batch_config.h"

namespace autoscale {

/// How fast a batch runs and what it draws, by the sequences in it.
class BatchLaw {
 public:
  /// Points with ascending concurrency, at least one; as many times and powers.
  BatchLaw(std::vector<double> concurrency, std::vector<double> token_s,
           std::vector<double> power_w, double prefill_tokens_per_s, double limit);

  /// Seconds between two tokens of each of `b` sequences.
  double token_s(double b) const;
  double power_w(double b) const;
  /// Seconds that the lane needs for a prompt.
  double prefill_s(double prompt_tokens) const { return prompt_tokens / prefill_tokens_per_s_; }
  /// Sequences in the batch at most.
  double limit() const { return limit_; }

 private:
  double slope(const std::vector<double>& y, std::size_t end) const;
  double inside_or_below(const std::vector<double>& y, double b) const;

  std::vector<double> concurrency_, token_s_, power_w_;
  double prefill_tokens_per_s_;
  double limit_;
};

/// The law of an entry that reads well; reports at `where` what does not fit together, and is then
/// not to be used.
BatchLaw make_batch_law(const BatchingConfig& config, const config::Mark& where,
                        config::Diagnostics& diagnostics);

/// What happens to the request of a phone.
struct Happening {
  enum class Kind : std::uint8_t { kFirstToken, kLastToken };

  std::uint32_t phone = 0;
  Kind kind{};
  double joules = 0;  // all of the request's, with its last token
};

/// A phone has at most one request here. Nothing allocates after the construction.
class BatchServer {
 public:
  /// `background`: sequences of other users in the batch, >= 0, at least one below the limit.
  BatchServer(BatchLaw law, double background, std::size_t phones);

  /// A request whose prompt takes `prefill_s` to read, and that wants `tokens` more after the first,
  /// perhaps none. `now` never runs backwards and is not after next().
  void arrive(std::uint32_t phone, double prefill_s, double tokens, Time now);

  bool busy() const { return slots_taken_ > 0; }

  /// When something happens if nobody arrives, never before the last call's `now`; kNever if not
  /// before that, or if there are no requests.
  Time next() const { return upcoming().at; }

  /// What happens at `now`, which must be next(). Of several things at one instant one per call:
  /// first tokens in the order of the prompts, then last tokens by phone.
  Happening step(Time now);

  /// When one more request, arriving now, would get a slot or its first token if nobody else
  /// arrives. Exact: while it waits for a slot, all slots are taken and the pace does not change.
  Time slot_at(Time now) const { return opening(now).slot; }
  Time first_token_at(double prefill_s, Time now) const;

  /// Sequences in the batch, those of the background among them.
  double running() const { return static_cast<double>(slots_taken_) + background_; }
  /// Requests without a slot.
  std::size_t waiting() const { return waiting_.size(); }
  const BatchLaw& law() const { return law_; }

  /// Back to time 0 without requests; keeps what was allocated.
  void reset();

  /// Distinguishes the one valid pending event from outdated ones.
  std::uint16_t stamp = 0;

 private:
  /// First in, first out, of phones; each at most once.
  class PhoneQueue {
   public:
    explicit PhoneQueue(std::size_t phones) : ring_(phones) {}
    void push(std::uint32_t phone) { ring_[(first_ + size_++) % ring_.size()] = phone; }
    std::uint32_t pop();
    std::uint32_t operator[](std::size_t i) const { return ring_[(first_ + i) % ring_.size()]; }
    std::size_t size() const { return size_; }
    void clear() { first_ = size_ = 0; }

   private:
    std::vector<std::uint32_t> ring_;
    std::size_t first_ = 0;
    std::size_t size_ = 0;
  };

  /// A phone's request.
  struct Sequence {
    Duration prefill{};
    Time prompt_read{};  // once it has a slot
    double tokens = 0;
    double joules_at_slot = 0;
    bool here = false;
  };
  struct Decoding {
    double finish_tokens;
    std::uint32_t phone;
  };
  struct Later {
    bool operator()(const Decoding& a, const Decoding& b) const {
      return a.finish_tokens != b.finish_tokens ? a.finish_tokens > b.finish_tokens
                                                : a.phone > b.phone;
    }
  };
  struct Upcoming {
    Time at;
    Happening::Kind kind;
  };
  /// When one more request gets a slot, and when the lane has read the prompts before its own.
  struct Opening {
    Time slot;
    Time lane;
  };

  double pace_s() const { return law_.token_s(running()); }
  Upcoming upcoming() const;
  Opening opening(Time now) const;
  void advance(Time now);
  void take_slot(std::uint32_t phone, Time now);
  Happening first_token();
  Happening last_token(Time now);

  BatchLaw law_;
  double background_;
  std::size_t slots_;  // of ours
  std::size_t slots_taken_ = 0;
  std::vector<Sequence> sequences_;  // by phone
  PhoneQueue waiting_;               // for a slot
  PhoneQueue prefilling_;            // with a slot, their prompts not read yet
  std::vector<Decoding> decoding_;   // heap
  Time lane_free_{};                 // when all prompts with a slot are read
  double virtual_tokens_ = 0;
  double virtual_joules_ = 0;
  Time updated_{};
  mutable std::vector<Time> ends_;  // scratch of opening()
};

}  // namespace autoscale
