#include "sim/config/warnings.h"

#include <fmt/format.h>

#include <cstdio>
#include <mutex>
#include <set>
#include <utility>

namespace autoscale::config {
namespace {

struct Warnings {
  std::mutex mutex;
  std::set<std::string> passed_on;
  std::function<void(const std::string&)> receiver;
};

Warnings& warnings() {
  static Warnings all;
  return all;
}

}  // namespace

void warn(const Mark& mark, const std::string& message) {
  const std::string text = to_string(mark) + ": warning: " + message;
  std::function<void(const std::string&)> receiver;
  {
    const std::lock_guard lock(warnings().mutex);
    if (!warnings().passed_on.insert(text).second) return;
    receiver = warnings().receiver;
  }
  if (receiver) {
    receiver(text);
  } else {
    fmt::print(stderr, "{}\n", text);
  }
}

void set_warning_receiver(std::function<void(const std::string&)> receiver) {
  const std::lock_guard lock(warnings().mutex);
  warnings().receiver = std::move(receiver);
  warnings().passed_on.clear();
}

}  // namespace autoscale::config
