// Columns of the files that only a sweep writes, and the names that its own columns cannot have.
#pragma once

#include <set>
#include <span>
#include <string>

#include "sim/results/columns.h"

namespace autoscale {

/// Of summary.csv and failures.csv, behind the swept parameters.
std::span<const ColumnText> summary_columns();
std::span<const ColumnText> failure_columns();

/// Every column of every table of results, also of `autoscale compare --csv`: names that no swept
/// parameter may have, so that no table has two columns of one name, joined or not.
const std::set<std::string>& result_columns();

}  // namespace autoscale
