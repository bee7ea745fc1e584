// Numbers as text, identically on every platform and under every locale.
#pragma once

#include <string>

namespace autoscale {

/// The shortest text that reads back as exactly `value`: 0.1, 1e-09, 1e+300, inf, nan.
std::string format_number(double value);

}  // namespace autoscale
