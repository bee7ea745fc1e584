// k nearest neighbours: the placement that most of the k nearest examples had, at the mean of their
// positions. Among groups with equally many votes the one with the nearest example wins; among
// equally near examples the earlier one counts as nearer.
// Source: T. Cover and P. Hart, "Nearest Neighbor Pattern Classification", IEEE Trans. Information
//   Theory 1967.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "policies/base/situations.h"

namespace autoscale {

class NearestNeighbours {
 public:
  NearestNeighbours(std::uint32_t k, std::vector<Example> examples)
      : k_(k), examples_(std::move(examples)) {}

  /// Looks only at examples whose best group is in `offered`; nothing if there is none.
  std::optional<Placement> operator()(const FeatureVector& x, GroupSet offered) const {
    std::vector<std::pair<double, std::size_t>> near;  // squared distance, example
    for (std::size_t i = 0; i < examples_.size(); ++i) {
      if (offered & only(examples_[i].best.group)) {
        near.emplace_back(squared_distance(x, examples_[i].features), i);
      }
    }
    if (near.empty()) return std::nullopt;
    const std::size_t k = std::min<std::size_t>(k_, near.size());
    std::partial_sort(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(k), near.end());
    near.resize(k);
    return vote(near);
  }

 private:
  static double squared_distance(const FeatureVector& a, const FeatureVector& b) {
    double sum = 0;
    for (std::size_t f = 0; f < kFeatures; ++f) sum += (a[f] - b[f]) * (a[f] - b[f]);
    return sum;
  }

  /// `near` ascending by distance.
  Placement vote(const std::vector<std::pair<double, std::size_t>>& near) const {
    Placement winner;
    int most = 0;
    for (const auto& [distance, candidate] : near) {
      const std::uint8_t group = examples_[candidate].best.group;
      int votes = 0;
      double positions = 0;
      for (const auto& [further, i] : near) {
        if (examples_[i].best.group != group) continue;
        ++votes;
        positions += examples_[i].best.position;
      }
      if (votes <= most) continue;
      most = votes;
      winner = {group, positions / votes};
    }
    return winner;
  }

  std::uint32_t k_;
  std::vector<Example> examples_;
};

}  // namespace autoscale
