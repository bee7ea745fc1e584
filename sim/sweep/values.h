// The values that a swept parameter takes along its axis: listed, spaced over a range, or drawn.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "sim/sweep/config.h"

namespace autoscale {

/// A value as the scenario reads it and as the results show it.
struct SweptValue {
  config::Node node;
  std::string text;
};

/// Gives a parameter its value at a place of its axis: a step of a grid, a row of a zip, a sample.
class SweptValues {
 public:
  virtual ~SweptValues() = default;
  virtual SweptValue at(std::size_t place) const = 0;
};

/// "-90 dBm" as number and unit.
struct WrittenNumber {
  double number = 0;
  std::string digits;  // the number as written
  std::string unit;
};
std::optional<WrittenNumber> read_written_number(const std::string& text);

/// The values of a parameter along its axis.
struct AxisValues {
  std::shared_ptr<const SweptValues> values;
  std::size_t count = 0;  // 0 for draws
  std::string unit;
};

/// Of a grid or zip. No values if there is a mistake; it has been reported.
AxisValues read_listed(const ParameterConfig& config, config::Diagnostics& diagnostics);

/// Of draws; `parameter` is the parameter's number in the sweep and addresses its random numbers.
AxisValues read_drawn(const DrawConfig& draws, const ParameterConfig& config,
                      std::uint32_t parameter, bool stratified, config::Diagnostics& diagnostics);

/// Reports a value that is given twice: its points could not be told apart.
void check_distinct(const ParameterConfig& config, const SweptValues& values, std::size_t count,
                    config::Diagnostics& diagnostics);

}  // namespace autoscale
