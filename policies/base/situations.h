// What was best where: the outcomes of training, gathered by situation, as labelled examples for
// classifiers.
//
// A situation is a DNN, known by its features, in one of AutoScale's states
// (sim/policy/state_space.h). Its features are the means of those seen in it. Its label is the action
// with the highest mean reward among those tried there, the lower one among equals, as a group (the
// targets that differ only in their operating point) and a position in the group, 0 the slowest
// point and 1 the top one. With few samples per situation and action, the label is as noisy as they
// are.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "policies/base/predictor.h"

namespace autoscale {

/// A set of action groups, a bit each.
using GroupSet = std::uint64_t;
constexpr GroupSet only(std::size_t group) { return GroupSet{1} << group; }

/// A label: where to run, and how fast.
struct Placement {
  std::uint8_t group = 0;
  double position = 1;
};

struct Example {
  FeatureVector features{};
  bool calm = false;
  GroupSet tried = 0;
  Placement best;
};

class Situations {
 public:
  /// Outcomes of situations beyond the first `max_situations` are not kept.
  Situations(const PolicyContext& context, std::size_t max_situations)
      : actions_(context.actions),
        features_(context.dnns),
        states_({}, context.dnns),
        max_situations_(max_situations) {}

  void add(const Outcome& outcome) {
    const FeatureVector x = features_.of(outcome.observation);
    Situation* const situation = find(key_of(x, states_.of(outcome.observation)));
    if (!situation) return;
    ++situation->count;
    for (std::size_t f = 0; f < kFeatures; ++f) {
      situation->features[f] += (x[f] - situation->features[f]) / situation->count;
    }
    situation->calm = is_calm(outcome.observation);
    Mean& mean = situation->rewards[outcome.action];
    ++mean.count;
    mean.reward += (outcome.reward - mean.reward) / mean.count;
  }

  /// In ascending order of DNN features and state.
  std::vector<Example> examples() const {
    std::vector<Example> examples;
    for (const auto& [key, situation] : situations_) examples.push_back(example_of(situation));
    return examples;
  }

  /// At the cap.
  std::size_t bytes() const {
    return max_situations_ * (sizeof(Situation) + actions_.size() * sizeof(Mean));
  }

  nlohmann::ordered_json save() const {
    nlohmann::ordered_json saved;
    saved["state_definition"] = states_.definition();
    auto& list = saved["situations"] = nlohmann::ordered_json::array();
    for (const auto& [key, s] : situations_) {
      auto& entry = list.emplace_back();
      entry["state"] = key.second;
      entry["count"] = s.count;
      entry["calm"] = s.calm;
      entry["features"] = s.features;
      for (const Mean& mean : s.rewards) {
        entry["values"].push_back(mean.reward);
        entry["counts"].push_back(mean.count);
      }
    }
    return saved;
  }

  /// Throws std::invalid_argument if `saved` is of other states or actions, or holds too much.
  void load(const nlohmann::ordered_json& saved) {
    require_same(saved, "state_definition", states_.definition());
    situations_.clear();
    for (const auto& entry : saved.at("situations")) {
      const auto x = entry.at("features").get<FeatureVector>();
      Situation* const s = find(key_of(x, entry.at("state").get<std::uint32_t>()));
      if (!s) throw std::invalid_argument("more situations were saved than this policy keeps");
      s->features = x;
      s->count = entry.at("count").get<std::uint32_t>();
      s->calm = entry.at("calm").get<bool>();
      require_size(entry.at("values"), actions_.size());
      require_size(entry.at("counts"), actions_.size());
      for (std::size_t a = 0; a < actions_.size(); ++a) {
        s->rewards[a] = {entry["values"][a].get<double>(), entry["counts"][a].get<std::uint32_t>()};
      }
    }
  }

 private:
  /// Mean reward of an action in a situation.
  struct Mean {
    double reward = 0;
    std::uint32_t count = 0;
  };
  struct Situation {
    FeatureVector features{};
    bool calm = false;
    std::uint32_t count = 0;
    std::vector<Mean> rewards;  // by action
  };
  /// The DNN's own features and the state.
  using Key = std::pair<std::array<double, 4>, std::uint32_t>;

  static Key key_of(const FeatureVector& x, std::uint32_t state) {
    return {{x[0], x[1], x[2], x[3]}, state};
  }

  /// The situation, a fresh one if there is room for it; else nothing.
  Situation* find(const Key& key) {
    const auto found = situations_.find(key);
    if (found != situations_.end()) return &found->second;
    if (situations_.size() == max_situations_) return nullptr;
    Situation& fresh = situations_[key];
    fresh.rewards.resize(actions_.size());
    return &fresh;
  }

  Example example_of(const Situation& s) const {
    Example example{s.features, s.calm, 0, {}};
    std::optional<ActionId> best;
    for (std::size_t a = 0; a < s.rewards.size(); ++a) {
      if (s.rewards[a].count == 0) continue;
      const auto action = static_cast<ActionId>(a);
      example.tried |= only(actions_.group_of(action));
      if (!best || s.rewards[a].reward > s.rewards[*best].reward) best = action;
    }
    if (best) {
      const TargetGroup& group = actions_.group(*best);
      example.best.group = actions_.group_of(*best);
      if (group.count > 1) example.best.position = double(*best - group.first) / (group.count - 1);
    }
    return example;
  }

  const ActionSpace& actions_;
  FeatureMap features_;
  StateSpace states_;
  std::size_t max_situations_;
  std::map<Key, Situation> situations_;
};

}  // namespace autoscale
