// Reading trees into structs, and every message that goes with it.
#include "sim/config/reader.h"

#include "tests/support/config_testing.h"

namespace autoscale::config {
namespace {

enum class Task { kClassification, kDetection };

}  // namespace

template <>
struct EnumNames<Task> {
  static constexpr std::array<std::pair<Task, std::string_view>, 2> value{
      {{Task::kClassification, "classification"}, {Task::kDetection, "detection"}}};
};

namespace {

/// A struct with one required key "x" of type T.
template <class T>
struct One {
  T x{};

  template <class V>
  void fields(V& v) {
    v.required("x", x, "the value");
  }
};

template <class T>
T one(std::string_view yaml) {
  return read_text<One<T>>(yaml).x;
}

template <class T>
std::string one_error(std::string_view yaml) {
  return read_error<One<T>>(yaml);
}

struct Battery {
  Sourced<AmpereHours> capacity;
  int cells = 1;

  template <class V>
  void fields(V& v) {
    v.required("capacity", capacity, "usable charge", positive);
    v.optional("cells", cells, "cells in series", at_least(1));
  }
};

struct Device {
  std::string profile;
  std::size_t count = 1;
  std::optional<Battery> battery;

  template <class V>
  void fields(V& v) {
    v.required("profile", profile, "name of the profile", non_empty);
    v.optional("count", count, "how many", at_least(1));
    v.optional("battery", battery, "battery");
  }
};

struct Fleet {
  std::vector<Device> devices;

  template <class V>
  void fields(V& v) {
    v.required("devices", devices, "the devices");
  }
};

struct NoSignal {
  static constexpr std::string_view kName = "none";
  template <class V>
  void fields(V&) {}
};
struct ConstantSignal {
  static constexpr std::string_view kName = "constant";
  Dbm level{-55};
  template <class V>
  void fields(V& v) {
    v.optional("level", level, "level");
  }
};
struct Ar1Signal {
  static constexpr std::string_view kName = "ar1";
  Dbm mean;
  Db deviation;
  template <class V>
  void fields(V& v) {
    v.required("mean", mean, "mean");
    v.required("deviation", deviation, "standard deviation", non_negative);
  }
};
using Signal = std::variant<NoSignal, ConstantSignal, Ar1Signal>;

TEST(ConfigReader, ReadsStructs) {
  const Fleet fleet = read_text<Fleet>(
      "devices:\n"
      "  - profile: mi8pro\n"
      "    count: 3\n"
      "  - {profile: moto, battery: {capacity: {value: 3000 mAh, cited: x}, cells: 2}}\n");
  ASSERT_EQ(fleet.devices.size(), 2U);
  EXPECT_EQ(fleet.devices[0].profile, "mi8pro");
  EXPECT_EQ(fleet.devices[0].count, 3U);
  EXPECT_FALSE(fleet.devices[0].battery);
  EXPECT_EQ(fleet.devices[1].count, 1U);
  EXPECT_EQ(fleet.devices[1].battery->capacity.value, AmpereHours(3));
  EXPECT_EQ(fleet.devices[1].battery->cells, 2);
}

TEST(ConfigReader, UnknownAndMissingKeys) {
  EXPECT_EQ(read_error<Fleet>("devices:\n  - profle: x\n"),
            "f.yaml:2:5: error: devices[0]: missing key 'profile'\n"
            "f.yaml:2:5: error: devices[0].profle: unknown key (did you mean 'profile'?)");
  EXPECT_EQ(read_error<Fleet>("devices: [{profile: x, colour: 1}]\n"),
            "f.yaml:1:24: error: devices[0].colour: unknown key (legal: profile, count, battery)");
  EXPECT_EQ(read_error<Fleet>("{}\n"), "f.yaml:1:1: error: missing key 'devices'");
  EXPECT_EQ(read_error<NoSignal>("a: 1\n"), "f.yaml:1:1: error: a: unknown key");
}

TEST(ConfigReader, CollectsEveryMistake) {
  EXPECT_EQ(read_error<Fleet>("devices:\n"
                              "  - {profile: '', count: 0}\n"
                              "  - {profile: [x], count: -1, battery: {cells: many}}\n"
                              "extra: 1\n"),
            "f.yaml:2:15: error: devices[0].profile: must not be empty\n"
            "f.yaml:2:26: error: devices[0].count: must be at least 1, got '0'\n"
            "f.yaml:3:15: error: devices[1].profile: expected a text, got a list\n"
            "f.yaml:3:27: error: devices[1].count: expected a whole number from 0 to "
            "18446744073709551615, got '-1'\n"
            "f.yaml:3:40: error: devices[1].battery: missing key 'capacity'\n"
            "f.yaml:3:48: error: devices[1].battery.cells: expected a whole number, got 'many'\n"
            "f.yaml:4:1: error: extra: unknown key (legal: devices)");
}

TEST(ConfigReader, StopsAtAHundredErrors) {
  std::string yaml = "x: [";
  for (int i = 0; i < 200; ++i) yaml += "a, ";
  const std::string text = one_error<std::vector<int>>(yaml + "a]");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 100);
  EXPECT_TRUE(text.ends_with("f.yaml: error: more than 100 errors, the rest is not shown"));
}

TEST(ConfigReader, Bool) {
  EXPECT_TRUE(one<bool>("x: true"));
  EXPECT_FALSE(one<bool>("x: false"));
  for (const std::string bad : {"yes", "on", "True", "1"}) {
    EXPECT_EQ(one_error<bool>("x: " + bad),
              "f.yaml:1:4: error: x: expected true or false, got '" + bad + "'");
  }
  EXPECT_EQ(one_error<bool>("x: 'true'"),
            "f.yaml:1:4: error: x: expected true or false, got 'true' in quotes");
}

TEST(ConfigReader, WholeNumbers) {
  EXPECT_EQ(one<int>("x: -2147483648"), std::numeric_limits<int>::min());
  EXPECT_EQ(one<std::int64_t>("x: 9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(one<std::uint64_t>("x: 18446744073709551615"),
            std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(one<std::size_t>("x: 0"), 0U);
  EXPECT_EQ(one_error<int>("x: 2147483648"),
            "f.yaml:1:4: error: x: expected a whole number from -2147483648 to 2147483647, got "
            "'2147483648'");
  EXPECT_EQ(one_error<int>("x: 99999999999999999999"),
            "f.yaml:1:4: error: x: expected a whole number from -2147483648 to 2147483647, got "
            "'99999999999999999999'");
  EXPECT_EQ(one_error<std::uint64_t>("x: 18446744073709551616"),
            "f.yaml:1:4: error: x: expected a whole number from 0 to 18446744073709551615, got "
            "'18446744073709551616'");
  for (const std::string bad :
       {"5.5", "5.0", "1e3", "-1e3", "010", "0x10", "1_000", "+5", "5 W", ".nan"}) {
    EXPECT_EQ(one_error<int>("x: " + bad),
              "f.yaml:1:4: error: x: expected a whole number, got '" + bad + "'");
  }
  EXPECT_EQ(one_error<std::size_t>("x: -1.5"),
            "f.yaml:1:4: error: x: expected a whole number, got '-1.5'");
  EXPECT_EQ(one_error<int>("x: '5'"),
            "f.yaml:1:4: error: x: expected a whole number, got '5' in quotes");
}

TEST(ConfigReader, Doubles) {
  EXPECT_EQ(one<double>("x: 0.1"), 0.1);
  EXPECT_EQ(one<double>("x: -3"), -3);
  EXPECT_EQ(one<double>("x: 1e-3"), 1e-3);
  for (const std::string bad : {"nan", ".inf", "inf", "010", ".5", "1_000", "0x1p3", "5 W"}) {
    EXPECT_EQ(one_error<double>("x: " + bad),
              "f.yaml:1:4: error: x: expected a number, got '" + bad + "'");
  }
  EXPECT_EQ(one_error<double>("x: 1e999"),
            "f.yaml:1:4: error: x: expected a number (out of range), got '1e999'");
}

TEST(ConfigReader, TextsAreTakenAsTheyStand) {
  EXPECT_EQ(one<std::string>("x: plain text"), "plain text");
  EXPECT_EQ(one<std::string>("x: 'yes'"), "yes");
  EXPECT_EQ(one<std::string>("x: 007"), "007");
  EXPECT_EQ(one<std::string>("x: ''"), "");
  EXPECT_EQ(one<std::string>("x: 'null'"), "null");
  EXPECT_EQ(one_error<std::string>("x: ~"), "f.yaml:1:4: error: x: expected a text, got nothing");
  EXPECT_EQ(one_error<std::string>("x:\n"), "f.yaml:1:1: error: x: expected a text, got nothing");
}

TEST(ConfigReader, PhysicalValues) {
  EXPECT_EQ(one<Duration>("x: 5 ms"), std::chrono::milliseconds(5));
  EXPECT_EQ(one<Duration>("x: '5 ms'"), std::chrono::milliseconds(5));
  EXPECT_EQ(one<Dbm>("x: -80 dBm"), Dbm(-80));
  EXPECT_EQ(one<Watts>("x: 0"), Watts(0));
  EXPECT_EQ(one_error<Watts>("x: 5 ms"),
            "f.yaml:1:4: error: x: expected a power such as '5 W', got '5 ms' (units: W, mW, uW)");
  EXPECT_EQ(one_error<Watts>("x: 5"),
            "f.yaml:1:4: error: x: expected a power such as '5 W', got '5' (the unit is missing; "
            "units: W, mW, uW)");
  EXPECT_EQ(one_error<Watts>("x: [5 W]"),
            "f.yaml:1:4: error: x: expected a power such as '5 W', got a list");
}

TEST(ConfigReader, Enums) {
  EXPECT_EQ(one<Task>("x: detection"), Task::kDetection);
  EXPECT_EQ(one_error<Task>("x: detecton"),
            "f.yaml:1:4: error: x: unknown name 'detecton' (did you mean 'detection'?)");
  EXPECT_EQ(one_error<Task>("x: 5"),
            "f.yaml:1:4: error: x: unknown name '5' (legal: classification, detection)");
  EXPECT_EQ(one_error<Task>("x: {}"),
            "f.yaml:1:4: error: x: expected a name (legal: classification, detection), got a map");
}

TEST(ConfigReader, Containers) {
  EXPECT_EQ(one<std::vector<int>>("x: [1, 2]"), (std::vector<int>{1, 2}));
  EXPECT_EQ(one<std::vector<int>>("x: []"), std::vector<int>{});
  EXPECT_EQ((one<std::array<int, 2>>("x: [1, 2]")), (std::array<int, 2>{1, 2}));
  EXPECT_EQ((one<std::map<std::string, int>>("x: {b: 1, a: 2}")),
            (std::map<std::string, int>{{"a", 2}, {"b", 1}}));
  EXPECT_EQ((one<std::map<Task, int>>("x: {detection: 1}")),
            (std::map<Task, int>{{Task::kDetection, 1}}));
  EXPECT_EQ(one_error<std::vector<int>>("x: 5"), "f.yaml:1:4: error: x: expected a list, got '5'");
  EXPECT_EQ(one_error<std::vector<int>>("x: [1, a, ~]"),
            "f.yaml:1:8: error: x[1]: expected a whole number, got 'a'\n"
            "f.yaml:1:11: error: x[2]: expected a whole number, got nothing");
  EXPECT_EQ((one_error<std::array<int, 2>>("x: [1]")),
            "f.yaml:1:4: error: x: expected a list of 2, got 1");
  EXPECT_EQ((one_error<std::array<int, 2>>("x: [1, a]")),
            "f.yaml:1:8: error: x[1]: expected a whole number, got 'a'");
  EXPECT_EQ((one_error<std::array<int, 2>>("x: 1")),
            "f.yaml:1:4: error: x: expected a list, got '1'");
  EXPECT_EQ((one_error<std::map<std::string, int>>("x: [1]")),
            "f.yaml:1:4: error: x: expected a map, got a list");
  EXPECT_EQ((one_error<std::map<std::string, int>>("x: {a: b}")),
            "f.yaml:1:8: error: x.a: expected a whole number, got 'b'");
  EXPECT_EQ((one_error<std::map<Task, int>>("x: {detecton: 1}")),
            "f.yaml:1:5: error: x.detecton: unknown key (did you mean 'detection'?)");
  EXPECT_EQ(one_error<Device>("x: 5"), "f.yaml:1:4: error: x: expected a map, got '5'");
}

TEST(ConfigReader, OneItemNeedsNoList) {
  EXPECT_EQ(one<OneOrMore<int>>("x: 7").items, std::vector<int>{7});
  EXPECT_EQ(one<OneOrMore<int>>("x: [7]").items, std::vector<int>{7});
  EXPECT_EQ(one<OneOrMore<int>>("x: [7, 8]").items, (std::vector<int>{7, 8}));
  EXPECT_EQ(one_error<OneOrMore<int>>("x: []"),
            "f.yaml:1:4: error: x: expected at least one item, got none");
  EXPECT_EQ(one_error<OneOrMore<int>>("x: a"),
            "f.yaml:1:4: error: x: expected a whole number, got 'a'");
  EXPECT_EQ(one_error<OneOrMore<int>>("x: [7, a]"),
            "f.yaml:1:8: error: x[1]: expected a whole number, got 'a'");
}

TEST(ConfigReader, NullUnsetsAnOptional) {
  EXPECT_FALSE(read_text<Device>("{profile: x, battery: ~}").battery);
  EXPECT_EQ(read_error<Device>("{profile: x, count: ~}"),
            "f.yaml:1:21: error: count: expected a whole number, got nothing");
}

TEST(ConfigReader, LocatedKnowsItsPlace) {
  const auto values = one<std::vector<Located<int>>>("x:\n  - 7\n  - 8\n");
  EXPECT_EQ(values[1].value, 8);
  EXPECT_EQ(to_string(values[1].mark), "f.yaml:3:5");
}

TEST(ConfigReader, Variants) {
  EXPECT_EQ(one<Signal>("x: none").index(), 0U);
  EXPECT_EQ(std::get<ConstantSignal>(one<Signal>("x: constant")).level, Dbm(-55));
  EXPECT_EQ(std::get<ConstantSignal>(one<Signal>("x: {constant: {}}")).level, Dbm(-55));
  const auto ar1 = std::get<Ar1Signal>(one<Signal>("x: {ar1: {mean: -70 dBm, deviation: 10 dB}}"));
  EXPECT_EQ(ar1.mean, Dbm(-70));
  EXPECT_EQ(ar1.deviation, Db(10));
}

TEST(ConfigReader, VariantErrors) {
  EXPECT_EQ(one_error<Signal>("x: ar1"),
            "f.yaml:1:4: error: x.ar1: missing key 'mean'\n"
            "f.yaml:1:4: error: x.ar1: missing key 'deviation'");
  EXPECT_EQ(one_error<Signal>("x: constnt"),
            "f.yaml:1:4: error: x: unknown name 'constnt' (did you mean 'constant'?)");
  EXPECT_EQ(one_error<Signal>("x: {constnt: {}}"),
            "f.yaml:1:5: error: x.constnt: unknown kind (did you mean 'constant'?)");
  EXPECT_EQ(one_error<Signal>("x: {trace: {}}"),
            "f.yaml:1:5: error: x.trace: unknown kind (legal: none, constant, ar1)");
  EXPECT_EQ(one_error<Signal>("x: {none: {}, ar1: {}}"),
            "f.yaml:1:4: error: x: expected exactly one key, got 2 (legal: none, constant, ar1)");
  EXPECT_EQ(one_error<Signal>("x: {}"),
            "f.yaml:1:4: error: x: expected exactly one key, got 0 (legal: none, constant, ar1)");
  EXPECT_EQ(one_error<Signal>("x: [none]"),
            "f.yaml:1:4: error: x: expected a map of one key (legal: none, constant, ar1), got a "
            "list");
  EXPECT_EQ(one_error<Signal>("x: {none: ~}"),
            "f.yaml:1:11: error: x.none: expected a map, got nothing");
  EXPECT_EQ(one_error<Signal>("x: {constant: {mean: 1}}"),
            "f.yaml:1:16: error: x.constant.mean: unknown key (legal: level)");
}

TEST(ConfigReader, SourcedValues) {
  const auto value = one<Sourced<Watts>>("x: {value: 5.5 W, measured: \"table 2\"}");
  EXPECT_EQ(value.value, Watts(5.5));
  EXPECT_EQ(value.origin, (Origin{OriginKind::kMeasured, "table 2"}));
  EXPECT_EQ(one<Sourced<int>>("x: {value: 3, derived: a}").origin.kind, OriginKind::kDerived);
  EXPECT_EQ(one<Origin>("x: {cited: b}"), (Origin{OriginKind::kCited, "b"}));
}

TEST(ConfigReader, SourcedErrors) {
  EXPECT_EQ(one_error<Sourced<Watts>>("x: {value: 5 W}"),
            "f.yaml:1:4: error: x: expected exactly one of measured, cited, derived, assumed, got "
            "none");
  EXPECT_EQ(one_error<Sourced<Watts>>("x: {value: 5 W, cited: a, assumed: b}"),
            "f.yaml:1:4: error: x: expected exactly one of measured, cited, derived, assumed, got "
            "cited, assumed");
  EXPECT_EQ(one_error<Sourced<Watts>>("x: {value: 5 W, cited: ' '}"),
            "f.yaml:1:24: error: x.cited: must not be empty");
  EXPECT_EQ(one_error<Sourced<Watts>>("x: {value: 5 W, cited: [a]}"),
            "f.yaml:1:24: error: x.cited: expected a text, got a list");
  EXPECT_EQ(one_error<Sourced<Watts>>("x: {cited: a}"),
            "f.yaml:1:4: error: x: missing key 'value'");
  EXPECT_EQ(
      one_error<Sourced<Watts>>("x: {value: 5 ms, sited: a}"),
      "f.yaml:1:4: error: x: expected exactly one of measured, cited, derived, assumed, got "
      "none\n"
      "f.yaml:1:12: error: x.value: expected a power such as '5 W', got '5 ms' (units: W, mW, "
      "uW)\n"
      "f.yaml:1:18: error: x.sited: unknown key (did you mean 'cited'?)");
  EXPECT_EQ(one_error<Sourced<Watts>>("x: 5 W"), "f.yaml:1:4: error: x: expected a map, got '5 W'");
  EXPECT_EQ(one_error<Origin>("x: {cited: a, value: 1}"),
            "f.yaml:1:15: error: x.value: unknown key (legal: measured, cited, derived, assumed)");
}

TEST(ConfigReader, SourcedLists) {
  const auto list = one<SourcedList<Hertz>>("x: {unit: MHz, values: [825.6, 902.4], cited: a}");
  EXPECT_EQ(list.values, (std::vector<Hertz>{Hertz(825.6e6), Hertz(902.4e6)}));
  EXPECT_EQ(list.origin, (Origin{OriginKind::kCited, "a"}));
  EXPECT_EQ(one<SourcedList<Duration>>("x: {unit: ms, values: [0.5], cited: a}").values[0],
            Duration{500'000});
  EXPECT_EQ(one<SourcedList<double>>("x: {unit: \"1\", values: [1.2, 1], cited: a}").values,
            (std::vector<double>{1.2, 1}));
  EXPECT_EQ(one<SourcedList<int>>("x: {values: [4], cited: a}").values, std::vector<int>{4});
}

TEST(ConfigReader, SourcedListErrors) {
  EXPECT_EQ(one_error<SourcedList<Watts>>("x: {unit: ms, values: [1, a], cited: a}"),
            "f.yaml:1:11: error: x.unit: expected one of the units W, mW, uW, got 'ms'");
  EXPECT_EQ(one_error<SourcedList<Watts>>("x: {values: [1], cited: a}"),
            "f.yaml:1:4: error: x: missing key 'unit'");
  EXPECT_EQ(one_error<SourcedList<Watts>>("x: {unit: W, cited: a}"),
            "f.yaml:1:4: error: x: missing key 'values'");
  EXPECT_EQ(one_error<SourcedList<Watts>>("x: {unit: mW, values: [1 W, '2', 1e999], cited: a}"),
            "f.yaml:1:24: error: x.values[0]: expected a bare number of mW, got '1 W'\n"
            "f.yaml:1:29: error: x.values[1]: expected a bare number of mW, got '2' in quotes\n"
            "f.yaml:1:34: error: x.values[2]: expected a bare number of mW (out of range), got "
            "'1e999'");
  EXPECT_EQ(one_error<SourcedList<Watts>>("x: {unit: W, values: 1, cited: a}"),
            "f.yaml:1:22: error: x.values: expected a list, got '1'");
  EXPECT_EQ(one_error<SourcedList<Watts>>("x: {unit: W, values: [1], cited: a, value: 2}"),
            "f.yaml:1:37: error: x.value: unknown key (did you mean 'values'?)");
  EXPECT_EQ(one_error<SourcedList<double>>("x: {unit: W, values: [1], cited: a}"),
            "f.yaml:1:11: error: x.unit: expected the unit '1' of bare numbers, got 'W'");
  EXPECT_EQ(one_error<SourcedList<int>>("x: {values: [1.5], cited: a}"),
            "f.yaml:1:14: error: x.values[0]: expected a whole number, got '1.5'");
}

/// Every check on every kind of member it can stand at.
struct Checked {
  double share = 0.5;
  Watts power{1};
  Duration time{1};
  int count = 1;
  std::optional<Sourced<Watts>> sourced;
  SourcedList<Hertz> clocks{{Hertz(1)}, {}};
  std::vector<double> rising;
  std::vector<Located<double>> located;
  std::map<std::string, int> counts;
  std::string name = "x";
  int even = 0;
  Db gain{};

  template <class V>
  void fields(V& v) {
    v.optional("share", share, "", ratio);
    v.optional("power", power, "", positive);
    v.optional("time", time, "", range(Duration{1'000'000}, Duration{2'000'000'000}));
    v.optional("count", count, "", range(1, 3));
    v.optional("sourced", sourced, "", at_least(Watts(0.5)));
    v.optional("clocks", clocks, "", positive, increasing, non_empty);
    v.optional("rising", rising, "", non_negative, non_decreasing);
    v.optional("located", located, "", positive);
    v.optional("counts", counts, "", positive, non_empty);
    v.optional("name", name, "", non_empty);
    v.optional("even", even, "",
               [](int x) { return x % 2 == 0 ? "" : "must be even, got " + std::to_string(x); });
    v.optional("gain", gain, "", Interval{.high = 3});
  }
};

TEST(ConfigReader, ChecksAcceptTheirLimits) {
  EXPECT_NO_THROW(read_text<Checked>(
      "{share: 1, power: 1e-9 W, time: 2 s, count: 3, sourced: {value: 500 mW, cited: a},\n"
      " clocks: {unit: Hz, values: [1, 2], cited: a}, rising: [0, 0, 1], located: [1],\n"
      " counts: {a: 1}, name: y, even: 2, gain: 3 dB}"));
}

TEST(ConfigReader, ChecksNameValueAndLegalRange) {
  EXPECT_EQ(read_error<Checked>("share: 1.5"),
            "f.yaml:1:8: error: share: must be between 0 and 1, got '1.5'");
  EXPECT_EQ(read_error<Checked>("power: 0 W"),
            "f.yaml:1:8: error: power: must be greater than 0 W, got '0 W'");
  EXPECT_EQ(read_error<Checked>("time: 3 s"),
            "f.yaml:1:7: error: time: must be between 1 ms and 2 s, got '3 s'");
  EXPECT_EQ(read_error<Checked>("count: 4"),
            "f.yaml:1:8: error: count: must be between 1 and 3, got '4'");
  EXPECT_EQ(read_error<Checked>("sourced: {value: 100 mW, cited: a}"),
            "f.yaml:1:18: error: sourced.value: must be at least 0.5 W, got '100 mW'");
  EXPECT_EQ(read_error<Checked>("clocks: {unit: MHz, values: [-1, 2, 2], cited: a}"),
            "f.yaml:1:30: error: clocks.values[0]: must be greater than 0 Hz, got '-1'\n"
            "f.yaml:1:37: error: clocks.values[2]: must be greater than the value before, got '2'");
  EXPECT_EQ(read_error<Checked>("clocks: {unit: MHz, values: [], cited: a}"),
            "f.yaml:1:29: error: clocks.values: must not be empty");
  EXPECT_EQ(read_error<Checked>("rising: [1, 1, 0.5, -1]"),
            "f.yaml:1:16: error: rising[2]: must not be less than the value before, got '0.5'\n"
            "f.yaml:1:21: error: rising[3]: must be at least 0, got '-1'\n"
            "f.yaml:1:21: error: rising[3]: must not be less than the value before, got '-1'");
  EXPECT_EQ(read_error<Checked>("located: [1, 0]"),
            "f.yaml:1:14: error: located[1]: must be greater than 0, got '0'");
  EXPECT_EQ(read_error<Checked>("counts: {a: 0}"),
            "f.yaml:1:13: error: counts.a: must be greater than 0, got '0'");
  EXPECT_EQ(read_error<Checked>("counts: {}"), "f.yaml:1:9: error: counts: must not be empty");
  EXPECT_EQ(read_error<Checked>("name: ''"), "f.yaml:1:7: error: name: must not be empty");
  EXPECT_EQ(read_error<Checked>("even: 3"), "f.yaml:1:7: error: even: must be even, got 3");
  EXPECT_EQ(read_error<Checked>("gain: 4 dB"),
            "f.yaml:1:7: error: gain: must be at most 3 dB, got '4 dB'");
}

TEST(ConfigReader, MessagesStayOnOneShortLine) {
  EXPECT_EQ(one_error<int>("x: \"a\\nb" + repeat("c", 80) + "\""),
            "f.yaml:1:4: error: x: expected a whole number, got 'a?b" + repeat("c", 57) +
                "...' in quotes");
}

using ConfigLoad = InTemporaryFolder;

TEST_F(ConfigLoad, LoadsWithOverrides) {
  write("fleet.yaml", "devices: [{profile: a}]\n");
  const std::vector<std::string> overrides = {"devices[0].count=5", "devices[0].profile=b"};
  const Fleet fleet = load<Fleet>("fleet.yaml", overrides);
  EXPECT_EQ(fleet.devices[0].count, 5U);
  EXPECT_EQ(fleet.devices[0].profile, "b");
  EXPECT_EQ(load<Fleet>("fleet.yaml").devices[0].count, 1U);
}

TEST_F(ConfigLoad, NamesTheOptionAndTheFileOfEachMistake) {
  write("base.yaml", "devices: [{profile: a, count: none}]\n");
  write("fleet.yaml", "include: base.yaml\nx: 1\n");
  const std::vector<std::string> overrides = {"devices[0].profle=5", "devices[3]=1"};
  EXPECT_EQ(error_of([&] { load<Fleet>("fleet.yaml", overrides); }),
            "--set devices[0].profle=5: error: devices[0].profle: unknown key (did you mean "
            "'profile'?)\n"
            "--set devices[3]=1: error: [3]: the list has 1 items\n"
            "base.yaml:1:31: error: devices[0].count: expected a whole number, got 'none'\n"
            "fleet.yaml:2:1: error: x: unknown key (legal: devices)");
}

}  // namespace
}  // namespace autoscale::config
