#include "sim/system/system_model.h"

#include <fmt/format.h>

#include "sim/models/mean_interval.h"

namespace autoscale {
namespace {

/// Makes the actions of a DNN on a device type, and the courses of a generative one.
class ActionMaker {
 public:
  ActionMaker(const SystemModel& system, const DeviceType& type, const Dnn& dnn, AccuracySet set,
              const Catalog& catalog, std::vector<Course>& courses)
      : system_(system), type_(type), dnn_(dnn), set_(set), catalog_(catalog), courses_(courses) {}

  ActionModel make(const Target& target) {
    ActionModel model;
    model.site = target.site;
    model.processor = target.processor;
    score(model, target, dnn_);
    if (target.site == Site::kPhone) {
      fill_local(model, target);
    } else {
      fill_remote(model, target, target.site == Site::kTablet ? system_.tablet : system_.cloud);
    }
    return model;
  }

 private:
  /// `answering`: the network that does the work.
  void score(ActionModel& model, const Target& target, const Dnn& answering) const {
    const Accuracy& accuracy =
        set_ == AccuracySet::kPostTraining ? answering.post_training : answering.quantisation_aware;
    model.score = accuracy_score(answering, accuracy, target.processor, target.precision);
    model.accurate = model.score >= system_.constraints.accuracy_target;
  }

  /// The phone's own processor at one operating point; not legal if it cannot run the DNN.
  void fill_local(ActionModel& model, const Target& target) {
    const DeviceProfile& phone = type_.profile;
    const Processor& processor = *phone.processor(target.processor);
    if (!runs(model, phone, processor, target.precision)) return;
    model.slowdown = processor.points[target.point].slowdown;
    model.busy_w = processor.busy_w(target.point, target.precision);
    // On the CPU a co-runner gets the share c u of the time, at the clock that the inference chose.
    model.co_runner_w =
        target.processor == ProcessorKind::kCpu
            ? phone.contention.cpu * processor.busy_w(target.point, Precision::kFp32)
            : type_.cpu_top_w;
    model.noise_cv = processor.noise_cv;
  }

  void fill_remote(ActionModel& model, const Target& target, const ServerSetup& server) {
    model.offered = server.offers(target.processor);
    if (!model.offered) return;
    const auto& processors = server.profile.processors;
    for (std::size_t i = 0; i < processors.size(); ++i) {
      if (processors[i].kind != target.processor) continue;
      const Batching* batching =
          server.profile.batches(dnn_.id, target.processor, target.precision);
      if (batching) {
        join_batch(model, target, *batching);
      } else if (!runs(model, server.profile, processors[i], target.precision)) {
        return;
      }
      model.pool = static_cast<std::uint8_t>(i);
      model.service_s = model.work.total();
      model.busy_w = processors[i].busy_w(target.point, target.precision);
      model.noise_cv = processors[i].noise_cv;
    }
  }

  /// Whether a processor can run the DNN, and how long it takes.
  bool runs(ActionModel& model, const DeviceProfile& device, const Processor& processor,
            Precision precision) {
    if (dnn_.generation) {
      const auto work = catalog_.generation(device, processor, precision, dnn_);
      if (work) add(model, {*work});
      return work.has_value();
    }
    const auto work = catalog_.work(device, processor, precision, dnn_);
    if (work) model.work = *work;
    model.legal = work.has_value();
    return model.legal;
  }

  void join_batch(ActionModel& model, const Target& target, const Batching& batching) {
    GenerationWork work;
    work.token_s = batching.law.prefill_s(1);
    add(model, {work, &batching.law});
    score(model, target, *catalog_.find_dnn(batching.dnn.value));
  }

  void add(ActionModel& model, const Course& course) {
    model.legal = true;
    model.course = static_cast<std::uint16_t>(courses_.size());
    courses_.push_back(course);
  }

  const SystemModel& system_;
  const DeviceType& type_;
  const Dnn& dnn_;
  AccuracySet set_;
  const Catalog& catalog_;
  std::vector<Course>& courses_;
};

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
  request.server_weight = system.server_weight;
  if (dnn.generation) {
    request.prompt_token_bits = dnn.generation->prompt_token_bits;
    request.output_token_bits = dnn.generation->output_token_bits;
    const Constraints& limits = system.constraints;
    request.token_weight = limits.token_qos_s > 0 ? limits.qos_s / limits.token_qos_s : 0;
  }
  for (std::size_t l = 0; l < kLinks; ++l) {
    request.slow_start[l] = system.links[l].technology.slow_start;
    request.listen_w[l] = type.radio[l].listen_w;
    request.tail[l] = system.links[l].technology.tail;
  }
  return request;
}

/// Edge (CPU FP32): the phone's CPU at its top operating point in fp32, of a generative network as
/// precisely as it can; nothing if it cannot.
std::optional<ActionId> reference_action(const DeviceType& type, const Dnn& dnn,
                                         const DnnOnType& on_type) {
  for (const TargetGroup& group : type.actions.groups()) {
    const bool cpu = group.site == Site::kPhone && group.processor == ProcessorKind::kCpu;
    const bool precise = dnn.generation || group.precision == Precision::kFp32;
    const auto top = static_cast<ActionId>(group.first + group.count - 1);
    if (cpu && precise && on_type.actions[top].legal) return top;
  }
  return std::nullopt;
}

std::string why_not_on_cpu(const DeviceProfile& phone, const Dnn& dnn) {
  const Processor* cpu = phone.processor(ProcessorKind::kCpu);
  if (!cpu) return "it has none";
  if (dnn.generation) {
    return fmt::format("no row of {} in workloads/generation.csv at a precision that it lists",
                       phone.latency_device);
  }
  if (!cpu->support(Precision::kFp32).supported) return "its profile does not list that precision";
  if (!dnn.runs_on(cpu->kind, phone.kind)) return "'unsupported' in the DNN's file excludes it";
  return fmt::format("no row in workloads/latency.csv or {}.latency.csv", phone.latency_device);
}

DnnOnType make_dnn_on_type(const SystemModel& system, const DeviceType& type, const Dnn& dnn,
                           const CostSettings& settings, const Catalog& catalog) {
  DnnOnType on_type;
  on_type.request = make_request(system, type, dnn, settings);
  ActionMaker maker(system, type, dnn, settings.accuracy, catalog, on_type.request.courses);
  for (std::size_t a = 0; a < type.actions.size(); ++a) {
    const auto id = static_cast<ActionId>(a);
    on_type.actions.push_back(maker.make(type.actions[id]));
    if (!on_type.actions.back().legal) continue;
    on_type.legal.push_back(id);
    on_type.attainable = on_type.attainable || on_type.actions.back().accurate;
  }
  if (const auto reference = reference_action(type, dnn, on_type)) {
    on_type.reference = *reference;
    on_type.reference_j =
        predict(on_type.request, on_type.actions[*reference], nominal_conditions(system, type))
            .energy_j;
  }
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
        diagnostics.error(where, fmt::format("{} cannot run {} on its CPU{}: {}", type.profile.id,
                                             dnn.id, dnn.generation ? "" : " in fp32",
                                             why_not_on_cpu(type.profile, dnn)));
      }
    }
  }
}

Conditions nominal_conditions(const SystemModel& system, const DeviceType& type) {
  Conditions now;
  now.tokens = system.usual;
  for (auto& pool : now.batch[0]) pool = system.cloud.background;
  for (auto& pool : now.batch[1]) pool = system.tablet.background;
  for (std::size_t l = 0; l < kLinks; ++l) {
    const LinkTechnology& technology = system.links[l].technology;
    now.link[l] = link_conditions(technology, type.radio[l], technology.regular_dbm, 0);
    now.rtt_s[l] = technology.rtt_mean_s();
    now.cold[l] = technology.slow_start.cold_after(mean_interval(system.arrivals).seconds);
  }
  return now;
}

}  // namespace autoscale
