// Observation, the context of Python policies, and the simulator's policies as objects.
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "python/src/bindings.h"
#include "python/src/python_policy.h"

namespace autoscale::python {
namespace {

void bind_observation(nb::module_& module) {
  nb::class_<Observation>(module, "Observation", "What a policy sees when it decides.")
      .def_ro("device", &Observation::phone, "number of the phone that asks")
      .def_ro("request", &Observation::request, "number of its request, over all phases")
      .def_ro("dnn", &Observation::dnn, "index in the context's dnns")
      .def_prop_ro(
          "now_s", [](const Observation& o) { return to_seconds(o.now); }, "simulated time, s")
      .def_prop_ro(
          "co_cpu", [](const Observation& o) { return o.load.cpu; },
          "co-runner CPU utilisation, 0 to 1")
      .def_prop_ro(
          "co_memory", [](const Observation& o) { return o.load.memory; },
          "co-runner memory utilisation, 0 to 1")
      .def_prop_ro(
          "cloud_signal_dbm", [](const Observation& o) { return o.signal_dbm[kCloudLink]; },
          "signal of the link to the cloud, dBm")
      .def_prop_ro(
          "tablet_signal_dbm", [](const Observation& o) { return o.signal_dbm[kTabletLink]; },
          "signal of the link to the tablet, dBm")
      .def_prop_ro(
          "cloud_weak", [](const Observation& o) { return o.weak[kCloudLink]; },
          "whether that is below the link's threshold of weak signals")
      .def_prop_ro(
          "tablet_weak", [](const Observation& o) { return o.weak[kTabletLink]; },
          "whether that is below the link's threshold of weak signals");
}

void bind_context(nb::module_& module) {
  nb::class_<PythonContext>(module, "PolicyContext", "What a policy is given at its start.")
      .def_ro("actions", &PythonContext::actions, "names of the phone's actions, by number")
      .def_ro("dnns", &PythonContext::dnns, "names of the DNNs, by number")
      .def_ro("legal", &PythonContext::legal, "legal actions, ascending, by DNN")
      .def_ro("device", &PythonContext::device, "device profile of the phones it decides for")
      .def_ro("seed", &PythonContext::seed,
              "for the policy's own random numbers: equal in equal runs")
      .def_prop_ro(
          "states", [](const PythonContext& self) { return self.states.size(); },
          "number of the paper's states")
      .def(
          "state",
          [](const PythonContext& self, const Observation& o) { return self.states.of(o); },
          nb::arg("observation"), "the paper's state of an observation")
      .def(
          "features",
          [](const PythonContext& self, const Observation& o) {
            const FeatureVector values = self.features.of(o);
            return std::vector<double>(values.begin(), values.end());
          },
          nb::arg("observation"), "the features of an observation, in the order of FEATURES");
}

}  // namespace

void bind_policies(nb::module_& module) {
  bind_observation(module);
  bind_context(module);
  nb::class_<Plan>(module, "Plan", "A decision that cuts the network into segments.")
      .def("__repr__", [](const Plan& self) { return "Plan(" + self.name + ")"; });
  nb::class_<SteppedPolicy>(module, "Policy",
                            "One of the simulator's policies, deciding in an world.")
      .def("decide", &SteppedPolicy::decide,
           "The action for the decision that is due, or a Plan in segments; step() takes both.")
      .def("learn", &SteppedPolicy::learn,
           "Tells it what became of the latest step. Does nothing if it does not learn.")
      .def("set_mode", &SteppedPolicy::set_mode, nb::arg("learn"), nb::arg("explore"))
      .def("save_json", &SteppedPolicy::save)
      .def_prop_ro("name", &SteppedPolicy::name)
      .def_prop_ro("learns", [](const SteppedPolicy& self) { return self.info().learns; })
      .def_prop_ro("deliberates", [](const SteppedPolicy& self) { return self.info().deliberates; })
      .def_prop_ro("table_bytes", &SteppedPolicy::table_bytes);
  module.def("policy_names", [] { return PolicyRegistry::instance().names(); });
}

}  // namespace autoscale::python
