// Prints the report of a failed check and keeps each thread's stack of contexts.
#include "sim/core/check.h"

#include <cstdio>
#include <cstdlib>

namespace autoscale {
namespace {

thread_local const CheckContext* innermost_context = nullptr;

}  // namespace

CheckContext::CheckContext(const void* subject, Call call)
    : subject_(subject), call_(call), outer_(std::exchange(innermost_context, this)) {}

CheckContext::~CheckContext() { innermost_context = outer_; }

void CheckReport::print_and_abort(const std::string& message) const {
  fmt::print(stderr, "{}:{}: check failed: {}\n  {}\n", file, line, condition, message);
  // Each context is taken off the stack before it is asked, so that one which fails a check itself
  // cannot recurse.
  while (const CheckContext* context = innermost_context) {
    innermost_context = context->outer_;
    fmt::print(stderr, "  {}\n", context->call_(context->subject_));
  }
  std::abort();
}

}  // namespace autoscale
