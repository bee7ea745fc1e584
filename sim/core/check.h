// Always-on invariant checks.
//
// A failed check is a bug in this program, never a user's mistake: it says on stderr what was
// expected, where, with which values and what the thread was simulating, then aborts. The
// conditions are cheap enough to stay in release builds, where most simulated years are run.
#pragma once

#include <fmt/core.h>

#include <string>
#include <utility>

namespace autoscale {

/// While alive, adds one line to the report of any check that fails on the constructing thread. A
/// running simulation uses it to name the simulated time, the event, the seed and the command that
/// replays the run.
///
///     const auto describe = [&] { return fmt::format("t={} seed={}", ..., seed); };
///     const CheckContext context(describe);
///
/// `describe` is only called when a check fails and must outlive the context. Contexts nest; the
/// innermost is printed first.
class CheckContext {
 public:
  template <class Describe>
  explicit CheckContext(const Describe& describe)
      : CheckContext(&describe, [](const void* subject) -> std::string {
          return (*static_cast<const Describe*>(subject))();
        }) {}
  template <class Describe>
  explicit CheckContext(const Describe&& temporary) = delete;
  CheckContext(const CheckContext&) = delete;
  CheckContext& operator=(const CheckContext&) = delete;
  ~CheckContext();

 private:
  friend struct CheckReport;
  using Call = std::string (*)(const void* subject);
  CheckContext(const void* subject, Call call);

  const void* subject_;
  Call call_;
  const CheckContext* outer_;
};

/// The place and text of a check, for the macro below.
struct CheckReport {
  const char* condition;
  const char* file;
  int line;

  template <class... Args>
  [[noreturn, gnu::cold, gnu::noinline]] void fail(fmt::format_string<Args...> format,
                                                   Args&&... args) const {
    print_and_abort(fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  [[noreturn]] void print_and_abort(const std::string& message) const;
};

}  // namespace autoscale

/// AUTOSCALE_CHECK(condition, "fmt string", arguments...): aborts with a report unless `condition`
/// holds. The arguments are evaluated only on failure. Usable in constexpr functions, where a
/// failure does not compile.
#define AUTOSCALE_CHECK(condition, ...) \
  (static_cast<bool>(condition)         \
       ? static_cast<void>(0)           \
       : ::autoscale::CheckReport{#condition, __FILE__, __LINE__}.fail(__VA_ARGS__))
