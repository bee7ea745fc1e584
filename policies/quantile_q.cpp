// Quantile Q-learning: AutoScale's update over bins that are learned, not given. The bins of the
// co-runner's CPU and memory utilisation and of both signals are quantiles of what was seen.
//
// State: the DNN, by identity, so that DNNs of equal layer counts stay apart; and four bins, the
//   number of edges below the value. The edges of a feature are the k/bins quantiles,
//   k = 1 ... bins - 1, of the first `samples` observations that it learns from, then fixed. Equal
//   edges become one: where half of the observations have no co-runner, fewer bins are used.
// Before: while the edges are open it takes any legal action in phases that explore, each equally
//   likely; the outcomes are kept, and learned from in their order once the edges stand. A phase
//   that does not learn fixes the edges from what there is.
// Action, update, choice, initial values, transfer: as `autoscale`; the edges travel with a table.
// Source: none for the whole. Update: Kim and Wu, MICRO 2020. Bins of equal frequency:
//   J. Dougherty, R. Kohavi and M. Sahami, "Supervised and Unsupervised Discretization of
//   Continuous Features", ICML 1995.
// Parameters: see Config (all dimensionless). 1,000 samples place a quartile within a standard
//   error of 1.4 % of the observations; 4 bins are AutoScale's number for the utilisations.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "policies/base/q_learning.h"

namespace autoscale {
namespace {

struct QuantileQConfig : TdConfig {
  std::uint32_t bins = 4;
  std::uint32_t samples = 1000;

  template <class V>
  void fields(V& v) {
    TdConfig::fields(v);
    v.optional("bins", bins, "bins per feature of the run-time variance", config::range(2.0, 16.0));
    v.optional("samples", samples, "observations from which the edges are taken",
               config::range(1.0, 1e6));
  }
};

/// The states: a mixed-radix number of the DNN and the four bins.
class QuantileSpace {
 public:
  QuantileSpace(std::uint32_t bins, std::span<const Dnn> dnns) : bins_(bins) {
    for (const Dnn& dnn : dnns) dnns_.push_back(dnn.id);
  }

  std::uint32_t size() const {
    return static_cast<std::uint32_t>(dnns_.size()) * bins_ * bins_ * bins_ * bins_;
  }

  std::uint32_t of(const Observation& o) const {
    std::uint32_t state = o.dnn;
    for (std::size_t f = 0; f < kVariance; ++f) state = state * bins_ + bin(f, value(o, f));
    return state;
  }

  std::string definition() const {
    return fmt::format("dnn {}; {} quantile bins each of {}", fmt::join(dnns_, ","), bins_,
                       fmt::join(kNames, ","));
  }

  bool fixed() const { return !edges_.front().empty(); }

  /// Takes the edges from observations, at least one.
  void fix(std::span<const Observation> seen) {
    std::vector<double> values(seen.size());
    for (std::size_t f = 0; f < kVariance; ++f) {
      std::transform(seen.begin(), seen.end(), values.begin(),
                     [f](const Observation& o) { return value(o, f); });
      std::sort(values.begin(), values.end());
      edges_[f].clear();
      for (std::size_t k = 1; k < bins_; ++k) {
        const double edge = values[(k * values.size() + bins_ - 1) / bins_ - 1];
        if (edges_[f].empty() || edge > edges_[f].back()) edges_[f].push_back(edge);
      }
    }
  }

  std::vector<std::string> names() const {
    std::vector<std::string> names = dnns_;
    for (std::size_t f = 0; f < kVariance; ++f) {
      std::vector<std::string> longer;
      for (const std::string& name : names) {
        for (std::uint32_t b = 0; b < bins_; ++b) longer.push_back(name + " " + bin_name(f, b));
      }
      names = std::move(longer);
    }
    return names;
  }

  nlohmann::ordered_json edges() const {
    nlohmann::ordered_json saved;
    for (std::size_t f = 0; f < kVariance; ++f) saved[kNames[f]] = edges_[f];
    return saved;
  }

  /// Throws std::invalid_argument if they are not ascending, or too many.
  void set_edges(const nlohmann::ordered_json& saved) {
    for (std::size_t f = 0; f < kVariance; ++f) {
      auto edges = saved.at(kNames[f]).get<std::vector<double>>();
      const auto stall = std::adjacent_find(edges.begin(), edges.end(), std::greater_equal<>());
      if (stall != edges.end() || edges.size() >= bins_) {
        throw std::invalid_argument(
            fmt::format("the table's edges of '{}' are not {} ascending "
                        "numbers at most",
                        kNames[f], bins_ - 1));
      }
      edges_[f] = std::move(edges);
    }
  }

 private:
  static constexpr std::size_t kVariance = 4;
  static constexpr std::array<const char*, kVariance> kNames = {"cpu", "memory", "cloud_signal",
                                                                "tablet_signal"};

  static double value(const Observation& o, std::size_t feature) {
    const std::array<double, kVariance> values = {
        o.load.cpu, o.load.memory, o.signal_dbm[kCloudLink], o.signal_dbm[kTabletLink]};
    return values[feature];
  }

  std::uint32_t bin(std::size_t feature, double value) const {
    std::uint32_t bin = 0;
    for (const double edge : edges_[feature]) bin += value > edge;
    return bin;
  }

  std::string bin_name(std::size_t f, std::uint32_t b) const {
    const std::vector<double>& edges = edges_[f];
    if (b < edges.size()) return fmt::format("{}<={}", kNames[f], edges[b]);
    if (b > edges.size()) return fmt::format("{}:unused{}", kNames[f], b);
    return b == 0 ? fmt::format("{}:any", kNames[f])
                  : fmt::format("{}>{}", kNames[f], edges[b - 1]);
  }

  std::uint32_t bins_;
  std::vector<std::string> dnns_;
  std::array<std::vector<double>, kVariance> edges_;  // ascending
};

class QuantileQ final : public QLearning<QuantileSpace> {
 public:
  using Config = QuantileQConfig;
  static constexpr PolicyInfo kInfo{
      .family = "learner",
      .summary = "tabular Q-learning on quantile bins of the variance",
      .source = "none; Dougherty et al., 1995, ICML",
      .learns = true,
      .deliberates = true};

  QuantileQ(const Config& config, const PolicyContext& context)
      : QLearning("quantile_q", config, QuantileSpace(config.bins, context.dnns), context),
        samples_(config.samples) {
    seen_.reserve(samples_);
    kept_.reserve(samples_);
  }

  ExecutionPlan decide(const Observation& o) override {
    if (space_.fixed() || !mode_.explore) return QLearning::decide(o);
    Draw draw = random_.at(Stream::kPolicy, o.phone, o.request);
    return {legal(o.dnn)[draw.below(static_cast<std::uint32_t>(legal(o.dnn).size()))]};
  }

  void learn(const Outcome& outcome) override {
    if (space_.fixed()) return QLearning::learn(outcome);
    seen_.push_back(outcome.observation);
    kept_.push_back({outcome.next, outcome.action, outcome.reward});
    if (seen_.size() == samples_) fix();
  }

  void set_mode(LearningMode mode) override {
    if (!mode.learn && !space_.fixed() && !seen_.empty()) fix();
    QLearning::set_mode(mode);
  }

  nlohmann::ordered_json save() const override {
    nlohmann::ordered_json saved = QLearning::save();
    saved["edges"] = space_.edges();
    saved["states"] = space_.names();
    return saved;
  }

  void load(const nlohmann::ordered_json& saved) override {
    QLearning::load(saved);
    space_.set_edges(saved.at("edges"));
  }

  void transfer(const nlohmann::ordered_json& saved) override {
    QLearning::transfer(saved);
    space_.set_edges(saved.at("edges"));
  }

 private:
  /// What an outcome tells beside its observation.
  struct Kept {
    Observation next;
    ActionId action = 0;
    double reward = 0;
  };

  /// Fixes the edges and learns from all that was kept.
  void fix() {
    space_.fix(seen_);
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      const Observation& o = seen_[i];
      learn_from({space_.of(o), space_.of(kept_[i].next), o.dnn, kept_[i].action, kept_[i].reward,
                  o.phone, o.request});
    }
    seen_ = {};
    kept_ = {};
  }

  std::size_t samples_;
  std::vector<Observation> seen_;  // until the edges are fixed
  std::vector<Kept> kept_;
};

const RegisterPolicy<QuantileQ> registered_quantile_q{"quantile_q"};

}  // namespace
}  // namespace autoscale
