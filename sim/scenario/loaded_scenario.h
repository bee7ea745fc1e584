// A scenario together with the data that it refers to, to be shared by those who run it.
#pragma once

#include <string>

#include "sim/scenario/scenario.h"

namespace autoscale {

/// A scenario file with its data. Throws as Scenario::load does.
struct LoadedScenario {
  LoadedScenario(const SearchPath& search, const std::string& file,
                 const ScenarioOverrides& overrides)
      : catalog(search), scenario(Scenario::load(catalog, file, overrides)) {}

  Catalog catalog;
  Scenario scenario;
};

}  // namespace autoscale
