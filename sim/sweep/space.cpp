// Values of grids, zips and draws, and their combinations.
#include "sim/sweep/space.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/sweep/columns.h"

namespace autoscale {
namespace {

using config::Diagnostics;
using config::Mark;
using config::Node;

/// The last key of a path: "epsilon" of "policies[0].autoscale.epsilon".
std::string last_key(const std::string& path) {
  const std::size_t begin = path.find_last_of('.');
  const std::string key = path.substr(begin == std::string::npos ? 0 : begin + 1);
  return key.substr(0, key.find('['));
}

bool same(const std::string& a, const std::string& b) {
  const auto x = read_written_number(a), y = read_written_number(b);
  return x && y ? x->number == y->number : a == b;
}

/// "> 5" as comparison and rest; no comparison in front: "=".
std::pair<std::string, std::string> split_comparison(const std::string& text) {
  for (const char* sign : {"<=", ">=", "<", ">"}) {
    if (!text.starts_with(sign)) continue;
    const std::size_t begin = text.find_first_not_of(' ', std::string(sign).size());
    return {sign, begin == std::string::npos ? "" : text.substr(begin)};
  }
  return {"=", text};
}

bool matches(const std::string& value, const Node& test) {
  const auto [sign, text] = split_comparison(test.text);
  if (sign == "=") return same(value, text);
  const auto x = read_written_number(value), limit = read_written_number(text);
  if (!x || !limit) return false;
  if (sign == "<") return x->number < limit->number;
  if (sign == "<=") return x->number <= limit->number;
  if (sign == ">") return x->number > limit->number;
  return x->number >= limit->number;
}

}  // namespace

SweepSpace::SweepSpace(const SweepConfig& config, Diagnostics& diagnostics) {
  axes_.push_back(std::max<std::size_t>(config.scenarios.size(), 1));
  add_grid(config, diagnostics);
  add_zip(config, diagnostics);
  if (config.random) add_draws(*config.random, false, diagnostics);
  if (config.latin_hypercube) add_draws(*config.latin_hypercube, true, diagnostics);
  name_columns(diagnostics);
  if (!diagnostics.empty()) return;
  read_skip(config, diagnostics);
  read_baseline(config, diagnostics);
  if (diagnostics.empty()) keep(config, diagnostics);
}

void SweepSpace::add(const ParameterConfig& config, std::shared_ptr<const SweptValues> values,
                     std::string unit, std::size_t axis, std::size_t distinct,
                     Diagnostics& diagnostics) {
  const std::string& path = config.path.value;
  if (path == "seed" || path == "replications") {
    diagnostics.error(config.path.mark,
                      fmt::format("{0}: the sweep's own key '{0}' says that", path));
    return;
  }
  if (path == "name" && axes_.front() > 1) {
    diagnostics.error(config.path.mark, "name: results tell the scenarios apart by it");
    return;
  }
  const bool twice = std::any_of(parameters_.begin(), parameters_.end(),
                                 [&](const SweptParameter& p) { return p.path == path; });
  if (twice) {
    diagnostics.error(config.path.mark,
                      fmt::format("path '{}' is given twice", config::printable(path)));
  }
  names_.push_back(config.name ? config.name->value : "");
  parameters_.push_back({names_.back(), path, std::move(unit),
                         config.name ? config.name->mark : config.path.mark, axis, distinct,
                         std::move(values)});
}

void SweepSpace::add_grid(const SweepConfig& config, Diagnostics& diagnostics) {
  for (const ParameterConfig& c : config.grid) {
    const AxisValues listed = read_listed(c, diagnostics);
    if (!listed.values) continue;
    check_distinct(c, *listed.values, listed.count, diagnostics);
    axes_.push_back(listed.count);
    add(c, listed.values, listed.unit, axes_.size() - 1, listed.count, diagnostics);
  }
}

void SweepSpace::add_zip(const SweepConfig& config, Diagnostics& diagnostics) {
  std::optional<std::size_t> length;
  for (const ParameterConfig& c : config.zip) {
    const AxisValues listed = read_listed(c, diagnostics);
    if (!listed.values) continue;
    if (!length) {
      length = listed.count;
      axes_.push_back(listed.count);
    } else if (*length != listed.count) {
      diagnostics.error(c.path.mark,
                        fmt::format("zip: '{}' has {} values, the one before it {}",
                                    config::printable(c.path.value), listed.count, *length));
    }
    add(c, listed.values, listed.unit, axes_.size() - 1, listed.count, diagnostics);
  }
}

void SweepSpace::add_draws(const DrawConfig& config, bool stratified, Diagnostics& diagnostics) {
  axes_.push_back(config.samples);
  for (const ParameterConfig& c : config.parameters) {
    const auto parameter = static_cast<std::uint32_t>(parameters_.size());
    const AxisValues drawn = read_drawn(config, c, parameter, stratified, diagnostics);
    if (drawn.values) add(c, drawn.values, drawn.unit, axes_.size() - 1, 0, diagnostics);
  }
}

/// A column is called by the last key of its path, or by all of it if another parameter or a column
/// of the results is called so.
void SweepSpace::name_columns(Diagnostics& diagnostics) {
  std::map<std::string, int> uses;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    ++uses[names_[i].empty() ? last_key(parameters_[i].path) : names_[i]];
  }
  std::set<std::string> taken = result_columns();
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    SweptParameter& p = parameters_[i];
    if (names_[i].empty()) {
      const std::string key = last_key(p.path);
      p.column = uses[key] == 1 && !result_columns().contains(key) ? key : p.path;
    }
    if (!taken.insert(p.column).second) {
      diagnostics.error(p.mark, fmt::format("column '{}' is there already; a 'name' gives this "
                                            "parameter another",
                                            config::printable(p.column)));
    }
  }
}

const SweptParameter* SweepSpace::find(const std::string& column) const {
  const auto found = std::find_if(parameters_.begin(), parameters_.end(),
                                  [&](const SweptParameter& p) { return p.column == column; });
  return found == parameters_.end() ? nullptr : &*found;
}

void SweepSpace::read_skip(const SweepConfig& config, Diagnostics& diagnostics) {
  std::vector<std::string> columns;
  for (const SweptParameter& p : parameters_) columns.push_back(p.column);
  for (const auto& item : config.skip) {
    std::vector<Condition> conditions;
    for (const auto& [column, node] : item) {
      const SweptParameter* parameter = find(column);
      if (!parameter) {
        diagnostics.error(node.mark,
                          fmt::format("skip: no swept parameter '{}'{}", config::printable(column),
                                      config::suggest(column, columns)));
        continue;
      }
      const auto tests = node.kind == Node::Kind::kSequence ? node.items : std::vector<Node>{node};
      for (const Node& test : tests) {
        const auto [sign, text] = split_comparison(test.text);
        const auto limit = read_written_number(text);
        if (test.kind != Node::Kind::kScalar) {
          diagnostics.error(test.mark,
                            fmt::format("skip: expected a value or a list of values, got {}",
                                        config::describe(test)));
        } else if (sign != "=" && !limit) {
          diagnostics.error(test.mark, fmt::format("skip: expected a number after '{}', got '{}'",
                                                   sign, config::printable(text)));
        } else if (limit && !limit->unit.empty() && limit->unit != parameter->unit) {
          diagnostics.error(test.mark,
                            fmt::format("skip: '{}' is in '{}', got '{}'", column, parameter->unit,
                                        config::printable(limit->unit)));
        }
      }
      conditions.push_back({static_cast<std::size_t>(parameter - parameters_.data()), tests});
    }
    skip_.push_back(std::move(conditions));
  }
}

void SweepSpace::read_baseline(const SweepConfig& config, Diagnostics& diagnostics) {
  std::vector<std::string> columns = {"policy"};
  for (const SweptParameter& p : parameters_) columns.push_back(p.column);
  for (const auto& [column, value] : config.baseline) {
    if (column == "policy") continue;
    const SweptParameter* parameter = find(column);
    if (!parameter) {
      diagnostics.error(value.mark,
                        fmt::format("baseline: no column '{}'{}", config::printable(column),
                                    config::suggest(column, columns)));
      continue;
    }
    std::optional<std::size_t> place;
    for (std::size_t i = 0; i < parameter->values && !place; ++i) {
      if (same(parameter->at->at(i).text, value.value)) place = i;
    }
    const auto [other, fresh] = baseline_.emplace(parameter->axis, place.value_or(0));
    if (!place || (!fresh && other->second != *place)) {
      diagnostics.error(value.mark, fmt::format("baseline: {} has no value '{}'", column,
                                                config::printable(value.value)));
    }
  }
}

void SweepSpace::keep(const SweepConfig& config, Diagnostics& diagnostics) {
  double product = 1;
  for (const std::size_t length : axes_) product *= static_cast<double>(length);
  const Mark mark = config.scenarios.empty() ? Mark{} : config.scenarios.front().mark;
  if (product > static_cast<double>(kMaxPoints)) {
    diagnostics.error(
        mark, fmt::format("{:.0f} combinations; at most {} are possible", product, kMaxPoints));
    return;
  }
  kept_.reserve(static_cast<std::size_t>(product));
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(product); ++i) {
    if (skip_.empty() || !skipped(combination(places(i)))) kept_.push_back(i);
  }
  if (kept_.empty()) diagnostics.error(mark, "skip: leaves nothing to run");
}

std::vector<std::size_t> SweepSpace::places(std::uint64_t index) const {
  std::vector<std::size_t> places(axes_.size());
  for (std::size_t a = axes_.size(); a-- > 0;) {
    places[a] = index % axes_[a];
    index /= axes_[a];
  }
  return places;
}

std::uint64_t SweepSpace::index(const std::vector<std::size_t>& places) const {
  std::uint64_t index = 0;
  for (std::size_t a = 0; a < axes_.size(); ++a) index = index * axes_[a] + places[a];
  return index;
}

SweepPoint SweepSpace::combination(const std::vector<std::size_t>& places) const {
  SweepPoint point{places.front(), {}};
  point.values.reserve(parameters_.size());
  for (const SweptParameter& p : parameters_) point.values.push_back(p.at->at(places[p.axis]));
  return point;
}

bool SweepSpace::skipped(const SweepPoint& point) const {
  return std::any_of(skip_.begin(), skip_.end(), [&](const std::vector<Condition>& conditions) {
    return std::all_of(conditions.begin(), conditions.end(), [&](const Condition& c) {
      const std::string& value = point.values[c.parameter].text;
      return std::any_of(c.tests.begin(), c.tests.end(),
                         [&](const Node& test) { return matches(value, test); });
    });
  });
}

std::optional<std::size_t> SweepSpace::baseline_of(std::size_t i) const {
  std::vector<std::size_t> at = places(kept_[i]);
  for (const auto& [axis, place] : baseline_) at[axis] = place;
  const auto found = std::lower_bound(kept_.begin(), kept_.end(), index(at));
  if (found == kept_.end() || *found != index(at)) return std::nullopt;
  return static_cast<std::size_t>(found - kept_.begin());
}

std::vector<std::size_t> SweepSpace::sample() const {
  constexpr std::size_t kFew = 50;
  std::set<std::size_t> sample = {0, kept_.size() - 1};
  for (std::size_t a = 0; a < axes_.size(); ++a) {
    for (std::size_t place = 0; place < std::min(axes_[a], kFew); ++place) {
      std::vector<std::size_t> at(axes_.size(), 0);
      at[a] = place;
      const auto found = std::lower_bound(kept_.begin(), kept_.end(), index(at));
      if (found != kept_.end() && *found == index(at)) {
        sample.insert(static_cast<std::size_t>(found - kept_.begin()));
      }
    }
  }
  return {sample.begin(), sample.end()};
}

}  // namespace autoscale
