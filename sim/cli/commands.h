// The subcommands of `autoscale`. Each adds itself to the command line and returns its exit code when
// chosen. Only this layer prints to standard output.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <string>

#include "sim/experiment/results.h"

namespace autoscale::cli {

/// Exit codes (documented in README.md).
inline constexpr int kOk = 0;
inline constexpr int kUsageError = 2;
inline constexpr int kPolicyFailure = 3;
inline constexpr int kIoFailure = 4;

/// What a chosen subcommand does.
using Action = std::function<int()>;

void add_run(CLI::App& app, Action& action);
void add_list(CLI::App& app, Action& action);
void add_explain(CLI::App& app, Action& action);
void add_validate(CLI::App& app, Action& action);
void add_schema(CLI::App& app, Action& action);

/// The folder with device_profiles/, workloads/ and scenarios/: $AUTOSCALE_DATA, else
/// ../share/autoscale beside the program, else the nearest folder above the program that has them.
/// Throws IoError if there is none.
std::filesystem::path data_root();

/// A scenario file as given, else below the data root or its scenarios/ folder, with or without
/// ".yaml".
std::filesystem::path find_scenario(const std::string& name);

BuildInfo build_info();

/// Columns aligned to their widest cell; the first row is the header. Numbers are aligned right.
std::string text_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace autoscale::cli
