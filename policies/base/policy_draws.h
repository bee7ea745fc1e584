// Random numbers for what stands in policies/learning, which knows no simulator: the draws of a
// policy's stream at an entity of their own, by index. No other draw of the stream may use it.
#pragma once

#include "policies/learning/reservoir.h"
#include "sim/core/random_field.h"

namespace autoscale {

struct PolicyDraws {
  RandomField random;
  std::uint32_t entity = 0;

  Draw operator()(std::uint64_t index) const { return random.at(Stream::kPolicy, entity, index); }
};

template <class Item>
using SampleReservoir = learning::Reservoir<Item, PolicyDraws>;

}  // namespace autoscale
