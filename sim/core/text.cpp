// Number formatting by std::to_chars.
#include "sim/core/text.h"

#include <array>
#include <charconv>

namespace autoscale {

std::string format_number(double value) {
  std::array<char, 32>
      text;  // The longest shortest form, -2.2250738585072014e-308, has 24 characters.
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return std::string(text.data(), end);
}

}  // namespace autoscale
