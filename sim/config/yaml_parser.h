// One YAML document as a tree of nodes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sim/config/node.h"

namespace autoscale::config {

using FileName = std::shared_ptr<const std::string>;

/// Parses one document and collects its mistakes; nothing when there is no tree to go on with.
std::optional<Node> parse_document(std::string_view text, const FileName& file,
                                   Diagnostics& diagnostics);

}  // namespace autoscale::config
