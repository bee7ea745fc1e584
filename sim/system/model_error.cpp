#include "sim/system/model_error.h"

#include <algorithm>
#include <cmath>

#include "sim/system/system_model.h"

namespace autoscale {
namespace {

/// What a factor belongs to.
enum class Of : std::uint8_t {
  kProcessor,  // a target's site, processor and precision
  kDnn,        // the same with a DNN
  kPower,
  kIdle,
  kRadio,
  kRate,
  kRtt,
  kCpu,
  kMemory
};

class Factors {
 public:
  Factors(const RandomField& random, std::uint32_t owner) : random_(random), owner_(owner) {}

  double normal(Of of, std::size_t which, std::size_t dnn = 0) const {
    const std::uint64_t index = static_cast<std::uint64_t>(of) << 32 | which << 16 | dnn;
    return random_.at(Stream::kPlannerModel, owner_, index).normal();
  }
  double operator()(double sigma, Of of, std::size_t which) const {
    return std::exp(sigma * normal(of, which));
  }

 private:
  const RandomField& random_;
  std::uint32_t owner_;
};

void mistake(ActionModel& action, double time, double power) {
  action.work.overhead_s *= time;
  action.work.compute_s *= time;
  action.work.memory_s *= time;
  action.service_s *= time;
  action.busy_w *= power;
}

void mistake(Course& course, double time) {
  GenerationWork& work = course.work;
  for (double* part : {&work.overhead_s, &work.token_s, &work.attention_s, &work.weights_s,
                       &work.cache_s, &course.pace}) {
    *part *= time;
  }
}

void mistake(RequestModel& request, const ModelError& error, const Factors& factor) {
  const double idle = factor(error.power, Of::kIdle, 0);
  request.idle.busy_w *= idle;
  request.idle.transfer_w *= idle;
  request.idle.waiting_w *= idle;
  for (std::size_t l = 0; l < kLinks; ++l) {
    const double radio = factor(error.power, Of::kRadio, l);
    request.listen_w[l] *= radio;
    request.tail[l].scale_power(radio);
  }
  // A co-runner leaves something of the CPU, whatever the planner believes.
  constexpr double kMostContention = 0.95;
  Contention& contention = request.contention;
  const double cpu = contention.cpu * factor(error.contention, Of::kCpu, 0);
  contention.cpu = std::min(cpu, std::max(kMostContention, contention.cpu));
  contention.memory *= factor(error.contention, Of::kMemory, 0);
}

}  // namespace

MistakenModel mistaken_model(const DeviceType& type, const ModelError& error,
                             const RandomField& random, std::uint32_t owner) {
  const Factors factor(random, owner);
  MistakenModel model{type.dnns, {}, {}, {}};
  for (std::size_t l = 0; l < kLinks; ++l) {
    model.rate[l] = factor(error.link_rate, Of::kRate, l);
    model.rtt[l] = factor(error.rtt, Of::kRtt, l);
    model.radio[l] = factor(error.power, Of::kRadio, l);
  }
  const double half = error.latency * std::sqrt(0.5);
  for (std::size_t d = 0; d < model.dnns.size(); ++d) {
    DnnOnType& dnn = model.dnns[d];
    mistake(dnn.request, error, factor);
    for (std::size_t a = 0; a < type.actions.size(); ++a) {
      const Target& t = type.actions[static_cast<ActionId>(a)];
      const std::size_t kind = target_kind(t.site, t.processor, t.precision);
      const double time =
          std::exp(half * (factor.normal(Of::kProcessor, kind) + factor.normal(Of::kDnn, kind, d)));
      mistake(dnn.actions[a], time, factor(error.power, Of::kPower, kind));
      if (dnn.request.generative() && dnn.actions[a].legal) {
        mistake(dnn.request.courses[dnn.actions[a].course], time);
      }
    }
  }
  return model;
}

}  // namespace autoscale
