// What several tests of sim/core use.
#pragma once

#include "sim/core/event_queue.h"

namespace autoscale {

template <class A, class B>
concept Subtractable = requires(A a, B b) {
  a - b;
};

inline Event numbered(std::uint32_t id) { return {.id = id}; }

}  // namespace autoscale
