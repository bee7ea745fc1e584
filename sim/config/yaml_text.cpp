// UTF-8 validation and the bracket count.
#include "sim/config/yaml_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace autoscale::config {
namespace {

unsigned char byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

/// Bytes of the well-formed UTF-8 character at `i`, or 0 (Unicode 15, table 3-7).
std::size_t utf8_length(std::string_view text, std::size_t i) {
  const unsigned char lead = byte_at(text, i);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() - i < length) return 0;
  // The second byte excludes overlong forms, surrogates and what is beyond U+10FFFF.
  const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (byte_at(text, i + 1) < low || byte_at(text, i + 1) > high) return 0;
  for (std::size_t k = 2; k < length; ++k) {
    if ((byte_at(text, i + k) & 0xC0) != 0x80) return 0;
  }
  return length;
}

bool is_forbidden_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
}

BadByte bad_byte(std::string_view text, std::size_t at, std::string message) {
  const std::string_view before = text.substr(0, at);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0: the first line
  return {static_cast<int>(line), static_cast<int>(at - line_start + 1), std::move(message)};
}

}  // namespace

std::optional<BadByte> find_bad_byte(std::string_view text, int max_nesting) {
  constexpr int kMaxBrackets = 10'000;  // 2.3 MB in the parser's scanner
  int brackets = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text, i);
    if (length == 0) return bad_byte(text, i, "not UTF-8 text");
    const char c = text[i];
    if (is_forbidden_control(c)) {
      return bad_byte(text, i, fmt::format("control character 0x{:02x}", byte_at(text, i)));
    }
    if (c == '[' || c == '{') {
      if (++brackets > kMaxBrackets) {
        return bad_byte(text, i,
                        fmt::format("{} brackets in a row: {}, or a text that is not read",
                                    brackets, too_deep_message(max_nesting)));
      }
    } else if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
      brackets = 0;
    }
    i += length;
  }
  return std::nullopt;
}

std::string too_deep_message(int max_nesting) {
  return fmt::format("nesting deeper than {}", max_nesting);
}

}  // namespace autoscale::config
