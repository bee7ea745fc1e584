// From the files of DNNs (workloads/dnns, workloads/generative) to DNNs.
#pragma once

#include <filesystem>
#include <string>

#include "sim/models/dnn.h"
#include "sim/models/generation_config.h"
#include "sim/models/workload_config.h"

namespace autoscale {

/// A DNN whose blocks are in `block_file`.
Dnn make_dnn(std::string id, const DnnConfig& config, const std::filesystem::path& block_file,
             config::Diagnostics& diagnostics);

/// A generative network: one block, whose work is that of a token. Reports mistakes at `where`.
Dnn make_generative(std::string id, const GenerativeConfig& config, const config::Mark& where,
                    config::Diagnostics& diagnostics);

}  // namespace autoscale
