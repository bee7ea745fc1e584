// What a user should know although the work goes on, such as gaps in a recording.
//
// A warning concerns a file, and the same file is read by many runs and threads of a process: each
// text is passed on once. It goes to stderr unless somebody, such as the Python package, takes it.
#pragma once

#include <functional>
#include <string>

#include "sim/config/diagnostics.h"

namespace autoscale::config {

/// Passes "file:line:column: warning: message" on, unless this process has before.
void warn(const Mark& mark, const std::string& message);

/// Who gets the warnings from now on; an empty one: stderr. Forgets which texts were passed on.
void set_warning_receiver(std::function<void(const std::string& text)> receiver);

}  // namespace autoscale::config
