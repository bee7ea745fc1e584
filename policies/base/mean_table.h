// A table of sample means: the mean reward of every action in every row (states, or DNNs), and of
// how many rewards it is.
#pragma once

#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <vector>

#include "sim/policy/policy.h"
#include "sim/policy/transfer.h"

namespace autoscale {

class MeanTable {
 public:
  struct Mean {
    double reward = 0;
    std::uint32_t count = 0;
  };

  MeanTable(std::size_t rows, const ActionSpace& actions)
      : actions_(actions), means_(rows * actions.size()) {}

  void add(std::size_t row, ActionId action, double reward) {
    Mean& mean = means_[row * actions_.size() + action];
    ++mean.count;
    mean.reward += (reward - mean.reward) / mean.count;
  }

  const Mean& at(std::size_t row, ActionId action) const {
    return means_[row * actions_.size() + action];
  }

  /// The action of highest mean among `legal`, the first one among equals; nothing in a row without
  /// experience.
  std::optional<ActionId> best(std::size_t row, std::span<const ActionId> legal) const {
    constexpr double kNone = -std::numeric_limits<double>::infinity();
    const Mean* const means = &means_[row * actions_.size()];
    ActionId best = 0;
    double best_reward = kNone;
    for (const ActionId a : legal) {
      const double reward = means[a].count > 0 ? means[a].reward : kNone;
      if (reward > best_reward) {
        best = a;
        best_reward = reward;
      }
    }
    return best_reward > kNone ? std::optional(best) : std::nullopt;
  }

  /// The first action among `legal` without experience, if any.
  std::optional<ActionId> untried(std::size_t row, std::span<const ActionId> legal) const {
    const Mean* const means = &means_[row * actions_.size()];
    for (const ActionId a : legal) {
      if (means[a].count == 0) return a;
    }
    return std::nullopt;
  }

  /// Rewards in a row.
  std::uint64_t count(std::size_t row) const {
    std::uint64_t count = 0;
    for (std::size_t a = 0; a < actions_.size(); ++a) {
      count += means_[row * actions_.size() + a].count;
    }
    return count;
  }

  std::size_t bytes() const { return means_.size() * sizeof(Mean); }

  std::uint64_t rows_visited() const {
    std::uint64_t visited = 0;
    for (std::size_t row = 0; row < rows(); ++row) visited += count(row) > 0;
    return visited;
  }

  /// Writes the table with the names of its actions.
  void save(nlohmann::ordered_json& saved) const {
    saved["actions"] = actions_.names();
    saved["encoding"] = kEncoding;
    auto& values = saved["values"] = nlohmann::ordered_json::array();
    auto& counts = saved["counts"] = nlohmann::ordered_json::array();
    for (const Mean& mean : means_) {
      values.push_back(mean.reward);
      counts.push_back(mean.count);
    }
  }

  /// Throws std::invalid_argument if the table is of other actions or another size.
  void load(const nlohmann::ordered_json& saved) {
    require_same(saved, "actions", actions_.names());
    transfer(saved);
  }

  /// Fills the means of every action that has a counterpart; the others keep theirs. Throws
  /// std::invalid_argument if the table is of another size.
  void transfer(const nlohmann::ordered_json& saved) {
    require_same(saved, "encoding", kEncoding);
    const auto names = saved.at("actions").get<std::vector<std::string>>();
    const auto& values = saved.at("values");
    const auto& counts = saved.at("counts");
    require_size(values, rows() * names.size());
    require_size(counts, rows() * names.size());
    const auto sources = counterparts(names, actions_);
    for (std::size_t row = 0; row < rows(); ++row) {
      for (std::size_t a = 0; a < sources.size(); ++a) {
        if (!sources[a]) continue;
        const std::size_t source = row * names.size() + *sources[a];
        means_[row * actions_.size() + a] = {values[source].get<double>(),
                                             counts[source].get<std::uint32_t>()};
      }
    }
  }

 private:
  std::size_t rows() const { return means_.size() / actions_.size(); }

  const ActionSpace& actions_;
  std::vector<Mean> means_;  // by row and action
};

}  // namespace autoscale
