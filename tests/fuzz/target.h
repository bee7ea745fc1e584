// What a fuzz target is, and what the targets share.
//
// A target reads bytes as the program would read a file. Bad input may be refused, by ConfigError,
// IoError or std::invalid_argument; whatever else ends it (another exception, a failed check, a
// sanitizer, ten seconds, two gigabytes) is a finding.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/config/diagnostics.h"
#include "sim/core/output_file.h"
#include "tests/support/shipped_catalog.h"
#include "tests/support/temporary_folder.h"

namespace autoscale::fuzz {

struct Target {
  std::string_view name;
  void (*run)(std::string_view bytes);
  std::vector<std::string> (*seeds)();  // inputs to begin with
};

/// By family; each in a file of its own.
std::vector<Target> yaml_targets();
std::vector<Target> table_targets();
std::vector<Target> result_targets();
std::vector<Target> world_targets();

/// Aborts with `what` unless `holds`: a law is broken.
void require(bool holds, std::string_view what);

/// Does what may refuse its input; false if it did.
template <class Action>
bool accepts(Action&& action) {
  try {
    action();
    return true;
  } catch (const config::ConfigError& error) {
    require(std::string_view(error.what()).find('\x1b') == std::string_view::npos,
            "a message does not command the terminal");
  } catch (const IoError&) {
  } catch (const std::invalid_argument&) {
  }
  return false;
}

/// A folder of this process, in memory if TMPDIR is.
const TemporaryFolder& folder();

/// The contents of the shipped files in a folder, below the root, whose names end in `ending`, each
/// cut to `limit` bytes.
std::vector<std::string> shipped(const std::string& below, std::string_view ending,
                                 std::size_t limit = 16384);

}  // namespace autoscale::fuzz
