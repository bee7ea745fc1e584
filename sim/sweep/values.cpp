#include "sim/sweep/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "sim/config/json.h"
#include "sim/config/units.h"
#include "sim/core/random_field.h"

namespace autoscale {

using config::Diagnostics;
using config::Mark;
using config::Node;

std::optional<WrittenNumber> read_written_number(const std::string& text) {
  const std::size_t end = std::min(text.find_first_not_of("+-.0123456789eE"), text.size());
  const std::string digits = text.substr(0, end);
  const config::Parsed<double> number = config::parse_number(digits);
  const std::size_t unit = std::min(text.find_first_not_of(' ', end), text.size());
  if (!number.ok()) return std::nullopt;
  return WrittenNumber{number.value, digits, text.substr(unit)};
}

namespace {

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
  const auto from = read_written_number(c.from.value), to = read_written_number(c.to.value);
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
  std::vector<std::optional<WrittenNumber>> quantities;
  for (const Node& node : c.values) {
    const bool plain = node.kind == Node::Kind::kScalar;
    quantities.push_back(plain ? read_written_number(node.text) : std::nullopt);
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

/// Whether a parameter has either values or a range; if not, that is reported.
bool check_source(const ParameterConfig& c, Diagnostics& diagnostics) {
  if (c.values.empty() != !c.range) return true;
  diagnostics.error(c.path.mark, fmt::format("{}: expected either values or a range",
                                             config::printable(c.path.value)));
  return false;
}

}  // namespace

AxisValues read_listed(const ParameterConfig& c, Diagnostics& diagnostics) {
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

AxisValues read_drawn(const DrawConfig& draws, const ParameterConfig& c, std::uint32_t parameter,
                      bool stratified, Diagnostics& diagnostics) {
  if (!check_source(c, diagnostics)) return {};
  Uniforms uniforms(draws, parameter, stratified);
  if (!c.range) {
    List list = read_list(c, diagnostics);
    return {std::make_shared<DrawnFromList>(std::move(list.values), std::move(uniforms)), 0,
            list.unit};
  }
  if (c.range->steps) diagnostics.error(c.range->from.mark, "range: draws have no steps");
  std::optional<Range> range = read_range(*c.range, diagnostics);
  if (!range) return {};
  const std::string unit = range->unit;
  return {std::make_shared<DrawnFromRange>(std::move(*range), std::move(uniforms)), 0, unit};
}

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

}  // namespace autoscale
