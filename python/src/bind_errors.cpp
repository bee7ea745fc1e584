// The simulator's exceptions as the Python exceptions of autoscale_sim.errors.
#include <nanobind/stl/string.h>

#include "python/src/bindings.h"
#include "sim/config/diagnostics.h"
#include "sim/config/warnings.h"
#include "sim/core/output_file.h"
#include "sim/policy/policy.h"

namespace autoscale::python {
namespace {

/// Sets autoscale_sim.errors.`name`(*arguments) as the Python error.
template <class... Arguments>
void raise(const char* name, Arguments&&... arguments) {
  const nb::object type = nb::module_::import_("autoscale_sim.errors").attr(name);
  const nb::object error = type(std::forward<Arguments>(arguments)...);
  PyErr_SetObject(type.ptr(), error.ptr());
}

nb::list mistakes_of(const config::ConfigError& error) {
  nb::list mistakes;
  for (const config::Diagnostic& d : error.diagnostics()) {
    mistakes.append(nb::make_tuple(d.mark.file ? *d.mark.file : std::string(), d.mark.line,
                                   d.mark.column, d.message));
  }
  return mistakes;
}

/// Passes a warning on; throws if the user has made errors of warnings.
void warn(const std::string& text) {
  const nb::gil_scoped_acquire held;
  if (PyErr_WarnEx(PyExc_UserWarning, text.c_str(), 1) != 0) throw nb::python_error();
}

void translate(const std::exception_ptr& pointer, void*) {
  try {
    std::rethrow_exception(pointer);
  } catch (const config::ConfigError& error) {
    raise("ConfigError", std::string(error.what()), mistakes_of(error));
  } catch (const PolicyError& error) {
    raise("PolicyError", std::string(error.what()));
  } catch (const IoError& error) {
    PyErr_SetString(PyExc_OSError, error.what());
  } catch (const std::invalid_argument& error) {
    PyErr_SetString(PyExc_ValueError, error.what());
  } catch (const std::logic_error& error) {
    raise("ResetNeeded", std::string(error.what()));
  }
}

}  // namespace

void bind_errors(nb::module_&) {
  nb::register_exception_translator(translate);
  config::set_warning_receiver(warn);
}

}  // namespace autoscale::python
