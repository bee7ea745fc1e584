#include "sim/system/system_model.h"

#include <fmt/format.h>

#include "sim/models/mean_interval.h"

namespace autoscale {
namespace {

/// The phone's own processor at one operating point, or nothing if it cannot run the DNN.
void fill_local(ActionModel& model, const Target& target, const DeviceType& type, const Dnn& dnn,
                const Catalog& catalog) {
  const DeviceProfile& phone = type.profile;
  const Processor& processor = *phone.processor(target.processor);
  const auto work = catalog.work(phone, processor, target.precision, dnn);
  if (!work) return;
  model.legal = true;
  model.work = *work;
  model.slowdown = processor.points[target.point].slowdown;
  model.busy_w = processor.busy_w(target.point, target.precision);
  // On the CPU a co-runner gets the share c u of the time, at the clock that the inference chose.
  model.co_runner_w = target.processor == ProcessorKind::kCpu
                          ? phone.contention.cpu * processor.busy_w(target.point, Precision::kFp32)
                          : type.cpu_top_w;
  model.noise_cv = processor.noise_cv;
}

void fill_remote(ActionModel& model, const Target& target, const ServerSetup& server,
                 const Dnn& dnn, const Catalog& catalog) {
  model.offered = server.offers(target.processor);
  if (!model.offered) return;
  const auto& processors = server.profile.processors;
  for (std::size_t i = 0; i < processors.size(); ++i) {
    if (processors[i].kind != target.processor) continue;
    const auto work = catalog.work(server.profile, processors[i], target.precision, dnn);
    if (!work) return;
    model.legal = true;
    model.pool = static_cast<std::uint8_t>(i);
    model.work = *work;
    model.service_s = work->total();
    model.busy_w = processors[i].busy_w(target.point, target.precision);
    model.noise_cv = processors[i].noise_cv;
  }
}

ActionModel make_action(const SystemModel& system, const DeviceType& type, const Target& target,
                        const Dnn& dnn, AccuracySet set, const Catalog& catalog) {
  ActionModel model;
  model.site = target.site;
  model.processor = target.processor;
  const Accuracy& accuracy =
      set == AccuracySet::kPostTraining ? dnn.post_training : dnn.quantisation_aware;
  model.score = accuracy_score(dnn, accuracy, target.processor, target.precision);
  model.accurate = model.score >= system.constraints.accuracy_target;
  if (target.site == Site::kPhone) {
    fill_local(model, target, type, dnn, catalog);
  } else {
    fill_remote(model, target, target.site == Site::kTablet ? system.tablet : system.cloud, dnn,
                catalog);
  }
  return model;
}

double answer_bits(const Dnn& dnn, Detections detections) {
  const bool anchors = detections == Detections::kAnchors && dnn.task == Task::kDetection;
  return anchors ? dnn.anchors_bits : dnn.output_bits;
}

RequestModel make_request(const SystemModel& system, const DeviceType& type, const Dnn& dnn,
                          const CostSettings& settings) {
  RequestModel request;
  request.up_bits = dnn.input_bits[settings.upload];
  request.down_bits = answer_bits(dnn, settings.detections);
  request.contention = type.profile.contention;
  request.idle = IdlePower(settings.accounting, type.profile.baseline_w);
  for (std::size_t l = 0; l < kLinks; ++l) {
    request.slow_start[l] = system.links[l].technology.slow_start;
    request.listen_w[l] = type.radio[l].listen_w;
    request.tail[l] = system.links[l].technology.tail;
  }
  return request;
}

/// Nominal energy of Edge (CPU FP32): the phone's CPU in fp32 at its top operating point.
double reference_energy(const SystemModel& system, const DeviceType& type, const DnnOnType& dnn) {
  for (const TargetGroup& group : type.actions.groups()) {
    const bool cpu_fp32 = group.site == Site::kPhone && group.processor == ProcessorKind::kCpu &&
                          group.precision == Precision::kFp32;
    const std::size_t top = static_cast<std::size_t>(group.first + group.count - 1);
    if (cpu_fp32 && dnn.actions[top].legal) {
      return predict(dnn.request, dnn.actions[top], nominal_conditions(system, type)).energy_j;
    }
  }
  return 0;
}

std::string why_not_on_cpu(const DeviceProfile& phone, const Dnn& dnn) {
  const Processor* cpu = phone.processor(ProcessorKind::kCpu);
  if (!cpu) return "it has none";
  if (!cpu->support(Precision::kFp32).supported) return "its profile does not list that precision";
  if (!dnn.runs_on(cpu->kind, phone.kind)) return "'unsupported' in the DNN's file excludes it";
  return fmt::format("no row in workloads/latency.csv or {}.latency.csv", phone.latency_device);
}

DnnOnType make_dnn_on_type(const SystemModel& system, const DeviceType& type, const Dnn& dnn,
                           const CostSettings& settings, const Catalog& catalog) {
  DnnOnType on_type;
  on_type.request = make_request(system, type, dnn, settings);
  for (std::size_t a = 0; a < type.actions.size(); ++a) {
    const auto id = static_cast<ActionId>(a);
    on_type.actions.push_back(
        make_action(system, type, type.actions[id], dnn, settings.accuracy, catalog));
    if (!on_type.actions.back().legal) continue;
    on_type.legal.push_back(id);
    on_type.attainable = on_type.attainable || on_type.actions.back().accurate;
  }
  on_type.reference_j = reference_energy(system, type, on_type);
  return on_type;
}

}  // namespace

std::uint32_t SystemModel::devices() const {
  std::uint32_t sum = 0;
  for (const DeviceGroup& group : groups) sum += group.count;
  return sum;
}

std::uint32_t SystemModel::count_of(std::size_t type) const {
  std::uint32_t sum = 0;
  for (const DeviceGroup& group : groups) sum += group.type == type ? group.count : 0;
  return sum;
}

std::vector<UnknownForm> unknown_forms(const SystemModel& system, const CostSettings& settings) {
  std::vector<UnknownForm> forms;
  for (const Dnn& dnn : system.dnns) {
    if (dnn.input_bits[settings.upload] <= 0) {
      forms.push_back({"upload", fmt::format("upload: workloads/dnns/{}.yaml has no input.{}",
                                             dnn.id, config::name_of(settings.upload))});
    }
    if (answer_bits(dnn, settings.detections) <= 0) {
      forms.push_back(
          {"detections", fmt::format("detections: workloads/dnns/{}.yaml has no anchors", dnn.id)});
    }
  }
  return forms;
}

void fill_costs(SystemModel& system, const Catalog& catalog, const CostSettings& settings,
                const config::Mark& where, config::Diagnostics& diagnostics) {
  for (const Dnn& dnn : system.dnns) system.cuts.push_back(make_cuts(catalog.roofline(), dnn));
  for (DeviceType& type : system.types) {
    type.actions = ActionSpace(type.profile, system.tablet.profile, system.cloud.profile);
    const Processor* cpu = type.profile.processor(ProcessorKind::kCpu);
    type.cpu_top_w = cpu ? cpu->busy_w(cpu->top(), Precision::kFp32) : 0;
    for (std::size_t l = 0; l < kLinks; ++l) {
      const RadioPower* radio = type.profile.radio(system.links[l].technology.radio);
      if (radio) {
        type.radio[l] = *radio;
      } else {
        diagnostics.error(where, fmt::format("{} has no radio '{}'", type.profile.id,
                                             system.links[l].technology.radio));
      }
    }
    for (const Dnn& dnn : system.dnns) {
      type.dnns.push_back(make_dnn_on_type(system, type, dnn, settings, catalog));
      if (type.dnns.back().reference_j <= 0) {
        diagnostics.error(
            where, fmt::format("{} cannot run {} on its CPU in fp32: {}", type.profile.id, dnn.id,
                               why_not_on_cpu(type.profile, dnn)));
      }
    }
  }
}

Conditions nominal_conditions(const SystemModel& system, const DeviceType& type) {
  Conditions now;
  for (std::size_t l = 0; l < kLinks; ++l) {
    const LinkTechnology& technology = system.links[l].technology;
    now.link[l] = link_conditions(technology, type.radio[l], technology.regular_dbm, 0);
    now.rtt_s[l] = technology.rtt_mean_s();
    now.cold[l] = technology.slow_start.cold_after(mean_interval(system.arrivals).seconds);
  }
  return now;
}

}  // namespace autoscale
