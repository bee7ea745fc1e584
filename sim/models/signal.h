// Signal strength of a link over time.
//
// Model   constant; independent Gaussian draws, one per block of `period`; AR(1) on the same grid,
//         x[k] = mean + phi (x[k-1] - mean) + e[k], phi = exp(-period / time_constant), started
//         from its stationary distribution; or a recorded trace, repeated when it ends.
// Grid    block k's draw is addressed by k, so the signal never depends on when somebody looks.
// Source  AR(1) as fitted to recorded Wi-Fi and LTE runs; Gaussian as recalled from the paper.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "sim/config/fields.h"
#include "sim/core/quantity.h"
#include "sim/core/random_field.h"
#include "sim/core/time.h"
#include "sim/models/link.h"
#include "sim/models/trace.h"

namespace autoscale {

class Catalog;

/// Checks on parameters. A grid finer than a millisecond would only cost run time.
inline constexpr config::Interval kSignalLevel = config::range(Dbm(-160), Dbm(0));
inline constexpr config::Interval kSignalSpread = config::range(Db(0), Db(60));
inline constexpr config::Interval kSignalPeriod =
    config::at_least(Duration(std::chrono::milliseconds(1)));

/// A usual or a bad fixed position, as the link technology defines it.
struct RegularSignal {
  static constexpr std::string_view kName = "regular";
  template <class V>
  void fields(V&) {}
};
struct WeakSignal {
  static constexpr std::string_view kName = "weak";
  template <class V>
  void fields(V&) {}
};
struct ConstantSignal {
  static constexpr std::string_view kName = "constant";
  Dbm level{};
  template <class V>
  void fields(V& v) {
    v.required("level", level, "signal strength", kSignalLevel);
  }
};
struct GaussianSignal {
  static constexpr std::string_view kName = "gaussian";
  Dbm mean{};
  Db sd{};
  Dbm min{-120};
  Dbm max{-20};
  Duration period = std::chrono::milliseconds(500);
  template <class V>
  void fields(V& v) {
    v.required("mean", mean, "mean", kSignalLevel);
    v.required("sd", sd, "standard deviation", kSignalSpread);
    v.optional("min", min, "values below are clipped to it", kSignalLevel);
    v.optional("max", max, "values above are clipped to it", kSignalLevel);
    v.optional("period", period, "one draw per period", kSignalPeriod);
  }
};
struct Ar1Signal {
  static constexpr std::string_view kName = "ar1";
  Dbm mean{};
  Db sd{};
  Duration time_constant{};
  Dbm min{-140};
  Dbm max{-20};
  Duration period = std::chrono::milliseconds(500);
  template <class V>
  void fields(V& v) {
    v.required("mean", mean, "mean", kSignalLevel);
    v.required("sd", sd, "stationary standard deviation", kSignalSpread);
    v.required("time_constant", time_constant, "after which the correlation is 1/e",
               config::positive);
    v.optional("min", min, "values below are clipped to it", kSignalLevel);
    v.optional("max", max, "values above are clipped to it", kSignalLevel);
    v.optional("period", period, "grid of the process", kSignalPeriod);
  }
};
struct TraceSignal {
  static constexpr std::string_view kName = "trace";
  Located<std::string> file;
  Located<std::string> format{kOwnTraceFormat, {}};
  std::string signal_column;
  std::string rate_column;
  std::string rate_unit;
  std::string time_column;
  std::string time_unit;
  std::optional<config::CsvSeparator> separator;
  std::map<std::string, std::string> rows;
  bool stagger = false;
  template <class V>
  void fields(V& v) {
    v.required("file", file, "path, relative to the file that names it, or below the data folder");
    v.optional("format", format,
               "who wrote it: a name in device_profiles/trace_formats, or a path");
    v.optional("signal_column", signal_column, "column of the signal strength, by name or number");
    v.optional("rate_column", rate_column,
               "column of the capacity, by name or number; replaces the rate law");
    v.optional("rate_unit", rate_unit, "its unit, such as Mbit/s, if not the format's");
    v.optional("time_column", time_column, "column of the time, by name or number");
    v.optional("time_unit", time_unit,
               "s, ms, us, ns, iso8601 or a pattern such as '%d.%m.%Y %H:%M:%S'");
    v.optional("separator", separator, "what parts two fields, if not the format's");
    v.optional("rows", rows, "column -> text: only rows with these texts count");
    v.optional("stagger", stagger, "start every device at its own random place of the trace");
  }
};
using SignalConfig =
    std::variant<RegularSignal, WeakSignal, ConstantSignal, GaussianSignal, Ar1Signal, TraceSignal>;

/// Where one link of one phone is in its process.
struct SignalState {
  std::int64_t block = -1;
  double value_dbm = 0;
  double deviation_db = 0;  // AR(1), before clipping
  double rate_bps = 0;      // > 0: recorded capacity
};

class SignalProcess {
 public:
  /// `catalog` finds the trace and its format.
  SignalProcess(const SignalConfig& config, const LinkTechnology& link, const config::Mark& where,
                const Catalog& catalog, config::Diagnostics& diagnostics);

  /// Whether advance() can still change `state`.
  bool changes(const SignalState& state) const {
    return kind_ != Kind::kConstant || state.block < 0;
  }
  /// Brings `state` of link `entity` to `now`; true if it changed. `now` never runs backwards.
  bool advance(SignalState& state, Time now, const RandomField& random,
               std::uint32_t entity) const {
    return changes(state) && move(state, now, random, entity);
  }

  /// The instant after `now` up to which an advanced state stays valid; kNever if constant.
  Time next_change(const SignalState& state, std::uint32_t entity, const RandomField& random) const;

  bool constant() const { return kind_ == Kind::kConstant; }

 private:
  enum class Kind : std::uint8_t { kConstant, kGaussian, kAr1, kTrace };

  void take_trace(const TraceSignal& config, const LinkTechnology& link, const Catalog& catalog,
                  config::Diagnostics& diagnostics);

  bool move(SignalState& state, Time now, const RandomField& random, std::uint32_t entity) const;
  void step_ar1(SignalState& state, const RandomField& random, std::uint32_t entity) const;
  double clip(double dbm) const;
  Duration trace_offset(std::uint32_t entity, const RandomField& random) const;
  bool seek_trace(SignalState& state, Time now, const RandomField& random,
                  std::uint32_t entity) const;

  Kind kind_ = Kind::kConstant;
  double mean_dbm_ = 0;
  double sd_db_ = 0;
  double phi_ = 0;
  double min_dbm_ = 0;
  double max_dbm_ = 0;
  Duration period_{};
  bool stagger_ = false;
  std::vector<Duration> trace_start_;
  std::vector<double> trace_dbm_;
  std::vector<double> trace_bps_;
  Duration trace_duration_{};
};

}  // namespace autoscale
