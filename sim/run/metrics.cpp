#include "sim/run/metrics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace autoscale {
namespace {

/// Nearest-rank percentile; reorders `values`.
double percentile(std::vector<double>& values, double p) {
  const double rank = std::ceil(p * static_cast<double>(values.size()));
  const std::size_t i = std::max<std::size_t>(1, static_cast<std::size_t>(rank)) - 1;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(i), values.end());
  return values[i];
}

LatencySummary summarise(std::vector<double>& values) {
  if (values.empty()) return {};
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  return {sum / static_cast<double>(values.size()), percentile(values, 0.50),
          percentile(values, 0.95), percentile(values, 0.99)};
}

void add_comparison(const OracleComparison& oracle, Tally& tally) {
  if (!oracle.compared) return;
  tally.undefined += !oracle.defined;
  if (!oracle.defined) return;
  if (oracle.attainable()) {
    ++tally.compared;
    tally.same_target += oracle.same_target;
    tally.same_action += oracle.same_action;
    tally.equivalent += oracle.equivalent;
    tally.near += oracle.near;
    tally.opt_j += oracle.opt_j;
    tally.expected_j += oracle.expected_j;
  } else {
    ++tally.unattainable;
    tally.same_target_unattainable += oracle.same_target;
  }
  tally.compared_with_oracles += oracle.with_oracles;
  tally.same_as_expected_reward += oracle.same_as_expected_reward;
  tally.same_as_chance_constrained += oracle.same_as_chance_constrained;
}

void append(std::vector<double>& to, const std::vector<double>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

void LatencySamples::append(const LatencySamples& other) {
  autoscale::append(latency_s, other.latency_s);
  autoscale::append(ttft_s, other.ttft_s);
  autoscale::append(tpot_s, other.tpot_s);
}

void LatencySamples::summarise(Tally& into) {
  into.latency = autoscale::summarise(latency_s);
  into.ttft = autoscale::summarise(ttft_s);
  into.tpot = autoscale::summarise(tpot_s);
  *this = {};
}

void Metrics::add_tokens(const RequestRecord& r, Tally& cell, LatencySamples& samples) const {
  const Constraints& limits = system_.constraints;
  const double ttft_s = to_seconds(r.ttft);
  cell.prompt_tokens += r.tokens.prompt;
  cell.output_tokens += r.tokens.output;
  cell.first_token_late += ttft_s > limits.qos_s;
  cell.tokens_late += limits.token_qos_s > 0 && r.tpot_s() > limits.token_qos_s;
  samples.ttft_s.push_back(ttft_s);
  if (r.tokens.output > 1) samples.tpot_s.push_back(r.tpot_s());
}

void Tally::add(const Tally& o) {
  finished += o.finished;
  dropped += o.dropped;
  qos_missed += o.qos_missed;
  accuracy_missed += o.accuracy_missed;
  energy_j += o.energy_j;
  server_j += o.server_j;
  counted_j += o.counted_j;
  prompt_tokens += o.prompt_tokens;
  output_tokens += o.output_tokens;
  first_token_late += o.first_token_late;
  tokens_late += o.tokens_late;
  reward += o.reward;
  for (std::size_t i = 0; i < kCauses; ++i) joules[i] += o.joules[i];
  for (std::size_t i = 0; i < kTargetKinds; ++i) decisions[i] += o.decisions[i];
  throttled += o.throttled;
  compared += o.compared;
  undefined += o.undefined;
  unattainable += o.unattainable;
  same_target += o.same_target;
  same_action += o.same_action;
  equivalent += o.equivalent;
  near += o.near;
  opt_j += o.opt_j;
  expected_j += o.expected_j;
  same_target_unattainable += o.same_target_unattainable;
  compared_with_oracles += o.compared_with_oracles;
  same_as_expected_reward += o.same_as_expected_reward;
  same_as_chance_constrained += o.same_as_chance_constrained;
  gap_sum += o.gap_sum;
  gap_sum_all += o.gap_sum_all;
  gap_count += o.gap_count;
  gap_count_all += o.gap_count_all;
}

Metrics::Metrics(const SystemModel& system, bool pair, std::size_t phases,
                 std::uint64_t requests_per_phone)
    : system_(system),
      dnns_(system.dnns.size()),
      requests_per_phone_(requests_per_phone),
      cells_(phases * system.types.size() * dnns_),
      samples_(cells_.size()) {
  if (pair) pairs_.resize(system.devices() * requests_per_phone);
}

void Metrics::add(const RequestRecord& r) {
  const std::size_t c = first_cell_ + r.type * dnns_ + r.observation.dnn;
  Tally& cell = cells_[c];
  ++cell.finished;
  cell.qos_missed += !r.verdict.qos_met;
  cell.accuracy_missed += !r.verdict.accuracy_met;
  cell.energy_j += r.ledger.energy_j;
  cell.server_j += r.ledger.server_j;
  cell.counted_j += r.ledger.counted_j;
  cell.reward += r.verdict.reward;
  for (std::size_t i = 0; i < kCauses; ++i) cell.joules[i] += r.ledger.joules[i];
  const Target& target = system_.types[r.type].actions[r.executed];
  ++cell.decisions[target_kind(target.site, target.processor, target.precision)];
  cell.throttled += r.throttled;
  add_comparison(r.oracle, cell);
  samples_[c].latency_s.push_back(to_seconds(r.latency()));
  if (r.tokens.output > 0) add_tokens(r, cell, samples_[c]);
  if (!pairs_.empty()) {
    const std::uint64_t i = r.observation.request + shift_;
    pairs_[r.observation.phone * requests_per_phone_ + i] = {
        r.ledger.counted_j, static_cast<std::uint32_t>(c), r.oracle.attainable()};
  }
}

void Metrics::add_dropped(std::uint16_t type, std::uint16_t dnn, std::uint32_t count) {
  cells_[first_cell_ + type * dnns_ + dnn].dropped += count;
}

void Metrics::finish() {
  LatencySamples all;
  for (std::size_t c = 0; c < cells_.size(); ++c) {
    total_.add(cells_[c]);
    all.append(samples_[c]);
    samples_[c].summarise(cells_[c]);
  }
  all.summarise(total_);
}

double Metrics::energy_j(std::size_t type) const {
  double sum = 0;
  for (std::size_t phase = 0; phase < phases_begun_; ++phase) {
    for (std::size_t dnn = 0; dnn < dnns_; ++dnn) sum += cell(phase, type, dnn).energy_j;
  }
  return sum;
}

void Metrics::compare_with(const Metrics& opt) {
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    if (pairs_[i].energy_j <= 0 || opt.pairs_[i].energy_j <= 0) continue;
    const double gap = pairs_[i].energy_j / opt.pairs_[i].energy_j - 1;
    for (Tally* tally : {&cells_[pairs_[i].cell], &total_}) {
      tally->gap_sum_all += gap;
      ++tally->gap_count_all;
      if (!opt.pairs_[i].attainable) continue;
      tally->gap_sum += gap;
      ++tally->gap_count;
    }
  }
}

}  // namespace autoscale
