// The visitor that reads a struct from a map by its field list.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/config/checks.h"
#include "sim/config/cursor.h"
#include "sim/config/traits.h"

namespace autoscale::config {

/// Reads the value at `at` into `out`. Returns whether it could be read; if not, that has been
/// reported and `out` is unspecified. Values that fail a check are reported too, but could be read.
template <class T>
bool read_value(const Cursor& at, T& out);

/// The visitor that fills one struct from one map.
class MapReader {
 public:
  /// With `bare`, a scalar stands for an empty map: a variant's kind that was written as its name.
  explicit MapReader(const Cursor& at, bool bare = false);

  template <class T, class... Checks>
  void required(std::string_view key, T& out, std::string_view, const Checks&... checks) {
    static_assert(!IsOptional<T>, "what is required cannot be a std::optional");
    if (const Node* value = take(key)) {
      read_checked(at_.at_key(key, *value), out, checks...);
    } else {
      missing(key);
    }
  }

  template <class T, class... Checks>
  void optional(std::string_view key, T& out, std::string_view, const Checks&... checks) {
    if (const Node* value = take(key)) read_checked(at_.at_key(key, *value), out, checks...);
  }

  /// Exactly one of the keys that an origin may have.
  void origin(Origin& out);

  /// To be called last: reports unknown keys and returns whether everything was right.
  bool finish();

 private:
  template <class T, class... Checks>
  void read_checked(const Cursor& at, T& out, const Checks&... checks) {
    const bool good = read_value(at, out);
    if (good) (check_value(at, out, checks), ...);
    good_ = good_ && good;
  }

  /// Makes `key` legal. Its value, or nullptr when it is not there.
  const Node* take(std::string_view key);
  void missing(std::string_view key);

  Cursor at_;
  bool is_map_;  // if not, that is reported once, and its missing keys are not
  bool good_ = true;
  std::vector<std::string> legal_;
};

}  // namespace autoscale::config
