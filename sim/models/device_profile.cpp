#include "sim/models/device_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace autoscale {
namespace {

template <class T>
double value_of(const std::optional<Sourced<T>>& x, double otherwise) {
  if (!x) return otherwise;
  if constexpr (std::is_same_v<T, double>) {
    return x->value;
  } else {
    return x->value.value();
  }
}

/// Factor that brings the top of the power table to the wanted height.
double power_scale(const ProcessorConfig& c, PowerLevel level) {
  if (level == PowerLevel::kMeasured || !c.paper_power) return 1;
  return c.paper_power->value / c.power.values.back();
}

void read_precisions(const ProcessorConfig& c, const config::Mark& where,
                     config::Diagnostics& diagnostics, Processor& processor) {
  for (const auto& [precision, settings] : c.precisions) {
    PrecisionSupport& support = processor.precisions[precision];
    support.supported = true;
    support.power_ratio = value_of(settings.power_ratio, 1);
    support.latency_from = settings.from.value_or(precision);
    support.compute_factor = value_of(settings.compute_factor, 1);
    if (settings.from.has_value() != settings.compute_factor.has_value()) {
      diagnostics.error(where,
                        fmt::format("processor {}, precision {}: 'from' and 'compute_factor' "
                                    "go together",
                                    name_of(c.name.value), name_of(precision)));
    }
    if (settings.from && (!c.precisions.contains(*settings.from) || *settings.from == precision)) {
      diagnostics.error(
          where, fmt::format("processor {}, precision {}: 'from' names {}, which is not "
                             "another precision of this processor",
                             name_of(c.name.value), name_of(precision), name_of(*settings.from)));
    }
  }
}

Processor make_processor(const ProcessorConfig& c, DeviceKind kind, PowerLevel level,
                         config::Diagnostics& diagnostics) {
  const config::Mark& where = c.name.mark;
  Processor processor;
  processor.kind = c.name.value;
  processor.model = c.model;
  processor.overhead_s = to_seconds(c.overhead.value);
  processor.noise_cv = c.noise_cv.value;
  processor.latency_factor = value_of(c.latency_factor, 1);
  processor.ridge_factor = value_of(c.ridge_factor, 1);
  processor.workers = static_cast<int>(c.workers);
  if (c.frequency.values.size() != c.power.values.size() || c.frequency.values.empty()) {
    diagnostics.error(
        where, fmt::format("processor {}: {} frequencies but {} powers", name_of(c.name.value),
                           c.frequency.values.size(), c.power.values.size()));
    return processor;
  }
  const double scale = power_scale(c, level);
  const Hertz top = c.frequency.values.back();
  for (std::size_t i = 0; i < c.frequency.values.size(); ++i) {
    const Hertz f = c.frequency.values[i];
    processor.points.push_back({f.value(), top / f, c.power.values[i].value() * scale});
  }
  read_precisions(c, where, diagnostics, processor);
  if (c.generation) {
    processor.prefill_power = c.generation->prefill_power.value;
    processor.decode_power = c.generation->decode_power.value;
    processor.memory_clock = value_of(c.generation->memory_clock, 0);
  }
  if (c.precisions.empty()) diagnostics.error(where, "a processor needs at least one precision");
  if (kind == DeviceKind::kPhone && c.serves) {
    diagnostics.error(where, "'serves' is for tablets and servers: a phone serves nobody");
  }
  if (kind != DeviceKind::kPhone && c.serves) {
    processor.served = c.serves->items;
    for (const Precision p : processor.served) {
      if (c.precisions.contains(p)) continue;
      diagnostics.error(where, fmt::format("processor {} serves {}, which it does not run",
                                           name_of(c.name.value), name_of(p)));
    }
  }
  return processor;
}

void read_batching(const DeviceConfig& c, config::Diagnostics& diagnostics,
                   DeviceProfile& profile) {
  for (const BatchingConfig& b : c.batching) {
    const config::Mark& where = b.processor.mark;
    const Processor* processor = profile.processor(b.processor.value);
    if (!processor || !processor->serves(b.precision.value)) {
      diagnostics.error(where, fmt::format("batching: the profile serves nothing on its {} in {}",
                                           name_of(b.processor.value), name_of(b.precision.value)));
    }
    for (const Batching& other : profile.batching) {
      if (other.processor != b.processor.value || other.precision != b.precision.value) continue;
      for (const auto& id : b.answers) {
        if (other.answers_to(id.value)) {
          diagnostics.error(id.mark, fmt::format("'{}' is answered twice", id.value));
        }
      }
      if (other.answers_to(b.dnn.value)) {
        diagnostics.error(b.dnn.mark, fmt::format("'{}' is answered twice", b.dnn.value));
      }
    }
    profile.batching.push_back({b.dnn, b.answers, b.processor.value, b.precision.value,
                                make_batch_law(b, where, diagnostics)});
  }
}

SkinLimit make_skin(const SkinConfig& c, double baseline_w, config::Diagnostics& diagnostics) {
  SkinLimit skin;
  skin.budget_w = c.budget.value.value.value();
  skin.time_constant_s = to_seconds(c.time_constant.value);
  skin.hysteresis = c.hysteresis.value;
  skin.period = c.period.value;
  if (skin.lower_w() <= baseline_w) {
    diagnostics.error(c.budget.mark,
                      fmt::format("budget less hysteresis is {:.6g} W: it must be above the "
                                  "baseline power, {:.6g} W",
                                  skin.lower_w(), baseline_w));
  }
  return skin;
}

FloorTrip make_floor_trip(const FloorTripConfig& c, config::Diagnostics& diagnostics) {
  const FloorTrip floor{c.temperature.value.value(), c.recovery.value.value.value()};
  if (floor.recovery_c >= floor.trip_c) {
    diagnostics.error(
        c.recovery.mark,
        fmt::format("recovery must be below the trip's temperature, {:.6g} degC", floor.trip_c));
  }
  return floor;
}

/// Operating points of the processor that has the most.
int most_points(const std::vector<Processor>& processors) {
  std::size_t most = 1;
  for (const Processor& p : processors) most = std::max(most, p.points.size());
  return static_cast<int>(most);
}

ThermalNode make_thermal(const ThermalConfig& c, double baseline_w,
                         config::Diagnostics& diagnostics) {
  ThermalNode node;
  node.resistance_k_per_w = c.resistance.value.value();
  node.time_constant_s = to_seconds(c.time_constant.value);
  node.ambient_c = c.ambient.value.value();
  for (const Celsius trip : c.trips.values) node.trips_c.push_back(trip.value());
  node.hysteresis_k = c.hysteresis.value.value();
  node.steps_per_trip = c.steps_per_trip.value;
  if (c.skin) node.skin = make_skin(*c.skin, baseline_w, diagnostics);
  if (c.floor_trip) node.floor_trip = make_floor_trip(*c.floor_trip, diagnostics);
  return node;
}

}  // namespace

const Processor* DeviceProfile::processor(ProcessorKind wanted) const {
  for (const Processor& p : processors) {
    if (p.kind == wanted) return &p;
  }
  return nullptr;
}

const RadioPower* DeviceProfile::radio(std::string_view technology) const {
  for (const RadioPower& r : radios) {
    if (r.technology == technology) return &r;
  }
  return nullptr;
}

bool Batching::answers_to(std::string_view id) const {
  return dnn.value == id || std::any_of(answers.begin(), answers.end(),
                                        [id](const auto& other) { return other.value == id; });
}

const Batching* DeviceProfile::batches(std::string_view dnn, ProcessorKind on,
                                       Precision precision) const {
  for (const Batching& b : batching) {
    if (b.processor == on && b.precision == precision && b.answers_to(dnn)) return &b;
  }
  return nullptr;
}

DeviceProfile make_device_profile(std::string id, const DeviceConfig& c,
                                  std::optional<PowerLevel> level, const config::Mark& where,
                                  config::Diagnostics& diagnostics) {
  DeviceProfile profile;
  profile.id = std::move(id);
  profile.name = c.name;
  profile.kind = c.kind;
  profile.latency_device = c.latency_from ? c.latency_from->device.value : profile.id;
  if (c.latency_from) profile.latency_factor = c.latency_from->factor.value;
  profile.baseline_w = c.baseline_power.value.value();
  if (c.battery) profile.battery_j = (c.battery->voltage.value * c.battery->capacity.value).value();
  if (c.contention) {
    profile.contention = {c.contention->cpu.value, c.contention->memory.value,
                          value_of(c.contention->stall_power, Contention{}.stall)};
  }
  if (c.thermal) profile.thermal = make_thermal(*c.thermal, profile.baseline_w, diagnostics);
  std::set<ProcessorKind> seen;
  for (const ProcessorConfig& p : c.processors) {
    if (!seen.insert(p.name.value).second) {
      diagnostics.error(p.name.mark,
                        fmt::format("processor {} is given twice", name_of(p.name.value)));
    }
    profile.processors.push_back(
        make_processor(p, c.kind, level.value_or(c.power_level), diagnostics));
  }
  if (profile.thermal && profile.thermal->skin) {
    profile.thermal->skin->most_points = most_points(profile.processors) - 1;
  }
  read_batching(c, diagnostics, profile);
  for (const auto& [technology, r] : c.radios) {
    profile.radios.push_back({technology, r.tx_power.value.value(),
                              value_of(r.tx_power_per_rate, 0), r.rx_power.value.value(),
                              value_of(r.rx_power_per_rate, 0), r.listen_power.value.value()});
  }
  if (c.kind == DeviceKind::kPhone && !seen.contains(ProcessorKind::kCpu)) {
    diagnostics.error(where, "a phone needs a processor 'cpu': it is the reference of every ratio");
  }
  return profile;
}

}  // namespace autoscale
