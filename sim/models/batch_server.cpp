#include "sim/models/batch_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "sim/core/check.h"

namespace autoscale {

BatchLaw::BatchLaw(std::vector<double> concurrency, std::vector<double> token_s,
                   std::vector<double> power_w, double prefill_tokens_per_s, double limit)
    : concurrency_(std::move(concurrency)),
      token_s_(std::move(token_s)),
      power_w_(std::move(power_w)),
      prefill_tokens_per_s_(prefill_tokens_per_s),
      limit_(limit) {}

/// Of the segment that ends at point `end`; 0 if there is but one point.
double BatchLaw::slope(const std::vector<double>& y, std::size_t end) const {
  if (end == 0) return 0;
  return (y[end] - y[end - 1]) / (concurrency_[end] - concurrency_[end - 1]);
}

double BatchLaw::inside_or_below(const std::vector<double>& y, double b) const {
  constexpr double kLeast = 0.5;
  if (b < concurrency_.front()) {
    const std::size_t end = std::min<std::size_t>(1, y.size() - 1);
    return std::max(kLeast * y.front(), y.front() - (concurrency_.front() - b) * slope(y, end));
  }
  const auto end = static_cast<std::size_t>(
      std::lower_bound(concurrency_.begin(), concurrency_.end(), b) - concurrency_.begin());
  return y[end] - (concurrency_[end] - b) * slope(y, end);
}

double BatchLaw::token_s(double b) const {
  if (b <= concurrency_.back()) return inside_or_below(token_s_, b);
  return token_s_.back() + (b - concurrency_.back()) * slope(token_s_, token_s_.size() - 1);
}

double BatchLaw::power_w(double b) const {
  return b <= concurrency_.back() ? inside_or_below(power_w_, b) : power_w_.back();
}

BatchLaw make_batch_law(const BatchingConfig& c, const config::Mark& where,
                        config::Diagnostics& diagnostics) {
  const std::vector<double>& concurrency = c.concurrency.values;
  std::vector<double> token_s, power_w;
  for (const Duration d : c.token_time.values) token_s.push_back(to_seconds(d));
  for (const Watts p : c.power.values) power_w.push_back(p.value());
  if (token_s.size() != concurrency.size() || power_w.size() != concurrency.size()) {
    diagnostics.error(where, fmt::format("batching: {} concurrencies, {} token times and {} powers",
                                         concurrency.size(), token_s.size(), power_w.size()));
  }
  return {concurrency, std::move(token_s), std::move(power_w), c.prefill_rate.value.value(),
          static_cast<double>(c.limit.value)};
}

std::uint32_t BatchServer::PhoneQueue::pop() {
  const std::uint32_t phone = ring_[first_];
  first_ = (first_ + 1) % ring_.size();
  --size_;
  return phone;
}

BatchServer::BatchServer(BatchLaw law, double background, std::size_t phones)
    : law_(std::move(law)),
      background_(background),
      sequences_(phones),
      waiting_(phones),
      prefilling_(phones) {
  AUTOSCALE_CHECK(background >= 0 && background + 1 <= law_.limit(),
                  "a background of {} leaves no slot of {}", background, law_.limit());
  slots_ = static_cast<std::size_t>(law_.limit() - background);
  decoding_.reserve(phones);
  ends_.reserve(phones);
}

void BatchServer::advance(Time now) {
  AUTOSCALE_CHECK(now >= updated_, "time runs backwards by {} ns", (updated_ - now).count());
  if (slots_taken_ > 0) {
    const double elapsed_s = to_seconds(now - updated_);
    virtual_tokens_ += elapsed_s / pace_s();
    virtual_joules_ += elapsed_s * law_.power_w(running()) / running();
  }
  updated_ = now;
}

void BatchServer::arrive(std::uint32_t phone, double prefill_s, double tokens, Time now) {
  advance(now);
  Sequence& sequence = sequences_[phone];
  AUTOSCALE_CHECK(!sequence.here, "phone {} has a request here already", phone);
  sequence = {from_seconds(prefill_s), {}, tokens, 0, true};
  if (slots_taken_ < slots_) {
    take_slot(phone, now);
  } else {
    waiting_.push(phone);
  }
}

/// After advance(now).
void BatchServer::take_slot(std::uint32_t phone, Time now) {
  ++slots_taken_;
  Sequence& sequence = sequences_[phone];
  sequence.joules_at_slot = virtual_joules_;
  lane_free_ = sequence.prompt_read =
      std::min(kNever, std::max(now, lane_free_) + sequence.prefill);
  prefilling_.push(phone);
}

BatchServer::Upcoming BatchServer::upcoming() const {
  Time last = kNever;
  if (!decoding_.empty()) {
    const double tokens = std::max(0.0, decoding_.front().finish_tokens - virtual_tokens_);
    last = after_seconds(updated_, tokens * pace_s());
  }
  const Time first = prefilling_.size() > 0 ? sequences_[prefilling_[0]].prompt_read : kNever;
  return first <= last ? Upcoming{first, Happening::Kind::kFirstToken}
                       : Upcoming{last, Happening::Kind::kLastToken};
}

// What happens is decided before the clock is moved: its rounding to whole nanoseconds may leave a
// sequence a rest of a token, which would otherwise be waited for.
Happening BatchServer::step(Time now) {
  const Upcoming due = upcoming();
  AUTOSCALE_CHECK(due.at == now && now != kNever, "nothing happens at {} s", to_seconds(now));
  advance(now);
  return due.kind == Happening::Kind::kFirstToken ? first_token() : last_token(now);
}

Happening BatchServer::first_token() {
  const std::uint32_t phone = prefilling_.pop();
  decoding_.push_back({virtual_tokens_ + sequences_[phone].tokens, phone});
  std::push_heap(decoding_.begin(), decoding_.end(), Later{});
  return {phone, Happening::Kind::kFirstToken, 0};
}

Happening BatchServer::last_token(Time now) {
  const auto [finish_tokens, phone] = decoding_.front();
  std::pop_heap(decoding_.begin(), decoding_.end(), Later{});
  decoding_.pop_back();
  virtual_tokens_ = std::max(virtual_tokens_, finish_tokens);  // others that end now end now
  Sequence& sequence = sequences_[phone];
  sequence.here = false;
  --slots_taken_;
  if (waiting_.size() > 0) take_slot(waiting_.pop(), now);
  return {phone, Happening::Kind::kLastToken, virtual_joules_ - sequence.joules_at_slot};
}

BatchServer::Opening BatchServer::opening(Time now) const {
  if (slots_taken_ < slots_) return {now, std::max(now, lane_free_)};
  const double pace = pace_s();
  const double tokens_now = virtual_tokens_ + to_seconds(now - updated_) / pace;
  ends_.clear();  // of the sequences with a slot, a heap whose front is the first of them
  for (const Decoding& d : decoding_) {
    ends_.push_back(after_seconds(now, std::max(0.0, d.finish_tokens - tokens_now) * pace));
  }
  for (std::size_t i = 0; i < prefilling_.size(); ++i) {
    const Sequence& sequence = sequences_[prefilling_[i]];
    ends_.push_back(after_seconds(sequence.prompt_read, sequence.tokens * pace));
  }
  std::make_heap(ends_.begin(), ends_.end(), std::greater<>());
  Time lane = lane_free_;
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    const Sequence& sequence = sequences_[waiting_[i]];
    lane = std::min(kNever, std::max(ends_.front(), lane) + sequence.prefill);
    std::pop_heap(ends_.begin(), ends_.end(), std::greater<>());
    ends_.back() = after_seconds(lane, sequence.tokens * pace);
    std::push_heap(ends_.begin(), ends_.end(), std::greater<>());
  }
  return {ends_.front(), std::max(ends_.front(), lane)};
}

Time BatchServer::first_token_at(double prefill_s, Time now) const {
  return after_seconds(opening(now).lane, prefill_s);
}

void BatchServer::reset() {
  for (Sequence& sequence : sequences_) sequence.here = false;
  waiting_.clear();
  prefilling_.clear();
  decoding_.clear();
  slots_taken_ = 0;
  lane_free_ = updated_ = kStart;
  virtual_tokens_ = virtual_joules_ = 0;
  stamp = 0;
}

}  // namespace autoscale
