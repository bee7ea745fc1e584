#include "sim/models/signal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/models/catalog.h"

namespace autoscale {
namespace {

/// The slowest a recorded capacity may get: an outage stalls a transfer, it must not stop time.
constexpr double kOutageBps = 1.0;

/// Index of the draw that places a device in a staggered trace; outside every block index.
constexpr std::uint64_t kStaggerIndex = ~std::uint64_t{0};

/// The format that a trace names, changed by what the scenario says itself; nothing if it is wrong.
std::optional<TraceFormat> format_of(const TraceSignal& config, const Catalog& catalog,
                                     config::Diagnostics& diagnostics) {
  const config::Mark& where = config.format.mark.file ? config.format.mark : config.file.mark;
  config::Diagnostics own;
  auto format = catalog.trace_format(config.format.value, where, own);
  if (format && own.empty()) {
    if (!config.time_column.empty()) {
      format->time.column = config.time_column;
      format->time.every.reset();
    }
    if (!config.time_unit.empty()) format->time.unit = config.time_unit;
    if (config.separator) format->separator = *config.separator;
    for (const auto& [column, text] : config.rows) format->rows[column] = text;
    if (!config.rate_unit.empty()) {
      format->rates = {{config.rate_column, config.rate_unit, "", ""}};
    }
    check_trace_format(*format, where, own);
  }
  diagnostics.add(own.list());
  return own.empty() ? format : std::nullopt;
}

/// The columns that a trace names; if it names none, the format's first of the link's signal, else
/// its first rate.
TraceColumns columns_of(const TraceSignal& config, const TraceFormat& format, SignalKind kind) {
  TraceColumns columns{config.signal_column, config.rate_column, kind};
  if (!columns.signal.empty() || !columns.rate.empty()) return columns;
  const auto signal = std::find_if(format.signals.begin(), format.signals.end(),
                                   [&](const TraceSignalColumn& s) { return s.kind == kind; });
  if (signal != format.signals.end()) {
    columns.signal = signal->column;
  } else if (!format.rates.empty()) {
    columns.rate = format.rates.front().column;
  } else if (!format.signals.empty()) {
    columns.signal = format.signals.front().column;
  }
  return columns;
}

}  // namespace

SignalProcess::SignalProcess(const SignalConfig& config, const LinkTechnology& link,
                             const config::Mark& where, const Catalog& catalog,
                             config::Diagnostics& diagnostics) {
  if (std::holds_alternative<RegularSignal>(config)) {
    mean_dbm_ = link.regular_dbm;
  } else if (std::holds_alternative<WeakSignal>(config)) {
    mean_dbm_ = link.weak_dbm;
  } else if (const auto* c = std::get_if<ConstantSignal>(&config)) {
    mean_dbm_ = c->level.value();
  } else if (const auto* g = std::get_if<GaussianSignal>(&config)) {
    kind_ = Kind::kGaussian;
    mean_dbm_ = g->mean.value();
    sd_db_ = g->sd.value();
    min_dbm_ = g->min.value();
    max_dbm_ = g->max.value();
    period_ = g->period;
  } else if (const auto* a = std::get_if<Ar1Signal>(&config)) {
    kind_ = Kind::kAr1;
    mean_dbm_ = a->mean.value();
    sd_db_ = a->sd.value();
    min_dbm_ = a->min.value();
    max_dbm_ = a->max.value();
    period_ = a->period;
    phi_ = std::exp(-to_seconds(a->period) / to_seconds(a->time_constant));
  } else if (const auto* t = std::get_if<TraceSignal>(&config)) {
    take_trace(*t, link, catalog, diagnostics);
  }
  if ((kind_ == Kind::kGaussian || kind_ == Kind::kAr1) && min_dbm_ > max_dbm_) {
    diagnostics.error(where, "signal: 'min' is above 'max'");
  }
}

void SignalProcess::take_trace(const TraceSignal& config, const LinkTechnology& link,
                               const Catalog& catalog, config::Diagnostics& diagnostics) {
  const auto format = format_of(config, catalog, diagnostics);
  if (!format) return;
  const auto& [name, where] = config.file;
  const std::filesystem::path file =
      catalog.search()
          .find(kTraceFiles, name, where, diagnostics)
          .value_or(config::path_at(where, name));  // not there: reported when it is read
  const Trace trace =
      load_trace(file, *format, columns_of(config, *format, link.signal), diagnostics);
  if (trace.start_s.empty()) {
    diagnostics.error(where, fmt::format("trace '{}' cannot be used", name));
    return;
  }
  kind_ = Kind::kTrace;
  stagger_ = config.stagger;
  for (const double s : trace.start_s) trace_start_.push_back(from_seconds(s));
  for (const double r : trace.rate_bps) trace_bps_.push_back(std::max(r, kOutageBps));
  trace_dbm_ = trace.signal_dbm;
  if (trace_dbm_.empty()) {
    for (const double r : trace.rate_bps) trace_dbm_.push_back(link.uplink_bps.inverse(r));
  }
  trace_duration_ = from_seconds(trace.duration_s);
}

double SignalProcess::clip(double dbm) const { return std::clamp(dbm, min_dbm_, max_dbm_); }

void SignalProcess::step_ar1(SignalState& state, const RandomField& random,
                             std::uint32_t entity) const {
  const double draw =
      random.at(Stream::kSignal, entity, static_cast<std::uint64_t>(state.block + 1)).normal();
  const bool first = state.block < 0;
  state.deviation_db = first
                           ? sd_db_ * draw
                           : phi_ * state.deviation_db + sd_db_ * std::sqrt(1 - phi_ * phi_) * draw;
  ++state.block;
}

Duration SignalProcess::trace_offset(std::uint32_t entity, const RandomField& random) const {
  if (!stagger_) return Duration::zero();
  const double share = random.at(Stream::kSignal, entity, kStaggerIndex).uniform();
  return Duration(static_cast<Duration::rep>(share * static_cast<double>(trace_duration_.count())));
}

bool SignalProcess::seek_trace(SignalState& state, Time now, const RandomField& random,
                               std::uint32_t entity) const {
  const Duration at = now.time_since_epoch() + trace_offset(entity, random);
  const auto rounds = at / trace_duration_;
  const Duration within = at % trace_duration_;
  const auto i =
      std::upper_bound(trace_start_.begin(), trace_start_.end(), within) - 1 - trace_start_.begin();
  const auto block =
      static_cast<std::int64_t>(rounds) * static_cast<std::int64_t>(trace_start_.size()) + i;
  if (block == state.block) return false;
  state.block = block;
  state.value_dbm = trace_dbm_[static_cast<std::size_t>(i)];
  state.rate_bps = trace_bps_.empty() ? 0 : trace_bps_[static_cast<std::size_t>(i)];
  return true;
}

bool SignalProcess::move(SignalState& state, Time now, const RandomField& random,
                         std::uint32_t entity) const {
  if (kind_ == Kind::kConstant) {
    state.block = 0;
    state.value_dbm = mean_dbm_;
    return true;
  }
  if (kind_ == Kind::kTrace) return seek_trace(state, now, random, entity);
  const std::int64_t block = now.time_since_epoch() / period_;
  if (block == state.block) return false;
  if (kind_ == Kind::kGaussian) {
    state.block = block;
    const double draw =
        random.at(Stream::kSignal, entity, static_cast<std::uint64_t>(block)).normal();
    state.value_dbm = clip(mean_dbm_ + sd_db_ * draw);
    return true;
  }
  while (state.block < block) step_ar1(state, random, entity);
  state.value_dbm = clip(mean_dbm_ + state.deviation_db);
  return true;
}

Time SignalProcess::next_change(const SignalState& state, std::uint32_t entity,
                                const RandomField& random) const {
  switch (kind_) {
    case Kind::kConstant:
      return kNever;
    case Kind::kGaussian:
    case Kind::kAr1:
      return kStart + period_ * (state.block + 1);
    case Kind::kTrace: {
      const auto n = static_cast<std::int64_t>(trace_start_.size());
      const std::int64_t next = state.block + 1;
      const Duration at =
          trace_duration_ * (next / n) + trace_start_[static_cast<std::size_t>(next % n)];
      return kStart + at - trace_offset(entity, random);
    }
  }
  return kNever;
}

}  // namespace autoscale
