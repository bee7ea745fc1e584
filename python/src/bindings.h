// The parts of the compiled module and what they share. Each bind_ function adds its part.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <stdexcept>
#include <string_view>
#include <vector>

#include "sim/system/cost.h"

namespace autoscale::python {

namespace nb = nanobind;

void bind_errors(nb::module_& module);
void bind_data(nb::module_& module);
void bind_policies(nb::module_& module);
void bind_environments(nb::module_& module);
void bind_experiments(nb::module_& module);

/// An interned Python string: a key of the dictionaries that every step fills.
inline nb::object interned(std::string_view text) {
  nb::object key = nb::str(text.data(), text.size());
  PyObject* raw = key.release().ptr();
  PyUnicode_InternInPlace(&raw);
  return nb::steal(raw);
}

/// A whole number from Python: int or a NumPy integer, not a float or text. Throws TypeError.
inline std::int64_t whole_number(nb::handle value, const char* what) {
  PyObject* index = PyNumber_Index(value.ptr());
  if (!index) {
    PyErr_Clear();
    const nb::str type(nb::handle(reinterpret_cast<PyObject*>(Py_TYPE(value.ptr()))));
    throw nb::type_error(
        (std::string(what) + ": expected a whole number, got " + type.c_str()).c_str());
  }
  const nb::object owned = nb::steal(index);
  const long long number = PyLong_AsLongLong(index);
  if (number == -1 && PyErr_Occurred()) {
    PyErr_Clear();
    return -1;  // beyond 64 bits: no action has such a number
  }
  return number;
}

/// A view of `values` as an array of this shape; `owner` is the Python object that holds them.
template <class T>
nb::object array_view(std::vector<T>& values, std::initializer_list<std::size_t> shape,
                      nb::handle owner) {
  return nb::cast(nb::ndarray<nb::numpy, T>(values.data(), shape, owner), nb::rv_policy::reference);
}

}  // namespace autoscale::python
