// The shipped data, read once per program of tests.
#pragma once

#include <filesystem>

#include "sim/models/catalog.h"

namespace autoscale {

inline std::filesystem::path source_root() { return AUTOSCALE_SOURCE_DIR; }

inline const Catalog& shipped_catalog() {
  static const Catalog catalog(source_root());
  return catalog;
}

}  // namespace autoscale
