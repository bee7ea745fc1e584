// Values of grids, zips and draws, and their combinations.
#include "sim/sweep/space.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "sim/config/json.h"
#include "sim/config/units.h"
#include "sim/core/random_field.h"
#include "sim/results/columns.h"

namespace autoscale {
namespace {

using config::Diagnostics;
using config::Mark;
using config::Node;

/// "-90 dBm" as number and unit.
struct Quantity {
  double number = 0;
  std::string digits;  // the number as written
  std::string unit;
};

std::optional<Quantity> read_quantity(const std::string& text) {
  const std::size_t end = std::min(text.find_first_not_of("+-.0123456789eE"), text.size());
  const std::string digits = text.substr(0, end);
  const config::Parsed<double> number = config::parse_number(digits);
  const std::size_t unit = std::min(text.find_first_not_of(' ', end), text.size());
  if (!number.ok()) return std::nullopt;
  return Quantity{number.value, digits, text.substr(unit)};
}

/// A number computed by a range, without the noise of its last digits.
std::string range_number(double value) { return fmt::format("{:.12g}", value); }

Node scalar(std::string text, const Mark& mark) {
  Node node;
  node.kind = Node::Kind::kScalar;
  node.mark = mark;
  node.text = std::move(text);
  return node;
}

/// A parameter's range: u in [0, 1] -> value.
struct Range {
  double from = 0, to = 0;
  std::string unit;
  RangeScale scale = RangeScale::kLinear;
  bool whole = false;
  Mark mark;

  SweptValue at(double u) const {
    double value =
        scale == RangeScale::kLog ? from * std::pow(to / from, u) : from + u * (to - from);
    if (whole) value = std::round(value);
    const std::string text = range_number(value);
    return {scalar(unit.empty() ? text : text + " " + unit, mark), text};
  }
};

std::optional<Range> read_range(const RangeConfig& c, Diagnostics& diagnostics) {
  const auto from = read_quantity(c.from.value), to = read_quantity(c.to.value);
  for (const auto& [end, text] : {std::pair{&from, &c.from}, std::pair{&to, &c.to}}) {
    if (*end) continue;
    diagnostics.error(text->mark,
                      fmt::format("range: expected a number, perhaps with a unit, got '{}'",
                                  config::printable(text->value)));
  }
  if (!from || !to) return std::nullopt;
  if (from->unit != to->unit) {
    diagnostics.error(c.to.mark,
                      fmt::format("range: both ends need the same unit, got '{}' and '{}'",
                                  config::printable(from->unit), config::printable(to->unit)));
    return std::nullopt;
  }
  if (from->number == to->number) {
    diagnostics.error(c.to.mark, "range: the ends are equal");
    return std::nullopt;
  }
  if (c.scale == RangeScale::kLog && (from->number <= 0 || to->number <= 0)) {
    diagnostics.error(c.from.mark, "range: a logarithmic scale needs ends above zero");
    return std::nullopt;
  }
  return Range{from->number, to->number, from->unit, c.scale, c.whole, c.from.mark};
}

/// Values that are listed, in a grid or zip.
class ListedValues final : public SweptValues {
 public:
  explicit ListedValues(std::vector<SweptValue> values) : values_(std::move(values)) {}
  SweptValue at(std::size_t place) const override { return values_[place]; }

 private:
  std::vector<SweptValue> values_;
};

/// Values at equal steps of a range.
class SteppedValues final : public SweptValues {
 public:
  SteppedValues(Range range, std::size_t steps) : range_(std::move(range)), steps_(steps) {}
  SweptValue at(std::size_t place) const override {
    return range_.at(static_cast<double>(place) / static_cast<double>(steps_ - 1));
  }

 private:
  Range range_;
  std::size_t steps_;
};

/// "sweep" in ASCII: sets the seed of draws apart from the seeds of trials.
constexpr std::uint64_t kDraws = 0x7377656570;

/// A uniform number per sample: independent, or one in each of as many equal strata as there are
/// samples, in random order (McKay, Beckman and Conover, Technometrics 1979).
class Uniforms {
 public:
  Uniforms(const DrawConfig& config, std::uint32_t parameter, bool stratified)
      : field_(config.seed ^ kDraws), parameter_(parameter) {
    if (!stratified) return;
    strata_.resize(config.samples);
    std::iota(strata_.begin(), strata_.end(), 0);
    // The shuffle's draw stands behind those of the samples.
    Draw draw = field_.at(Stream::kWorkload, parameter_, config.samples);
    for (std::uint32_t i = config.samples; i > 1; --i) {
      std::swap(strata_[i - 1], strata_[draw.below(i)]);
    }
  }

  double at(std::size_t sample) const {
    const double u = field_.at(Stream::kWorkload, parameter_, sample).uniform();
    if (strata_.empty()) return u;
    return (strata_[sample] + u) / static_cast<double>(strata_.size());
  }

 private:
  RandomField field_;
  std::uint32_t parameter_;
  std::vector<std::uint32_t> strata_;
};

class DrawnFromRange final : public SweptValues {
 public:
  DrawnFromRange(Range range, Uniforms uniforms)
      : range_(std::move(range)), uniforms_(std::move(uniforms)) {}
  SweptValue at(std::size_t place) const override { return range_.at(uniforms_.at(place)); }

 private:
  Range range_;
  Uniforms uniforms_;
};

class DrawnFromList final : public SweptValues {
 public:
  DrawnFromList(std::vector<SweptValue> values, Uniforms uniforms)
      : values_(std::move(values)), uniforms_(std::move(uniforms)) {}
  SweptValue at(std::size_t place) const override {
    const double n = static_cast<double>(values_.size());
    return values_[static_cast<std::size_t>(uniforms_.at(place) * n)];
  }

 private:
  std::vector<SweptValue> values_;
  Uniforms uniforms_;
};

/// The values of a list; numbers go without their common unit into the column.
struct List {
  std::vector<SweptValue> values;
  std::string unit;
};

List read_list(const ParameterConfig& c, Diagnostics& diagnostics) {
  List list;
  std::vector<std::optional<Quantity>> quantities;
  for (const Node& node : c.values) {
    const bool plain = node.kind == Node::Kind::kScalar;
    quantities.push_back(plain ? read_quantity(node.text) : std::nullopt);
    list.values.push_back({node, plain ? node.text : config::to_json(node).dump()});
  }
  if (!c.labels.empty()) {
    if (c.labels.size() != c.values.size()) {
      diagnostics.error(c.path.mark,
                        fmt::format("labels: {} for {} values", c.labels.size(), c.values.size()));
      return list;
    }
    for (std::size_t i = 0; i < c.labels.size(); ++i) list.values[i].text = c.labels[i];
    return list;
  }
  if (std::any_of(quantities.begin(), quantities.end(), [](const auto& q) { return !q; })) {
    return list;
  }
  list.unit = quantities.front()->unit;
  for (std::size_t i = 0; i < quantities.size(); ++i) {
    if (quantities[i]->unit != list.unit) {
      diagnostics.error(
          c.values[i].mark,
          fmt::format("values: all need the same unit, got '{}' and '{}'",
                      config::printable(list.unit), config::printable(quantities[i]->unit)));
      return list;
    }
    list.values[i].text = quantities[i]->digits;
  }
  return list;
}

/// Reports a value that is given twice: its points could not be told apart.
void check_distinct(const ParameterConfig& c, const SweptValues& values, std::size_t count,
                    Diagnostics& diagnostics) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < count; ++i) {
    const SweptValue value = values.at(i);
    if (!seen.insert(value.text).second) {
      diagnostics.error(c.values.empty() ? c.path.mark : value.node.mark,
                        fmt::format("value '{}' is given twice", config::printable(value.text)));
      return;
    }
  }
}

/// The values of a parameter of a grid or zip.
struct Listed {
  std::shared_ptr<const SweptValues> values;
  std::size_t count = 0;
  std::string unit;
};

/// Whether a parameter has either values or a range; if not, that is reported.
bool check_source(const ParameterConfig& c, Diagnostics& diagnostics) {
  if (c.values.empty() != !c.range) return true;
  diagnostics.error(c.path.mark, fmt::format("{}: expected either values or a range",
                                             config::printable(c.path.value)));
  return false;
}

Listed read_listed(const ParameterConfig& c, Diagnostics& diagnostics) {
  if (!check_source(c, diagnostics)) return {};
  if (!c.range) {
    List list = read_list(c, diagnostics);
    const std::size_t count = list.values.size();
    return {std::make_shared<ListedValues>(std::move(list.values)), count, list.unit};
  }
  std::optional<Range> range = read_range(*c.range, diagnostics);
  if (!c.range->steps) {
    diagnostics.error(c.range->from.mark, "range: missing key 'steps'");
  } else if (!c.labels.empty()) {
    diagnostics.error(c.path.mark, "labels: only for values");
  } else if (range) {
    const std::string unit = range->unit;
    const std::size_t steps = *c.range->steps;
    return {std::make_shared<SteppedValues>(std::move(*range), steps), steps, unit};
  }
  return {};
}

/// The last key of a path: "epsilon" of "policies[0].autoscale.epsilon".
std::string last_key(const std::string& path) {
  const std::size_t begin = path.find_last_of('.');
  const std::string key = path.substr(begin == std::string::npos ? 0 : begin + 1);
  return key.substr(0, key.find('['));
}

bool same(const std::string& a, const std::string& b) {
  const auto x = read_quantity(a), y = read_quantity(b);
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
  const auto x = read_quantity(value), limit = read_quantity(text);
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
    const Listed listed = read_listed(c, diagnostics);
    if (!listed.values) continue;
    check_distinct(c, *listed.values, listed.count, diagnostics);
    axes_.push_back(listed.count);
    add(c, listed.values, listed.unit, axes_.size() - 1, listed.count, diagnostics);
  }
}

void SweepSpace::add_zip(const SweepConfig& config, Diagnostics& diagnostics) {
  std::optional<std::size_t> length;
  for (const ParameterConfig& c : config.zip) {
    const Listed listed = read_listed(c, diagnostics);
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
    if (!check_source(c, diagnostics)) continue;
    Uniforms uniforms(config, static_cast<std::uint32_t>(parameters_.size()), stratified);
    if (!c.range) {
      List list = read_list(c, diagnostics);
      add(c, std::make_shared<DrawnFromList>(std::move(list.values), std::move(uniforms)),
          list.unit, axes_.size() - 1, 0, diagnostics);
      continue;
    }
    if (c.range->steps) diagnostics.error(c.range->from.mark, "range: draws have no steps");
    std::optional<Range> range = read_range(*c.range, diagnostics);
    if (!range) continue;
    const std::string unit = range->unit;
    add(c, std::make_shared<DrawnFromRange>(std::move(*range), std::move(uniforms)), unit,
        axes_.size() - 1, 0, diagnostics);
  }
}

/// A column is called by the last key of its path, or by all of it if that is taken.
void SweepSpace::name_columns(Diagnostics& diagnostics) {
  std::map<std::string, int> uses;
  for (const RunColumn& c : run_columns()) ++uses[c.name];
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    ++uses[names_[i].empty() ? last_key(parameters_[i].path) : names_[i]];
  }
  std::set<std::string> taken;
  for (const RunColumn& c : run_columns()) taken.insert(c.name);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    SweptParameter& p = parameters_[i];
    if (names_[i].empty()) {
      const std::string key = last_key(p.path);
      p.column = uses[key] == 1 ? key : p.path;
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
        const auto limit = read_quantity(text);
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
