// autoscale table: saved tables to CSV and back.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/cli/commands.h"
#include "sim/results/table_csv.h"

namespace autoscale::cli {
namespace {

struct TableArguments {
  std::string file;
  std::string like;
};

int export_csv(const TableArguments& arguments) {
  write_table_csv(read_saved_table(arguments.file),
                  [](const std::string& line) { fmt::print("{}\n", line); });
  return kOk;
}

int import_csv(const TableArguments& arguments) {
  fmt::print("{}\n", read_table_csv(arguments.file, read_saved_table(arguments.like)).dump());
  return kOk;
}

}  // namespace

void add_table(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<TableArguments>();
  CLI::App* table = app.add_subcommand("table", "Saved tables to CSV and back");
  table->require_subcommand(1);
  CLI::App* to_csv = table->add_subcommand("export", "Print a saved table as CSV");
  to_csv->add_option("table", arguments->file, "saved table (JSON)")->required();
  to_csv->callback(
      [arguments, &action] { action = [arguments] { return export_csv(*arguments); }; });
  CLI::App* from_csv =
      table->add_subcommand("import", "Print a CSV as a saved table, for load_tables");
  from_csv->add_option("csv", arguments->file, "table as CSV")->required();
  from_csv
      ->add_option("--like", arguments->like,
                   "saved table (JSON) of the same policy, states and actions")
      ->required();
  from_csv->callback(
      [arguments, &action] { action = [arguments] { return import_csv(*arguments); }; });
  table->footer(
      "Examples:\n  autoscale table export tables/autoscale-r0-mi8pro.json > table.csv\n"
      "  autoscale table import table.csv --like tables/autoscale-r0-mi8pro.json > table.json");
}

}  // namespace autoscale::cli
