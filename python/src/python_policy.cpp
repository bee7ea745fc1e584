#include "python/src/python_policy.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace autoscale::python {
namespace {

const PolicyEntry& entry_named(const std::string& name) {
  const PolicyRegistry& registry = PolicyRegistry::instance();
  if (const PolicyEntry* entry = registry.find(name)) return *entry;
  throw std::invalid_argument(fmt::format("unknown policy '{}'{}", config::printable(name),
                                          config::suggest(name, registry.names())));
}

/// Asks a Python object; the simulator may run in any thread.
class PythonPolicy final : public Policy {
 public:
  PythonPolicy(const nb::object& prototype, const PolicyContext& context, std::string name)
      : name_(std::move(name)) {
    const nb::gil_scoped_acquire held;
    object_ = nb::module_::import_("copy").attr("deepcopy")(prototype);
    object_.attr("start")(nb::cast(new PythonContext(context), nb::rv_policy::take_ownership));
    decide_ = object_.attr("decide");
    learn_ = object_.attr("learn");
  }
  PythonPolicy(const PythonPolicy&) = delete;
  PythonPolicy& operator=(const PythonPolicy&) = delete;
  ~PythonPolicy() override {
    const nb::gil_scoped_acquire held;
    decide_.reset();
    learn_.reset();
    object_.reset();
  }

  ExecutionPlan decide(const Observation& observation) override {
    const nb::gil_scoped_acquire held;
    const nb::object answer = decide_(nb::cast(observation, nb::rv_policy::copy));
    const std::int64_t action = whole_number(answer, "decide() of a policy");
    if (action < 0 || action > std::numeric_limits<ActionId>::max()) {
      throw PolicyError(fmt::format("policy '{}': there is no action {}", name_, action));
    }
    return {static_cast<ActionId>(action)};
  }

  void learn(const Outcome& outcome) override {
    const nb::gil_scoped_acquire held;
    nb::dict told;
    told["action"] = outcome.action;
    told["reward"] = outcome.reward;
    told["energy_j"] = outcome.energy_j;
    told["latency_s"] = outcome.latency_s;
    told["accuracy"] = outcome.score;
    told["qos_met"] = outcome.qos_met;
    told["accuracy_met"] = outcome.accuracy_met;
    learn_(nb::cast(outcome.observation, nb::rv_policy::copy),
           nb::cast(outcome.next, nb::rv_policy::copy), told);
  }

  void set_mode(LearningMode mode) override {
    const nb::gil_scoped_acquire held;
    object_.attr("set_mode")(mode.learn, mode.explore);
  }

 private:
  std::string name_;
  nb::object object_, decide_, learn_;
};

}  // namespace

SteppedPolicy::SteppedPolicy(nb::handle owner, Episode& episode, const std::string& name,
                             const std::string& parameters, std::optional<std::uint64_t> seed)
    : owner_(nb::borrow(owner)), episode_(episode), entry_(&entry_named(name)) {
  if (!seed && !episode.world().started()) {
    throw std::invalid_argument("make_policy: give a seed, or reset the environment before");
  }
  config::Diagnostics diagnostics;
  const config::Node node = config::parse_yaml(parameters, "parameters of " + name);
  const auto settings = entry_->read(&node, diagnostics);
  diagnostics.throw_if_any();
  policy_ = settings->make(
      episode.world().policy_context(entry_->info, seed.value_or(episode.world().seed())));
}

nb::object SteppedPolicy::decide() {
  const SteppedWorld& world = episode_.world();
  if (!world.started() || world.over()) {
    throw std::logic_error("decide: no decision is due; reset the environment");
  }
  const ExecutionPlan plan = policy_->decide(world.observation());
  if (plan.segments.empty()) return nb::int_(plan.action);
  return nb::cast(Plan{plan.action,
                       {plan.segments.begin(), plan.segments.end()},
                       plan_name(world.type().actions, plan.segments)});
}

void SteppedPolicy::learn() {
  if (episode_.world().steps() == 0) {
    throw std::logic_error("learn: step the environment first");
  }
  if (entry_->info.learns) policy_->learn(episode_.world().outcome().outcome());
}

std::string SteppedPolicy::save() const { return policy_->save().dump(); }

PythonContext::PythonContext(const PolicyContext& context)
    : actions(context.actions.names()),
      device(context.device_type),
      states({}, context.dnns),
      features(context.dnns) {
  Draw draw = context.random.at(Stream::kPolicy, 0xfffffffe, 0);
  seed = draw();
  for (const Dnn& dnn : context.dnns) dnns.push_back(dnn.id);
  for (const DnnOnType& dnn : context.legality) legal.push_back(dnn.legal);
}

std::unique_ptr<Policy> PythonSettings::make(const PolicyContext& context) const {
  return std::make_unique<PythonPolicy>(prototype_, context, name_);
}

nlohmann::ordered_json PythonSettings::to_json() const {
  const nb::gil_scoped_acquire held;
  const nb::object type = nb::borrow(reinterpret_cast<PyObject*>(Py_TYPE(prototype_.ptr())));
  return {{"python", nb::str(type.attr("__qualname__")).c_str()}};
}

}  // namespace autoscale::python
