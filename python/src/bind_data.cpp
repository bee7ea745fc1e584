// Where the package looks for data: the search path that runs and environments share.
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "python/src/bindings.h"
#include "sim/models/search_path.h"

namespace autoscale::python {

void bind_data(nb::module_& module) {
  nb::class_<SearchPath>(module, "SearchPath", "Where data files are looked for by name.")
      .def(
          "__init__",
          [](SearchPath* self, const std::vector<std::string>& data, const std::string& variable,
             const std::string& shipped) {
            new (self) SearchPath(data, variable, [&] { return std::filesystem::path(shipped); });
          },
          nb::arg("data"), nb::arg("variable"), nb::arg("shipped"))
      .def("find_scenario", [](const SearchPath& self, const std::string& name) {
        const auto found = self.find(name);
        if (found) return found->string();
        throw config::ConfigError({{{std::make_shared<const std::string>(name), 0, 0},
                                    "there is no scenario '" + name +
                                        "': neither a file nor a name below " + self.text()}});
      });
  module.attr("DATA_VARIABLE") = kDataVariable;
}

}  // namespace autoscale::python
