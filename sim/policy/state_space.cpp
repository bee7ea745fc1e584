#include "sim/policy/state_space.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace autoscale {
namespace {

/// The numbers of `text` up to its end or ' ', whatever stands between two.
std::vector<double> numbers_of(std::string_view text) {
  std::vector<double> numbers;
  const char* at = text.data();
  const char* const end = at + std::min(text.find(' '), text.size());
  while (at < end) {
    double number = 0;
    const auto [after, problem] = std::from_chars(at, end, number);
    if (problem != std::errc()) break;
    numbers.push_back(number);
    at = after + 1;
  }
  return numbers;
}

/// The shortest text that reads as `edge`, such as 1e9.
std::string edge_text(double edge) {
  std::string text;
  for (int digits = 0; digits < 17; ++digits) {
    text = fmt::format("{:.{}e}", edge, digits);
    double read = 0;
    std::from_chars(text.data(), text.data() + text.size(), read);
    if (read == edge) break;
  }
  const std::size_t e = text.find('e');
  return fmt::format("{}e{}", text.substr(0, e), std::stoi(text.substr(e + 1)));
}

/// The numbers behind each '<' in `text` up to its end or ';'.
std::vector<double> edges_of(std::string_view text) {
  text = text.substr(0, text.find(';'));
  std::vector<double> edges;
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    double edge = 0;
    std::from_chars(text.data() + at + 1, text.data() + text.size(), edge);
    edges.push_back(edge);
  }
  return edges;
}

/// What follows `key` in `text`; nothing if it does not occur.
std::string_view after(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(key);
  return at == std::string_view::npos ? std::string_view() : text.substr(at + key.size());
}

}  // namespace

StateSpace::StateSpace(const StateConfig& config, std::span<const Dnn> dnns) {
  for (const Dbm edge : config.signal_edges) edges_dbm_.push_back(edge.value());
  const auto signals = static_cast<std::uint32_t>(edges_dbm_.empty() ? 2 : edges_dbm_.size() + 1);
  if (!config.mac_edges.empty()) mac_edges_ = config.mac_edges;
  const auto macs = static_cast<std::uint32_t>(mac_edges_.size() + 1);
  radix_ = {{4, 2, 2, macs, 4, 4, signals, signals}};
  for (const Feature f : config.drop_features) radix_[f] = 1;
  for (const Dnn& dnn : dnns) {
    dnn_digits_.push_back(dnn_digits(dnn.layers));
    macs_.emplace_back(dnn);
  }
}

std::uint32_t StateSpace::size() const {
  std::uint32_t product = 1;
  for (const std::uint32_t r : radix_) product *= r;
  return product;
}

std::string StateSpace::definition() const {
  std::string text = "conv<30,<50,<90,inf; fc<10,inf; rc<10,inf; mac";
  for (std::size_t i = 0; i < mac_edges_.size(); ++i) {
    text += fmt::format("{}<{}", i == 0 ? "" : ",", edge_text(mac_edges_[i]));
  }
  text += ",inf; cpu=0,<.25,<.75,<=1; memory=0,<.25,<.75,<=1; signals ";
  text +=
      edges_dbm_.empty() ? "regular,weak" : fmt::format("at {} dBm", fmt::join(edges_dbm_, ","));
  return text + fmt::format("; radix {}", fmt::join(radix_, "x"));
}

StateSpace StateSpace::defined_by(const std::string& definition) {
  StateConfig config;
  for (const double edge : numbers_of(after(definition, "signals at "))) {
    config.signal_edges.emplace_back(edge);
  }
  const std::vector<double> radix = numbers_of(after(definition, "; radix "));
  for (const auto& [feature, name] : config::EnumNames<Feature>::value) {
    const auto i = static_cast<std::size_t>(feature);
    if (i < radix.size() && radix[i] == 1) config.drop_features.push_back(feature);
  }
  config.mac_edges = edges_of(after(definition, "; mac"));
  StateSpace space(config, {});
  if (space.definition() != definition) {
    throw std::invalid_argument("a state definition that this program does not know");
  }
  return space;
}

std::vector<std::string> StateSpace::bin_names(Feature feature) const {
  const std::string name(name_of(feature));
  if (feature == Feature::kConv) return {"conv<30", "conv<50", "conv<90", "conv>=90"};
  if (feature == Feature::kMac) return mac_names();
  if (feature == Feature::kFc || feature == Feature::kRc) return {name + "<10", name + ">=10"};
  if (feature == Feature::kCpu || feature == Feature::kMemory) {
    return {name + "=0", name + "<25%", name + "<75%", name + "<=100%"};
  }
  if (edges_dbm_.empty()) return {name + "=regular", name + "=weak"};
  std::vector<std::string> names;
  for (const double edge : edges_dbm_) names.push_back(fmt::format("{}<={}dBm", name, edge));
  names.push_back(fmt::format("{}>{}dBm", name, edges_dbm_.back()));
  return names;
}

std::vector<std::string> StateSpace::mac_names() const {
  std::vector<std::string> names;
  for (const double edge : mac_edges_) names.push_back("mac<" + edge_text(edge));
  names.push_back("mac>=" + edge_text(mac_edges_.back()));
  return names;
}

std::vector<std::string> StateSpace::names() const {
  std::vector<std::string> names = {""};
  for (const auto& [feature, unused] : config::EnumNames<Feature>::value) {
    if (radix_[feature] == 1) continue;
    std::vector<std::string> longer;
    for (const std::string& name : names) {
      for (const std::string& bin : bin_names(feature)) {
        longer.push_back(name.empty() ? bin : fmt::format("{} {}", name, bin));
      }
    }
    names = std::move(longer);
  }
  return names;
}

std::uint32_t StateSpace::dnn_digits(const LayerCounts& n) const {
  std::uint32_t state = push(0, Feature::kConv,
                             n.conv < 30   ? 0
                             : n.conv < 50 ? 1
                             : n.conv < 90 ? 2
                                           : 3);
  state = push(state, Feature::kFc, n.fc < 10 ? 0 : 1);
  return push(state, Feature::kRc, n.recurrent < 10 ? 0 : 1);
}

}  // namespace autoscale
