// Environment and VectorEnvironment: what autoscale_sim.env and autoscale_sim.vector_env step.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "python/src/bindings.h"
#include "python/src/python_policy.h"
#include "sim/run/episode_vector.h"

namespace autoscale::python {
namespace {

/// The keys of the dictionary that a step returns.
struct Keys {
  nb::object energy = interned("energy_j"), server_energy = interned("server_energy_j"),
             latency = interned("latency_s"), accuracy = interned("accuracy"),
             temperature = interned("temperature_c"), qos_met = interned("qos_met"),
             accuracy_met = interned("accuracy_met"), executed = interned("executed"),
             dropped = interned("dropped"), illegal = interned("illegal"),
             causes = interned("energy_by_cause_j"), stages = interned("time_by_stage_s"),
             dnn = interned("dnn"), request = interned("request"), seed = interned("seed"),
             oracle = interned("opt_action");
  std::vector<nb::object> cause, stage;

  Keys() {
    for (const std::string_view name : kCauseNames) cause.push_back(interned(name));
    for (const std::string_view name : kStageNames) stage.push_back(interned(name));
  }
};

/// One episode with the array of its action mask.
class SingleEnvironment {
 public:
  SingleEnvironment(std::shared_ptr<const LoadedScenario> scenario, const EpisodeOptions& options)
      : episode_(std::move(scenario), options), mask_(episode_.actions()), features_(kFeatures) {}

  nb::dict reset(std::uint64_t seed) {
    episode_.reset(seed);
    nb::dict info;
    describe_decision(info);
    return info;
  }

  nb::dict reset_following() {
    if (!episode_.world().started()) throw std::invalid_argument("reset: needs a seed");
    return reset(following_seed(episode_.world().seed()));
  }

  /// (reward, whether the episode is over, info).
  nb::tuple step(nb::handle action) {
    if (const Plan* plan = nullptr; nb::try_cast(action, plan) && plan) {
      episode_.step(ExecutionPlan{plan->action, plan->segments});
    } else {
      episode_.step(whole_number(action, "action"));
    }
    nb::dict info;
    describe_outcome(info);
    describe_decision(info);
    return nb::make_tuple(episode_.reward(), episode_.world().over(), info);
  }

  Episode& episode() { return episode_; }
  std::vector<std::int8_t>& mask() { return mask_; }
  std::vector<float>& features() { return features_; }

 private:
  void describe_decision(nb::dict& info) {
    const SteppedWorld& world = episode_.world();
    const auto& actions = world.dnn().actions;
    std::transform(actions.begin(), actions.end(), mask_.begin(),
                   [](const ActionModel& a) { return static_cast<std::int8_t>(a.legal); });
    const FeatureVector values = episode_.features();
    std::transform(values.begin(), values.end(), features_.begin(),
                   [](double x) { return static_cast<float>(x); });
    info[keys_.dnn] = world.observation().dnn;
    info[keys_.request] = world.observation().request;
    info[keys_.seed] = world.seed();
    if (episode_.options().oracle) info[keys_.oracle] = episode_.oracle_action();
  }

  void describe_outcome(nb::dict& info) {
    const FinishedRequest& outcome = episode_.world().outcome();
    info[keys_.energy] = outcome.ledger.energy_j;
    info[keys_.server_energy] = outcome.ledger.server_j;
    info[keys_.latency] = to_seconds(outcome.latency);
    info[keys_.accuracy] = outcome.verdict.score;
    info[keys_.temperature] = outcome.temperature_c;
    info[keys_.qos_met] = outcome.verdict.qos_met;
    info[keys_.accuracy_met] = outcome.verdict.accuracy_met;
    info[keys_.executed] = outcome.executed;
    info[keys_.dropped] = episode_.world().dropped();
    info[keys_.illegal] = episode_.illegal();
    nb::dict causes, stages;
    for (std::size_t c = 0; c < kCauses; ++c) causes[keys_.cause[c]] = outcome.ledger.joules[c];
    for (std::size_t s = 0; s < kStages; ++s) {
      stages[keys_.stage[s]] = to_seconds(outcome.ledger.stages[s]);
    }
    info[keys_.causes] = causes;
    info[keys_.stages] = stages;
    if (outcome.tokens.output > 0) describe_tokens(outcome, info);
  }

  void describe_tokens(const FinishedRequest& outcome, nb::dict& info) const {
    info["prompt_tokens"] = outcome.tokens.prompt;
    info["output_tokens"] = outcome.tokens.output;
    info["ttft_s"] = to_seconds(outcome.ttft);
    info["tpot_s"] = outcome.tpot_s;
  }

  Episode episode_;
  Keys keys_;
  std::vector<std::int8_t> mask_;
  std::vector<float> features_;
};

std::vector<std::string> dnn_names(const LoadedScenario& loaded) {
  std::vector<std::string> names;
  for (const Dnn& dnn : loaded.scenario.system().dnns) names.push_back(dnn.id);
  return names;
}

template <std::size_t N>
nb::tuple names_of(const std::array<std::string_view, N>& names) {
  nb::list list;
  for (const std::string_view name : names) list.append(nb::str(name.data(), name.size()));
  return nb::tuple(list);
}

nb::dict describe(const LoadedScenario& loaded, const SteppedWorld& world) {
  nb::dict facts;
  facts["actions"] = world.type().actions.names();
  facts["dnns"] = dnn_names(loaded);
  facts["device"] = world.type().profile.id;
  facts["devices"] = world.system().devices();
  facts["length"] = world.length();
  facts["qos_s"] = world.system().constraints.qos_s;
  facts["accuracy_target"] = world.system().constraints.accuracy_target;
  facts["scenario"] = loaded.scenario.config().name;
  return facts;
}

/// Every request that finished in the latest step, as dictionaries.
nb::list finished(SingleEnvironment& self) {
  nb::list list;
  for (const FinishedRequest& r : self.episode().world().finished()) {
    nb::dict one;
    one["device"] = r.observation.phone;
    one["request"] = r.observation.request;
    one["dnn"] = r.observation.dnn;
    one["action"] = r.action;
    one["executed"] = r.executed;
    one["energy_j"] = r.ledger.energy_j;
    one["latency_s"] = to_seconds(r.latency);
    one["accuracy"] = r.verdict.score;
    one["reward"] = r.verdict.reward;
    one["qos_met"] = r.verdict.qos_met;
    one["accuracy_met"] = r.verdict.accuracy_met;
    list.append(one);
  }
  return list;
}

using Actions = nb::ndarray<const std::int64_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Numbers = nb::ndarray<const std::uint64_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Which = nb::ndarray<const std::uint8_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

/// The values of an array; none if there is no array.
std::span<const std::uint8_t> values_of(const std::optional<Which>& which) {
  if (!which) return {};
  return {which->data(), which->size()};
}

void bind_single(nb::module_& module) {
  nb::class_<SingleEnvironment>(module, "Environment", "One phone's decisions, step by step.")
      .def(nb::init<std::shared_ptr<const LoadedScenario>, const EpisodeOptions&>(),
           nb::arg("scenario"), nb::arg("options"))
      .def("reset", &SingleEnvironment::reset, nb::arg("seed"))
      .def("reset_following", &SingleEnvironment::reset_following)
      .def("step", &SingleEnvironment::step, nb::arg("action").none())
      .def("finished", &finished)
      .def_prop_ro("state", [](SingleEnvironment& self) { return self.episode().state(); })
      .def_prop_ro("states", [](SingleEnvironment& self) { return self.episode().states().size(); })
      .def_prop_ro("started",
                   [](SingleEnvironment& self) { return self.episode().world().started(); })
      .def_prop_ro("over", [](SingleEnvironment& self) { return self.episode().world().over(); })
      .def_prop_ro("seed", [](SingleEnvironment& self) { return self.episode().world().seed(); })
      .def_prop_ro("steps", [](SingleEnvironment& self) { return self.episode().world().steps(); })
      .def_prop_ro("phase",
                   [](SingleEnvironment& self) { return self.episode().world().phase().name; })
      .def_prop_ro("facts",
                   [](SingleEnvironment& self) {
                     return describe(*self.episode().scenario(), self.episode().world());
                   })
      .def_prop_ro("mask",
                   [](nb::handle self) {
                     auto& mask = nb::cast<SingleEnvironment&>(self).mask();
                     return array_view(mask, {mask.size()}, self);
                   })
      .def_prop_ro("features",
                   [](nb::handle self) {
                     auto& features = nb::cast<SingleEnvironment&>(self).features();
                     return array_view(features, {features.size()}, self);
                   })
      .def(
          "make_policy",
          [](nb::handle self, const std::string& name, const std::string& parameters,
             std::optional<std::uint64_t> seed) {
            return SteppedPolicy(self, nb::cast<SingleEnvironment&>(self).episode(), name,
                                 parameters, seed);
          },
          nb::arg("name"), nb::arg("parameters"), nb::arg("seed").none());
}

void bind_vector(nb::module_& module) {
  using Vector = EpisodeVector;
  nb::enum_<Autoreset>(module, "Autoreset", "When an episode that has ended begins anew.")
      .value("NEXT_STEP", Autoreset::kNextStep)
      .value("SAME_STEP", Autoreset::kSameStep)
      .value("DISABLED", Autoreset::kDisabled);
  module.def("following_seed", &following_seed, nb::arg("seed"),
             "The seed of the episode that a reset without a seed begins after the one of `seed`.");
  nb::class_<Vector>(module, "VectorEnvironment", "Many environments, stepped in one call.")
      .def(
          "__init__",
          [](Vector* self, const std::shared_ptr<const LoadedScenario>& scenario,
             const EpisodeOptions& options, std::size_t count, bool features, Autoreset autoreset,
             std::size_t threads) {
            new (self) Vector(scenario, options, count, features, autoreset, threads);
          },
          nb::arg("scenario"), nb::arg("options"), nb::arg("count"), nb::arg("features"),
          nb::arg("autoreset"), nb::arg("threads"))
      .def(
          "reset",
          [](Vector& self, const Numbers& seeds, const std::optional<Which>& which) {
            self.reset({seeds.data(), seeds.size()}, values_of(which));
          },
          nb::arg("seeds"), nb::arg("which").none(), nb::call_guard<nb::gil_scoped_release>())
      .def(
          "reset_following",
          [](Vector& self, const std::optional<Which>& which) {
            self.reset_following(values_of(which));
          },
          nb::arg("which").none(), nb::call_guard<nb::gil_scoped_release>())
      .def(
          "replay",
          [](Vector& self, const Numbers& seeds, const Numbers& lengths, const Actions& actions) {
            self.replay({seeds.data(), seeds.size()}, {lengths.data(), lengths.size()},
                        {actions.data(), actions.size()});
          },
          nb::arg("seeds"), nb::arg("lengths"), nb::arg("actions"),
          nb::call_guard<nb::gil_scoped_release>())
      .def_prop_ro("started", [](Vector& self) { return self.episode(0).world().started(); })
      .def(
          "step",
          [](Vector& self, const Actions& actions) {
            return self.step({actions.data(), actions.size()});
          },
          nb::arg("actions"), nb::call_guard<nb::gil_scoped_release>())
      .def_prop_ro("states", [](Vector& self) { return self.episode(0).states().size(); })
      .def_prop_ro("facts",
                   [](Vector& self) {
                     return describe(*self.episode(0).scenario(), self.episode(0).world());
                   })
      .def("arrays", [](nb::handle self) {
        auto& vector = nb::cast<Vector&>(self);
        const std::size_t n = vector.size(), actions = vector.masks().size() / n;
        nb::dict arrays;
        arrays["states"] = array_view(vector.states(), {vector.states().size()}, self);
        arrays["final_states"] = array_view(vector.final_states(), {vector.states().size()}, self);
        const std::size_t rows = vector.features().size() / kFeatures;
        arrays["features"] = array_view(vector.features(), {rows, kFeatures}, self);
        arrays["final_features"] = array_view(vector.final_features(), {rows, kFeatures}, self);
        arrays["rewards"] = array_view(vector.rewards(), {n}, self);
        arrays["truncated"] = array_view(vector.truncated(), {n}, self);
        arrays["masks"] = array_view(vector.masks(), {n, actions}, self);
        arrays["numbers"] = array_view(vector.numbers(), {std::size_t{Vector::kNumbers}, n}, self);
        arrays["integers"] =
            array_view(vector.integers(), {std::size_t{Vector::kIntegers}, n}, self);
        arrays["flags"] = array_view(vector.flags(), {std::size_t{Vector::kFlags}, n}, self);
        return arrays;
      });
}

}  // namespace

void bind_environments(nb::module_& module) {
  module.attr("CAUSES") = names_of(kCauseNames);
  module.attr("STAGES") = names_of(kStageNames);
  nb::list features;
  for (const auto& [feature, name] : config::EnumNames<Feature>::value) {
    features.append(nb::str(name.data(), name.size()));
  }
  module.attr("FEATURES") = nb::tuple(features);

  nb::class_<LoadedScenario>(module, "Scenario", "A scenario file with its data.")
      .def(
          "__init__",
          [](LoadedScenario* self, const SearchPath& search, const std::string& file,
             const std::vector<std::string>& assignments,
             const std::vector<std::string>& policies) {
            new (self) LoadedScenario(search, file, {assignments, policies, {}, {}});
          },
          nb::arg("search"), nb::arg("file"), nb::arg("assignments"), nb::arg("policies"));
  nb::class_<EpisodeOptions>(module, "EpisodeOptions", "What an episode is.")
      .def(
          "__init__",
          [](EpisodeOptions* self, std::uint32_t device, const std::string& phase,
             std::uint64_t length, bool deliberates, std::optional<double> penalty, bool oracle) {
            new (self) EpisodeOptions{{device, phase, length, deliberates}, penalty, oracle};
          },
          nb::arg("device"), nb::arg("phase"), nb::arg("length"), nb::arg("deliberates"),
          nb::arg("penalty").none(), nb::arg("oracle"));
  bind_single(module);
  bind_vector(module);
}

}  // namespace autoscale::python
