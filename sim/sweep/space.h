// The points of a sweep: which values its parameters take together. Point i is computed from i, so
// that a sweep of any size takes the same memory.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/sweep/config.h"
#include "sim/sweep/values.h"

namespace autoscale {

struct SweptParameter {
  std::string column;
  std::string path;
  std::string unit;  // of the numbers in the column; empty if there is none
  config::Mark mark;
  std::size_t axis = 0;
  std::size_t values = 0;  // that can be told apart; 0 for draws
  std::shared_ptr<const SweptValues> at;
};

struct SweepPoint {
  std::size_t scenario = 0;        // index in SweepConfig::scenarios
  std::vector<SweptValue> values;  // by parameter
};

class SweepSpace {
 public:
  /// At most so many points.
  static constexpr std::uint64_t kMaxPoints = 10'000'000;

  /// Mistakes go to `diagnostics`; the space then is not to be used.
  SweepSpace(const SweepConfig& config, config::Diagnostics& diagnostics);

  const std::vector<SweptParameter>& parameters() const { return parameters_; }

  /// Points that are not skipped.
  std::size_t size() const { return kept_.size(); }
  SweepPoint point(std::size_t i) const { return combination(places(kept_[i])); }

  /// The point to compare point i with: the one that has the baseline's values and is otherwise the
  /// same; nothing if that one is skipped.
  std::optional<std::size_t> baseline_of(std::size_t i) const;

  /// A few points in which each value of each parameter that has few is met, the rest being first.
  std::vector<std::size_t> sample() const;

 private:
  /// A condition of `skip` on one parameter: any of the tests.
  struct Condition {
    std::size_t parameter;
    std::vector<config::Node> tests;
  };

  void add(const ParameterConfig& config, std::shared_ptr<const SweptValues> values,
           std::string unit, std::size_t axis, std::size_t distinct,
           config::Diagnostics& diagnostics);
  void add_grid(const SweepConfig& config, config::Diagnostics& diagnostics);
  void add_zip(const SweepConfig& config, config::Diagnostics& diagnostics);
  void add_draws(const DrawConfig& config, bool stratified, config::Diagnostics& diagnostics);
  void name_columns(config::Diagnostics& diagnostics);
  void read_skip(const SweepConfig& config, config::Diagnostics& diagnostics);
  void read_baseline(const SweepConfig& config, config::Diagnostics& diagnostics);
  void keep(const SweepConfig& config, config::Diagnostics& diagnostics);

  const SweptParameter* find(const std::string& column) const;
  /// Place on every axis; the last axis changes fastest.
  std::vector<std::size_t> places(std::uint64_t index) const;
  std::uint64_t index(const std::vector<std::size_t>& places) const;
  SweepPoint combination(const std::vector<std::size_t>& places) const;
  bool skipped(const SweepPoint& point) const;

  std::vector<std::size_t> axes_;  // lengths; the first axis is that of the scenarios
  std::vector<SweptParameter> parameters_;
  std::vector<std::string> names_;  // as the file gives them, empty where it does not
  std::vector<std::vector<Condition>> skip_;
  std::map<std::size_t, std::size_t> baseline_;  // axis -> place
  std::vector<std::uint64_t> kept_;              // indices among all combinations, increasing
};

}  // namespace autoscale
