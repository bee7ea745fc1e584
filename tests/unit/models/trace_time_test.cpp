// Times as loggers write them: what each text means, and what is refused rather than misread.
#include "sim/models/trace_time.h"

#include <gtest/gtest.h>

#include <charconv>
#include <vector>

namespace autoscale {
namespace {

std::optional<double> number_in(const std::string& text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, value);
  return problem == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

/// Seconds from the first to each text; nothing where a text is refused.
std::vector<std::optional<double>> read(const char* unit, const std::vector<std::string>& texts) {
  TimeReader reader(unit);
  std::vector<std::optional<double>> times;
  for (const std::string& text : texts) {
    auto time = reader.read(text, number_in(text));
    if (time && !times.empty()) *time -= times.front().value_or(0);
    times.push_back(time);
  }
  if (times.front()) times.front() = 0;
  return times;
}

std::string problem(const char* unit, const std::string& text) {
  TimeReader reader(unit);
  EXPECT_EQ(reader.read(text, number_in(text)), std::nullopt);
  return reader.problem();
}

using Times = std::vector<std::optional<double>>;

TEST(TraceTimeTest, RecognisesUnixTimeByItsSize) {
  EXPECT_EQ(read("auto", {"0", "0.5", "2"}), (Times{0, 0.5, 2}));
  EXPECT_EQ(read("auto", {"1700000000", "1700000001.5"}), (Times{0, 1.5}));
  EXPECT_EQ(read("auto", {"1700000000000", "1700000000250"}), (Times{0, 0.25}));
  EXPECT_EQ(read("auto", {"1700000000000000", "1700000001000000"}), (Times{0, 1}));
  EXPECT_EQ(read("auto", {"1700000000000000000", "1700000002000000000"}), (Times{0, 2}));
  TimeReader reader("auto");
  reader.read("1700000000000", 1700000000000.0);
  EXPECT_EQ(reader.recognised(), "ms");
}

TEST(TraceTimeTest, TakesAUnitAtItsWord) {
  EXPECT_EQ(read("s", {"5", "6"}), (Times{0, 1}));
  EXPECT_EQ(read("ms", {"500", "1000"}), (Times{0, 0.5}));
  EXPECT_EQ(read("us", {"0", "500000"}), (Times{0, 0.5}));
  EXPECT_EQ(read("ns", {"0", "500000000"}), (Times{0, 0.5}));
}

TEST(TraceTimeTest, RefusesMillisecondsUnderSeconds) {
  EXPECT_EQ(problem("s", "1700000000000"),
            "1700000000000 is no time in seconds but a Unix time in ms (time_unit: ms)");
  EXPECT_EQ(problem("s", "1700000000000000"),
            "1700000000000000 is no time in seconds but a Unix time in us (time_unit: us)");
  EXPECT_EQ(read("auto", {"1700000000", "1700000001000"}), (Times{0, std::nullopt}));
}

TEST(TraceTimeTest, ReadsIso8601WithItsZone) {
  for (const char* unit : {"auto", "iso8601"}) {
    EXPECT_EQ(read(unit, {"2023-11-14T22:13:20Z", "2023-11-14T22:13:21.250Z"}), (Times{0, 1.25}));
    // An hour of daylight saving ends between the two; Berlin's clocks show 02:59:59 and 02:00:00.
    EXPECT_EQ(read(unit, {"2023-10-29T02:59:59+02:00", "2023-10-29T02:00:00+01:00"}),
              (Times{0, 1}));
    EXPECT_EQ(read(unit, {"2023-11-14 22:13:20", "2023-11-14 22:13:21,5"}), (Times{0, 1.5}));
    EXPECT_EQ(read(unit, {"2023-11-14T22:13:20-0330", "2023-11-15T01:43:21Z"}), (Times{0, 1}));
    EXPECT_EQ(read(unit, {"2024-02-28T23:59:59Z", "2024-02-29T00:00:00Z"}), (Times{0, 1}));
  }
  for (const char* wrong :
       {"2023-11-14", "2023-11-14T22:13", "2023-02-29T00:00:00Z", "2023-11-14T24:00:00Z",
        "2023-11-14T22:13:20X", "14.11.2023 22:13:20"}) {
    EXPECT_EQ(problem("iso8601", wrong),
              "'" + std::string(wrong) + "' is not a time of the form 2020-01-31T23:59:59+02:00");
  }
}

TEST(TraceTimeTest, ReadsPatterns) {
  EXPECT_EQ(read("%d.%m.%Y %H:%M:%S", {"31.01.2020 23:59:59", "01.02.2020 00:00:00"}),
            (Times{0, 1}));
  EXPECT_EQ(read("%m/%d/%Y %T", {"01/31/2020 23:59:59.5", "02/01/2020 00:00:00"}), (Times{0, 0.5}));
  EXPECT_EQ(read("%F_%T%z", {"2020-01-31_23:59:59+0100", "2020-01-31_23:00:00Z"}), (Times{0, 1}));
  EXPECT_EQ(problem("%d.%m.%Y %T", "2020-01-31 23:59:59"),
            "'2020-01-31 23:59:59' is not a time of the form 31.01.2020 23:59:59");
}

TEST(TraceTimeTest, KnowsItsUnits) {
  for (const char* unit :
       {"auto", "s", "ms", "us", "ns", "iso8601", "%Y.%m.%d_%H.%M.%S", "%F %T"}) {
    EXPECT_TRUE(TimeReader::knows(unit)) << unit;
  }
  for (const char* unit : {"", "min", "S", "YYYY-MM-DD", "%q", "%Y-%"}) {
    EXPECT_FALSE(TimeReader::knows(unit)) << unit;
  }
}

}  // namespace
}  // namespace autoscale
