// Taking over a saved table: what it must have in common with the policy that takes it over, and
// which of its actions each action of this phone corresponds to.
//
// Phones have different action spaces. Actions correspond when they belong to the same group (site,
// processor, precision) and lie nearest by relative position among its operating points; a group
// that the other phone lacks has no counterpart. States are those of DNNs and conditions, which
// phones share.
// Values carry over directly where they mean the same on both phones: under the `sound` reward
// energy is relative to the phone's own CPU, so they do; under `literal` they are the other phone's
// millijoules.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sim/system/target.h"

namespace autoscale {

/// How saved tables list their values: all actions of the first state, then of the second.
inline constexpr const char* kEncoding = "state-major";

/// Throws std::invalid_argument unless `saved` has `key` with the value `expected`.
void require_same(const nlohmann::ordered_json& saved, const char* key,
                  const nlohmann::ordered_json& expected);

/// Throws std::invalid_argument unless the list `values` of a saved table has `expected` entries.
void require_size(const nlohmann::ordered_json& values, std::size_t expected);

/// For each action of `to` the index of its counterpart among the names `from` of another action
/// space; nothing where its group is missing there. The only point of a group counts as its top; of
/// two equally near points the lower one is taken.
std::vector<std::optional<std::size_t>> counterparts(const std::vector<std::string>& from,
                                                     const ActionSpace& to);

}  // namespace autoscale
