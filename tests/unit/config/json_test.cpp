// Writing: what to_json writes reads back equal, and the schema says what the reader says.
#include "sim/config/json.h"

#include "sim/config/json_schema.h"
#include "tests/support/config_testing.h"

namespace autoscale::config {
namespace {

enum class Precision { kFp32, kInt8 };

}  // namespace

template <>
struct EnumNames<Precision> {
  static constexpr std::array<std::pair<Precision, std::string_view>, 2> value{
      {{Precision::kFp32, "fp32"}, {Precision::kInt8, "int8"}}};
};

namespace {

struct None {
  static constexpr std::string_view kName = "none";
  template <class V>
  void fields(V&) {}
  friend bool operator==(const None&, const None&) = default;
};

struct Ar1 {
  static constexpr std::string_view kName = "ar1";
  Dbm mean{-70};
  Db deviation{10};
  template <class V>
  void fields(V& v) {
    v.required("mean", mean, "mean level");
    v.required("deviation", deviation, "standard deviation", non_negative);
  }
  friend bool operator==(const Ar1&, const Ar1&) = default;
};

struct Inner {
  int cells = 1;
  std::optional<double> share;
  template <class V>
  void fields(V& v) {
    v.required("cells", cells, "cells in series", positive);
    v.optional("share", share, "a share", ratio);
  }
  friend bool operator==(const Inner&, const Inner&) = default;
};

/// Uses every kind of member once.
struct Everything {
  bool flag = true;
  int small = -7;
  std::int64_t big = std::numeric_limits<std::int64_t>::min();
  std::uint64_t bits = std::numeric_limits<std::uint64_t>::max();
  std::size_t size = 3;
  double number = 0.1;
  std::string text = "it's \"quoted\": #1\n\t\xC3\xA9, null";
  Duration duration = Duration::max();
  Watts power{0.1 + 0.2};
  Joules energy{1.0 / 3};
  Hertz frequency{2.8032e9};
  Bits data{1204224};
  BitsPerSecond rate{1e7};
  Macs macs{568741376};
  Volts voltage{3.85};
  AmpereHours charge{3};
  Kelvins difference{5};
  KelvinsPerWatt resistance{8};
  WattsPerBitPerSecond slope{77e-9};
  Celsius temperature{25};
  Dbm level{-80};
  Db gain{-0.0};
  Precision precision = Precision::kInt8;
  std::vector<Inner> inners{{2, 0.5}, {3, std::nullopt}};
  std::optional<Inner> absent;
  std::optional<Watts> present{Watts(2)};
  std::vector<std::optional<int>> holes{1, std::nullopt};
  std::map<std::string, double> shares{{"a b", 1e-300}, {"null", 1e300}};
  std::map<Precision, Watts> by_precision{{Precision::kFp32, Watts(1)}};
  std::array<int, 3> triple{1, 2, 3};
  OneOrMore<Inner> alone{{{4, 0.25}}};
  OneOrMore<Inner> several{{{5, std::nullopt}, {6, 1.0}}};
  std::variant<None, Ar1> signal = Ar1{};
  std::variant<None, Ar1> quiet;
  Located<std::string> located{"here", {}};
  Sourced<Duration> sourced{Duration{33'333'333}, {OriginKind::kCited, "a paper"}};
  SourcedList<Hertz> clocks{{Hertz(825.6e6), Hertz(1.0 / 3)}, {OriginKind::kMeasured, "bench"}};
  SourcedList<Duration> times{{Duration::max(), Duration{1}}, {OriginKind::kDerived, "1 + 1"}};
  SourcedList<int> counts{{1, 2}, {OriginKind::kAssumed, "guess"}};
  Origin origin{OriginKind::kDerived, "x"};

  template <class V>
  void fields(V& v) {
    v.required("flag", flag, "a flag");
    v.required("small", small, "a small number");
    v.required("big", big, "a big number");
    v.required("bits", bits, "an unsigned number");
    v.required("size", size, "a size");
    v.required("number", number, "a number");
    v.required("text", text, "a text");
    v.required("duration", duration, "a duration");
    v.required("power", power, "a power");
    v.required("energy", energy, "an energy");
    v.required("frequency", frequency, "a frequency");
    v.required("data", data, "data");
    v.required("rate", rate, "a rate");
    v.required("macs", macs, "operations");
    v.required("voltage", voltage, "a voltage");
    v.required("charge", charge, "a charge");
    v.required("difference", difference, "a temperature difference");
    v.required("resistance", resistance, "a thermal resistance");
    v.required("slope", slope, "power per rate");
    v.required("temperature", temperature, "a temperature");
    v.required("level", level, "a level");
    v.required("gain", gain, "a gain");
    v.required("precision", precision, "a precision");
    v.required("inners", inners, "structs", non_empty);
    v.optional("absent", absent, "not there");
    v.optional("present", present, "there");
    v.required("holes", holes, "some missing");
    v.required("shares", shares, "a map");
    v.required("by_precision", by_precision, "a map of enums");
    v.required("triple", triple, "three");
    v.required("alone", alone, "a list of one");
    v.required("several", several, "a list of more");
    v.required("signal", signal, "a variant");
    v.required("quiet", quiet, "another one");
    v.required("located", located, "a text with a place");
    v.required("sourced", sourced, "a sourced value", positive);
    v.required("clocks", clocks, "a sourced list");
    v.required("times", times, "a sourced list of durations");
    v.required("counts", counts, "a sourced list of counts");
    v.required("origin", origin, "an origin");
  }
  friend bool operator==(const Everything&, const Everything&) = default;
};

TEST(ConfigJson, WhatIsWrittenReadsBackEqual) {
  const Everything value;
  for (const int indent : {-1, 2}) {
    const std::string text = to_json(value).dump(indent);
    EXPECT_TRUE(read_text<Everything>(text) == value) << text;
  }
}

TEST(ConfigJson, ValuesUnlikeTheDefaultsReadBackEqualToo) {
  Everything value;
  value.inners.clear();
  value.inners.push_back({9, 0.25});
  value.signal = None{};
  value.shares.clear();
  value.absent = Inner{4, 1.0};
  value.present.reset();
  value.clocks.values = {};
  const std::string text = to_json(value).dump();
  EXPECT_TRUE(read_text<Everything>(text) == value) << text;
}

TEST(ConfigJson, WritesEveryKindOfMember) {
  const std::string expected = R"~({
  "flag": true,
  "small": -7,
  "big": -9223372036854775808,
  "bits": 18446744073709551615,
  "size": 3,
  "number": 0.1,
  "text": "it's \"quoted\": #1\n\té, null",
  "duration": "9223372036854775807 ns",
  "power": "0.30000000000000004 W",
  "energy": "0.3333333333333333 J",
  "frequency": "2803.2 MHz",
  "data": "150528 B",
  "rate": "10 Mbit/s",
  "macs": "568741376 MAC",
  "voltage": "3.85 V",
  "charge": "3 Ah",
  "difference": "5 K",
  "resistance": "8 K/W",
  "slope": "77 mW/(Mbit/s)",
  "temperature": "25 degC",
  "level": "-80 dBm",
  "gain": "-0 dB",
  "precision": "int8",
  "inners": [
    {
      "cells": 2,
      "share": 0.5
    },
    {
      "cells": 3,
      "share": null
    }
  ],
  "absent": null,
  "present": "2 W",
  "holes": [
    1,
    null
  ],
  "shares": {
    "a b": 1e-300,
    "null": 1e+300
  },
  "by_precision": {
    "fp32": "1 W"
  },
  "triple": [
    1,
    2,
    3
  ],
  "alone": {
    "cells": 4,
    "share": 0.25
  },
  "several": [
    {
      "cells": 5,
      "share": null
    },
    {
      "cells": 6,
      "share": 1.0
    }
  ],
  "signal": {
    "ar1": {
      "mean": "-70 dBm",
      "deviation": "10 dB"
    }
  },
  "quiet": {
    "none": {}
  },
  "located": "here",
  "sourced": {
    "value": "33333333 ns",
    "cited": "a paper"
  },
  "clocks": {
    "unit": "MHz",
    "values": [
      825.6,
      3.333333333333333e-07
    ],
    "measured": "bench"
  },
  "times": {
    "unit": "ns",
    "values": [
      9223372036854775807,
      1
    ],
    "derived": "1 + 1"
  },
  "counts": {
    "unit": "1",
    "values": [
      1,
      2
    ],
    "assumed": "guess"
  },
  "origin": {
    "derived": "x"
  }
})~";
  EXPECT_EQ(to_json(Everything{}).dump(2), expected);
}

struct Unread {
  Node tree;
  template <class V>
  void fields(V& v) {
    v.required("tree", tree, "for a later stage");
  }
};

TEST(ConfigJson, ATreeForALaterStageKeepsItsPlaceAndReadsBackTheSame) {
  const auto value = read_text<Unread>("tree: {a: [5 ms, '5', 5, true, ~], b: \"x\"}\n");
  EXPECT_EQ(to_string(value.tree.mark), "f.yaml:1:7");
  const std::string text = to_json(value).dump();
  EXPECT_EQ(text, R"({"tree":{"a":["5 ms","5",5,true,null],"b":"x"}})");
  EXPECT_EQ(to_json(read_text<Unread>(text)).dump(), text);
}

struct Optional {
  Sourced<double> value{0.5, {}};
  template <class V>
  void fields(V& v) {
    v.optional("value", value, "a value");
  }
};

TEST(ConfigJson, ADefaultHasAnOriginToo) {
  const std::string text = to_json(Optional{}).dump();
  EXPECT_EQ(text, R"({"value":{"value":0.5,"assumed":"default of the program"}})");
  EXPECT_EQ(read_text<Optional>(text).value, Optional{}.value);
}

struct Described {
  int cells = 4;
  Watts power{2};
  std::vector<double> shares;
  std::variant<None, Ar1> signal;
  std::map<Precision, std::string> names;

  template <class V>
  void fields(V& v) {
    v.optional("cells", cells, "cells in series", positive);
    v.optional("power", power, "busy power", at_least(Watts(0.5)));
    v.required("shares", shares, "shares", ratio, increasing, non_empty);
    v.required("signal", signal, "the signal");
    v.optional("names", names, "names", non_empty);
  }
};

TEST(ConfigJsonSchema, SaysWhatTheFieldListSays) {
  const Json schema = json_schema<Described>("a thing");
  EXPECT_EQ(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
  EXPECT_EQ(schema["title"], "a thing");
  EXPECT_EQ(schema["additionalProperties"], false);
  EXPECT_EQ(schema["required"], (Json{"shares", "signal"}));
  const Json& properties = schema["properties"];
  EXPECT_EQ(properties["cells"].dump(),
            R"({"description":"cells in series; greater than 0","type":"integer",)"
            R"("maximum":2147483647,"exclusiveMinimum":0.0,"default":4})");
  EXPECT_EQ(properties["power"].dump(),
            R"({"description":"busy power; at least 0.5 W","anyOf":[{"type":"string","pattern":)"
            R"("^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)? ?(W|mW|uW)$"},{"const":0}],)"
            R"("default":"2 W"})");
  EXPECT_EQ(properties["shares"].dump(),
            R"({"description":"shares; between 0 and 1; increasing; not empty","type":"array",)"
            R"("items":{"type":"number","minimum":0.0,"maximum":1.0},"minItems":1})");
  EXPECT_EQ(properties["names"].dump(),
            R"({"description":"names; not empty","type":"object","propertyNames":)"
            R"({"enum":["fp32","int8"]},"additionalProperties":{"type":"string"},)"
            R"("minProperties":1})");
  const Json& kinds = properties["signal"]["oneOf"];
  ASSERT_EQ(kinds.size(), 3U);
  EXPECT_EQ(kinds[0].dump(), R"({"const":"none"})");
  EXPECT_EQ(kinds[1]["required"], Json::array({"none"}));
  EXPECT_EQ(kinds[2]["properties"]["ar1"]["required"], (Json{"mean", "deviation"}));
  EXPECT_TRUE(properties.contains("include"));
}

TEST(ConfigJsonSchema, SourcedMembersNeedExactlyOneOrigin) {
  const Json schema = json_schema<Everything>("all");
  const Json& sourced = schema["properties"]["sourced"];
  EXPECT_EQ(sourced["oneOf"].dump(),
            R"([{"required":["measured"]},{"required":["cited"]},{"required":["derived"]},)"
            R"({"required":["assumed"]}])");
  EXPECT_EQ(sourced["required"], Json::array({"value"}));
  EXPECT_EQ(sourced["additionalProperties"], false);
  EXPECT_EQ(sourced["properties"]["cited"].dump(), R"({"type":"string","minLength":1})");
  EXPECT_EQ(schema["properties"]["clocks"]["properties"]["unit"].dump(),
            R"({"enum":["Hz","kHz","MHz","GHz"]})");
  EXPECT_EQ(schema["properties"]["counts"]["properties"]["unit"].dump(), R"({"const":"1"})");
  EXPECT_EQ(schema["properties"]["slope"]["anyOf"][0]["pattern"],
            R"(^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)? ?)"
            R"((W/\(bit/s\)|W/\(Mbit/s\)|mW/\(Mbit/s\))$)");
  EXPECT_EQ(schema["properties"]["triple"]["maxItems"], 3);
  const Json& alone = schema["properties"]["alone"]["anyOf"];
  EXPECT_EQ(alone[0]["properties"]["cells"]["exclusiveMinimum"], 0);
  EXPECT_EQ(alone[1]["items"], alone[0]);
  EXPECT_EQ(alone[1]["minItems"], 1);
  EXPECT_EQ(schema["properties"]["inners"]["items"]["properties"]["share"].dump(),
            R"({"description":"a share; between 0 and 1","anyOf":[{"type":"number","minimum":0.0,)"
            R"("maximum":1.0},{"type":"null"}]})");
}

}  // namespace
}  // namespace autoscale::config
