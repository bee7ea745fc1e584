// The program: parses the command line, runs the chosen subcommand, turns errors into exit codes.
#include <fmt/format.h>

#include <cstdio>

#include "sim/cli/commands.h"
#include "sim/config/diagnostics.h"
#include "sim/env/policy.h"
#include "sim/experiment/output_file.h"

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
  } catch (const std::filesystem::filesystem_error& error) {
    return report(error, cli::kIoFailure);
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"AutoScale Simulator: where should a phone run each neural-network inference?"};
  const BuildInfo build = cli::build_info();
  app.set_version_flag("--version", fmt::format("autoscale {} ({}, {})", build.version, build.revision,
                                                build.compiler));
  app.require_subcommand(1);
  app.footer("Examples:\n  autoscale run scenarios/quickstart.yaml\n"
             "  autoscale explain --device mi8pro --dnn mobilenet_v1\n"
             "  autoscale list policies");
  cli::Action action;
  cli::add_run(app, action);
  cli::add_list(app, action);
  cli::add_explain(app, action);
  cli::add_validate(app, action);
  cli::add_schema(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? cli::kOk : cli::kUsageError;
  }
  return execute(action);
}
