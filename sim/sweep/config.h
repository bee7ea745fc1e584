// The shape of a sweep file (scenarios/sweeps/*.yaml).
//
// A sweep runs every combination of the values of its grid, with every row of its zip, with every
// sample of its draws, each with every replication. A parameter is a path into the scenario, as for
// --set.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/fields.h"
#include "sim/config/node.h"

namespace autoscale {

enum class RangeScale : std::uint8_t { kLinear, kLog };

template <>
struct config::EnumNames<RangeScale> {
  static constexpr std::array<std::pair<RangeScale, std::string_view>, 2> value{
      {{RangeScale::kLinear, "linear"}, {RangeScale::kLog, "log"}}};
};

using config::Located;

struct RangeConfig {
  Located<std::string> from;
  Located<std::string> to;
  std::optional<std::uint32_t> steps;
  RangeScale scale = RangeScale::kLinear;
  bool whole = false;

  template <class V>
  void fields(V& v) {
    v.required("from", from, "first value: a number, with its unit if it has one");
    v.required("to", to, "last value, in the same unit");
    v.optional("steps", steps, "number of values, both ends included; not in draws",
               config::range(2.0, 1e6));
    v.optional("scale", scale, "equal differences, or equal ratios");
    v.optional("whole", whole, "rounded to whole numbers");
  }
};

struct ParameterConfig {
  Located<std::string> path;
  std::optional<Located<std::string>> name;
  std::vector<config::Node> values;
  std::vector<std::string> labels;
  std::optional<RangeConfig> range;

  template <class V>
  void fields(V& v) {
    v.required("path", path, "what is changed: a path into the scenario, as for --set");
    v.optional("name", name, "column in the results, instead of the path's last key");
    v.optional("values", values, "its values; in draws, each equally likely");
    v.optional("labels", labels, "what the column shows instead of each value");
    v.optional("range", range, "instead of values");
  }
};

struct DrawConfig {
  std::uint32_t samples = 1;
  std::uint64_t seed = 1;
  std::vector<ParameterConfig> parameters;

  template <class V>
  void fields(V& v) {
    v.required("samples", samples, "number of draws", config::range(1.0, 1e6));
    v.optional("seed", seed, "seed of the draws");
    v.required("parameters", parameters, "what is drawn, each by itself", config::non_empty);
  }
};

struct SweepConfig {
  Located<std::string> name;
  std::string summary;
  std::vector<Located<std::string>> scenarios;
  std::map<std::string, config::Node> set;
  std::vector<ParameterConfig> grid;
  std::vector<ParameterConfig> zip;
  std::optional<DrawConfig> random;
  std::optional<DrawConfig> latin_hypercube;
  std::vector<std::map<std::string, config::Node>> skip;
  std::uint32_t replications = 1;
  std::uint64_t seed = 1;
  std::map<std::string, Located<std::string>> baseline;
  std::vector<Located<std::string>> metrics;
  bool breakdown = false;

  template <class V>
  void fields(V& v) {
    v.required("name", name, "name: letters, digits, '_', '-' and '.'");
    v.optional("summary", summary, "one line on what it is for");
    v.required("scenarios", scenarios, "scenario files, relative to this one, or names",
               config::non_empty);
    v.optional("set", set, "values that are the same everywhere: path -> value");
    v.optional("grid", grid, "parameters of which every combination is run");
    v.optional("zip", zip, "parameters that change together, with equally many values");
    v.optional("random", random, "independent uniform draws");
    v.optional("latin_hypercube", latin_hypercube,
               "draws that cover each parameter's range evenly");
    v.optional("skip", skip,
               "combinations that are not run: column -> value, list of values, or a comparison "
               "such as '> 5'; all columns of an item must match");
    v.optional("replications", replications, "trials per combination", config::range(1.0, 1e6));
    v.optional("seed", seed, "seed of the first replication, the same for every combination");
    v.optional("baseline", baseline,
               "what the rest is compared with: column -> value, e.g. {policy: cloud}");
    v.optional("metrics", metrics, "columns of runs.csv that summary.csv takes up");
    v.optional("breakdown", breakdown,
               "also writes breakdown.csv: a row per run, recorded phase, device type and DNN");
  }
};

}  // namespace autoscale
