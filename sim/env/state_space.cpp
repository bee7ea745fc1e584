#include "sim/env/state_space.h"

#include <fmt/format.h>

namespace autoscale {

StateSpace::StateSpace(const StateConfig& config, std::span<const Dnn> dnns) {
  for (const Dbm edge : config.signal_edges) edges_dbm_.push_back(edge.value());
  const auto signals = static_cast<std::uint32_t>(edges_dbm_.empty() ? 2 : edges_dbm_.size() + 1);
  radix_ = {4, 2, 2, 3, 4, 4, signals, signals};
  for (const Feature f : config.drop_features) radix_[static_cast<std::size_t>(f)] = 1;
  for (const Dnn& dnn : dnns) dnn_digits_.push_back(dnn_digits(dnn.layers, dnn.macs));
}

std::uint32_t StateSpace::size() const {
  std::uint32_t product = 1;
  for (const std::uint32_t r : radix_) product *= r;
  return product;
}

std::string StateSpace::definition() const {
  std::string text =
      "conv<30,<50,<90,inf; fc<10,inf; rc<10,inf; mac<1e9,<2e9,inf; "
      "cpu=0,<.25,<.75,<=1; memory=0,<.25,<.75,<=1; signals ";
  text +=
      edges_dbm_.empty() ? "regular,weak" : fmt::format("at {} dBm", fmt::join(edges_dbm_, ","));
  return text + fmt::format("; radix {}", fmt::join(radix_, "x"));
}

std::uint32_t StateSpace::dnn_digits(const LayerCounts& n, double macs) const {
  std::uint32_t state = push(0, Feature::kConv,
                             n.conv < 30   ? 0
                             : n.conv < 50 ? 1
                             : n.conv < 90 ? 2
                                           : 3);
  state = push(state, Feature::kFc, n.fc < 10 ? 0 : 1);
  state = push(state, Feature::kRc, n.recurrent < 10 ? 0 : 1);
  return push(state, Feature::kMac, macs < 1e9 ? 0 : macs < 2e9 ? 1 : 2);
}

}  // namespace autoscale
