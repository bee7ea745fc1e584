#include "sim/policy/policy.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace autoscale {

nlohmann::ordered_json Policy::save() const { return nullptr; }

void Policy::load(const nlohmann::ordered_json&) {
  throw std::invalid_argument("this policy learns nothing that could be loaded");
}

void Policy::transfer(const nlohmann::ordered_json&) {
  throw std::invalid_argument("this policy cannot take over another device's table");
}

}  // namespace autoscale
