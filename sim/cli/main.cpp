// The program: parses the command line, runs the chosen subcommand, turns errors into exit codes.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <new>
#include <system_error>

#include "sim/cli/commands.h"
#include "sim/config/diagnostics.h"
#include "sim/core/output_file.h"
#include "sim/policy/policy.h"

namespace {

using namespace autoscale;

int report(const std::exception& error, int code) {
  fmt::print(stderr, "{}\n", error.what());
  return code;
}

int execute(const cli::Action& action) {
  try {
    return action();
  } catch (const config::ConfigError& error) {
    return report(error, cli::kUsageError);
  } catch (const PolicyError& error) {
    return report(error, cli::kPolicyFailure);
  } catch (const std::invalid_argument& error) {
    return report(error, cli::kUsageError);
  } catch (const IoError& error) {
    return report(error, cli::kIoFailure);
  } catch (const std::system_error& error) {  // of file systems, threads and standard output
    return report(error, cli::kIoFailure);
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "out of memory\n");
    return cli::kIoFailure;
  }
}

/// Many jobs and merges of many shards keep more files open than the usual soft limit.
void allow_open_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// Runs the subcommand; output that could not be written is a failure too.
int execute_and_flush(const cli::Action& action) {
  const int code = execute(action);
  if (std::fflush(stdout) == 0) return code;
  fmt::print(stderr, "standard output: {}\n", std::generic_category().message(errno));
  return cli::kIoFailure;
}

/// Reports a subcommand that does not exist; CLI11 would only say that one is missing.
bool is_unknown_subcommand(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return false;
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands({})) names.push_back(sub->get_name());
  if (std::find(names.begin(), names.end(), argv[1]) != names.end()) return false;
  fmt::print(stderr, "unknown subcommand '{}'{}\n", config::printable(argv[1]),
             config::suggest(argv[1], names));
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"AutoScale Simulator: where should a phone run each neural-network inference?",
               "autoscale"};
  const BuildInfo build = cli::build_info();
  app.set_version_flag("--version", fmt::format("autoscale {} ({}, {})", build.version,
                                                build.revision, build.compiler));
  app.require_subcommand(1);
  app.footer(
      "Examples:\n  autoscale run scenarios/quickstart.yaml\n"
      "  autoscale explain --device mi8pro --dnn mobilenet_v1\n"
      "  autoscale list policies");
  cli::Action action;
  cli::add_run(app, action);
  cli::add_sweep(app, action);
  cli::add_merge(app, action);
  cli::add_compare(app, action);
  cli::add_list(app, action);
  cli::add_explain(app, action);
  cli::add_validate(app, action);
  cli::add_schema(app, action);
  cli::add_import(app, action);
  cli::add_calibrate(app, action);
  cli::add_report(app, action);
  cli::add_table(app, action);
  cli::add_completion(app, action);
  cli::add_man(app, action);
  if (argc == 1) {
    fmt::print(stderr, "{}", app.help());
    return cli::kUsageError;
  }
  if (is_unknown_subcommand(app, argc, argv)) return cli::kUsageError;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? cli::kOk : cli::kUsageError;
  }
  allow_open_files();
  return execute_and_flush(action);
}
