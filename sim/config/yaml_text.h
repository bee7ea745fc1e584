// Checks on the bytes of a YAML text before a parser sees them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace autoscale::config {

/// The first thing in a text that must not reach the parser.
struct BadByte {
  int line;    // from 1
  int column;  // from 1, in bytes
  std::string message;
};

/// Looks for bytes that are not UTF-8, for control characters, and for very many opening brackets
/// in a row, in quotes or not. Nesting deeper than `max_nesting` is for the parser to refuse, but
/// its scanner first reads all the brackets and takes 230 bytes for each (measured: 1.8 GB for
/// 8 MiB of them).
std::optional<BadByte> find_bad_byte(std::string_view text, int max_nesting);

/// What messages call a tree that is nested too deeply.
std::string too_deep_message(int max_nesting);

}  // namespace autoscale::config
