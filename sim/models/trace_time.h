// When the rows of a recording were made, as loggers write it: numbers in a unit, Unix time, ISO
// 8601, or a pattern of their own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace autoscale {

/// Reads the times of one file. What the first time is, the others are: a file does not change from
/// seconds to milliseconds.
class TimeReader {
 public:
  /// `unit` must be known.
  explicit TimeReader(std::string unit) : unit_(std::move(unit)) {}

  /// True for s, ms, us, ns, iso8601, auto, and patterns of %Y %m %d %H %M %S %z %F %T. A second
  /// may have a fraction; %z is Z or an offset such as +02:00; other characters stand for themselves.
  static bool knows(std::string_view unit);

  /// Seconds since the origin of the file's times. `number` is the text as a number, if it is one.
  /// Nothing if it is no time; problem() then says why.
  std::optional<double> read(const std::string& text, std::optional<double> number);

  /// Why the last read() returned nothing.
  const std::string& problem() const { return problem_; }

  /// Set when read() found another unit than seconds where seconds are usual: ms, us or ns.
  const std::string& recognised() const { return recognised_; }

 private:
  std::optional<double> read_number(const std::string& text, double number);

  std::string unit_;
  std::string recognised_;
  std::string problem_;
};

}  // namespace autoscale
