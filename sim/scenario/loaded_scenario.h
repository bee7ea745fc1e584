// A scenario together with the data that it refers to, to be shared by those who run it.
#pragma once

#include <string>

#include "sim/scenario/scenario.h"

namespace autoscale {

/// A scenario file with its data, read from the folder `root`. Throws as Scenario::load does.
struct LoadedScenario {
  LoadedScenario(const std::string& root, const std::string& file,
                 const ScenarioOverrides& overrides)
      : catalog(root), scenario(Scenario::load(catalog, file, overrides)) {}

  Catalog catalog;
  Scenario scenario;
};

}  // namespace autoscale
