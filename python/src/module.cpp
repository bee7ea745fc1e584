// The compiled module autoscale_sim._core. What users call is the Python package around it.
#include "python/src/bindings.h"

NB_MODULE(_core, module) {
  module.doc() = "The simulator as a Python module; use the package autoscale_sim.";
  autoscale::python::bind_errors(module);
  autoscale::python::bind_data(module);
  autoscale::python::bind_policies(module);
  autoscale::python::bind_environments(module);
  autoscale::python::bind_experiments(module);
}
