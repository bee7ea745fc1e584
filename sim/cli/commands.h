// The subcommands of `autoscale`. Each adds itself to the command line and returns its exit code
// when chosen. Only this layer prints to standard output.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "sim/results/results.h"

namespace autoscale::cli {

/// Exit codes (documented in README.md).
inline constexpr int kOk = 0;
inline constexpr int kRunsFailed = 1;
inline constexpr int kUsageError = 2;
inline constexpr int kPolicyFailure = 3;
inline constexpr int kIoFailure = 4;

/// What a chosen subcommand does.
using Action = std::function<int()>;

void add_run(CLI::App& app, Action& action);
void add_sweep(CLI::App& app, Action& action);
void add_merge(CLI::App& app, Action& action);
void add_compare(CLI::App& app, Action& action);
void add_list(CLI::App& app, Action& action);
void add_explain(CLI::App& app, Action& action);
void add_validate(CLI::App& app, Action& action);
void add_import(CLI::App& app, Action& action);
void add_calibrate(CLI::App& app, Action& action);
void add_report(CLI::App& app, Action& action);
void add_schema(CLI::App& app, Action& action);
void add_table(CLI::App& app, Action& action);
/// Both tell of all commands of `app`.
void add_completion(CLI::App& app, Action& action);
void add_man(CLI::App& app, Action& action);

/// Adds --data DIR (repeatable) to a subcommand that reads data.
void add_data_option(CLI::App& subcommand, std::vector<std::string>& data);

/// The data that came with the program: ../share/autoscale beside it, else the nearest folder above
/// it or above the current one that has device_profiles/ and workloads/. Throws IoError if there is
/// none.
std::filesystem::path shipped_data();

/// Where a subcommand looks for data: the folders of --data, those of $AUTOSCALE_DATA, and the
/// shipped one. Throws IoError if a folder is not there.
SearchPath search_path(const std::vector<std::string>& data);

/// A file as given, else a scenario or sweep by its name in the data folders. What is nowhere is
/// returned as given, for its reader to report; where several folders were searched, a ConfigError
/// names them.
std::filesystem::path find_file(const SearchPath& search, const std::string& name);

BuildInfo build_info();

/// Checks of an option's text that CLI11 lacks: its own take "-1" for 2^64 - 1 and NaN for any
/// number.
CLI::Validator whole_number(std::uint64_t low, std::uint64_t high);
CLI::Validator number_between(double low, double high);

/// Columns aligned to their widest cell; the first row is the header. Numbers are aligned right.
std::string text_table(const std::vector<std::vector<std::string>>& rows);

/// The same for a person: numbers of at most five digits, and no line longer than the terminal, if
/// standard output is one, since the last column goes on below itself.
std::string screen_table(std::vector<std::vector<std::string>> rows);

/// Six digits of a number of any size.
std::string short_number(double x);

/// With so many digits behind the point; from 1e15 on as a power of ten.
std::string fixed_number(double x, int digits);

}  // namespace autoscale::cli
