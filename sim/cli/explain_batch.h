// What `autoscale explain --requests FILE` prints: many requests at once, so that whoever fits a
// profile asks the simulator's own model without starting it for each.
#pragma once

#include <filesystem>
#include <string>

#include "sim/system/explain.h"

namespace autoscale::cli {

/// explanation_csv() of every row of a table, one below the other, behind a column `request`: the
/// row's number, from 1. Its columns are optional: device, dnn, cloud_link, tablet_link (names or
/// files), cloud_dbm, tablet_dbm, co_cpu, co_mem (0 to 1) and warm (0 or 1); what a row does not say
/// is as in `usual`. Throws ConfigError with the place of each wrong cell.
std::string explain_rows(const Catalog& catalog, const ExplainRequest& usual,
                         const std::filesystem::path& file);

}  // namespace autoscale::cli
