#include "sim/results/table_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "sim/config/csv.h"
#include "sim/core/text.h"
#include "sim/policy/state_space.h"

namespace autoscale {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> actions_of(const Json& saved) {
  return saved.at("actions").get<std::vector<std::string>>();
}

/// Names of the rows: listed with the table, or those of its state definition; of tables that know
/// no states, the DNNs.
std::vector<std::string> rows_of(const Json& saved) {
  if (saved.contains("states")) return saved["states"].get<std::vector<std::string>>();
  if (saved.contains("state_definition")) {
    return StateSpace::defined_by(saved["state_definition"].get<std::string>()).names();
  }
  return saved.at("dnns").get<std::vector<std::string>>();
}

/// Names of the lists that have a number per state and action.
std::vector<std::string> tables_of(const Json& saved, std::size_t size) {
  const auto is_number = [](const Json& value) { return value.is_number(); };
  std::vector<std::string> names;
  for (const auto& [name, list] : saved.items()) {
    if (list.is_array() && list.size() == size && !list.empty() &&
        std::all_of(list.begin(), list.end(), is_number)) {
      names.push_back(name);
    }
  }
  return names;
}

/// Position of each name.
std::map<std::string, std::size_t> positions(const std::vector<std::string>& names) {
  std::map<std::string, std::size_t> positions;
  for (std::size_t i = 0; i < names.size(); ++i) positions[names[i]] = i;
  return positions;
}

/// Fills a saved table from a CSV.
class TableReader {
 public:
  TableReader(const std::filesystem::path& csv, const Json& like)
      : file_(config::file_mark(csv)),
        reader_(csv, diagnostics_),
        result_(like),
        actions_(actions_of(like)),
        rows_(rows_of(like)),
        row_numbers_(positions(rows_)) {
    for (const std::string& name : tables_of(like, rows_.size() * actions_.size())) {
      read_.emplace(name, std::vector<bool>(rows_.size()));
    }
  }

  Json read() {
    read_header();
    diagnostics_.throw_if_any();
    while (reader_.next()) read_row();
    if (diagnostics_.empty()) require_all_rows();
    diagnostics_.throw_if_any();
    return std::move(result_);
  }

 private:
  void read_header() {
    table_column_ = reader_.require("table");
    state_column_ = reader_.require("state");
    for (const std::string& action : actions_) action_columns_.push_back(reader_.require(action));
    const auto known = positions(actions_);
    for (const std::string& name : reader_.header()) {
      if (name == "table" || name == "state" || known.contains(name)) continue;
      reader_.error(fmt::format("no action '{}' in the saved table", config::printable(name)));
    }
  }

  void read_row() {
    const std::string& name = reader_.text(*table_column_);
    const auto table = read_.find(name);
    const auto row = row_numbers_.find(reader_.text(*state_column_));
    if (table == read_.end()) {
      reader_.error(fmt::format("no table '{}' in the saved table", config::printable(name)));
    }
    if (row == row_numbers_.end()) {
      reader_.error(fmt::format("no state '{}' in the saved table",
                                config::printable(reader_.text(*state_column_))));
    }
    if (table == read_.end() || row == row_numbers_.end()) return;
    if (table->second[row->second]) reader_.error("this state appears twice");
    table->second[row->second] = true;
    Json& values = result_[name];
    for (std::size_t a = 0; a < actions_.size(); ++a) {
      read_value(*action_columns_[a], values[row->second * actions_.size() + a]);
    }
  }

  /// Fills a value with a number of its kind.
  void read_value(std::size_t column, Json& value) {
    const auto complain = [&](std::string_view what) {
      reader_.error(fmt::format("column '{}': {}", reader_.header()[column], what));
    };
    if (reader_.text(column).empty()) return complain("no value");
    const std::optional<double> number = reader_.number(column);
    if (!number) return;
    if (!value.is_number_integer()) {
      value = *number;
    } else if (*number >= 0 && *number <= 4294967295.0 && *number == std::floor(*number)) {
      value = static_cast<std::uint32_t>(*number);
    } else {
      complain(fmt::format("'{}' is not a count", reader_.text(column)));
    }
  }

  void require_all_rows() {
    for (const auto& [table, read] : read_) {
      for (std::size_t row = 0; row < read.size(); ++row) {
        if (read[row]) continue;
        diagnostics_.error(file_,
                           fmt::format("table '{}' has no row of state '{}'", table, rows_[row]));
      }
    }
  }

  config::Diagnostics diagnostics_;
  config::Mark file_;
  config::CsvReader reader_;
  Json result_;
  std::vector<std::string> actions_;
  std::vector<std::string> rows_;
  std::map<std::string, std::size_t> row_numbers_;
  std::map<std::string, std::vector<bool>> read_;  // by table: which rows were there
  std::optional<std::size_t> table_column_;
  std::optional<std::size_t> state_column_;
  std::vector<std::optional<std::size_t>> action_columns_;
};

}  // namespace

nlohmann::ordered_json read_saved_table(const std::filesystem::path& file) {
  const auto refuse = [&](std::string_view why) {
    config::Diagnostics diagnostics;
    diagnostics.error(config::file_mark(file), fmt::format("not a saved table: {}", why));
    diagnostics.throw_if_any();
  };
  std::error_code ignored;
  std::ifstream stream;
  if (std::filesystem::is_regular_file(file, ignored)) stream.open(file);
  if (!stream.is_open()) refuse("cannot be opened");
  Json saved = Json::parse(stream, nullptr, false);
  try {
    if (!saved.is_object()) refuse("no JSON object");
    if (tables_of(saved, rows_of(saved).size() * actions_of(saved).size()).empty()) {
      refuse("no list has a number per state and action");
    }
  } catch (const Json::exception&) {
    refuse("it lacks the names of states or actions");
  } catch (const std::invalid_argument& error) {
    refuse(error.what());
  }
  return saved;
}

void write_table_csv(const nlohmann::ordered_json& saved,
                     const std::function<void(const std::string&)>& write) {
  const std::vector<std::string> actions = actions_of(saved), rows = rows_of(saved);
  std::vector<std::string> header = {"table", "state"};
  header.insert(header.end(), actions.begin(), actions.end());
  write(config::csv_line(header));
  for (const std::string& table : tables_of(saved, rows.size() * actions.size())) {
    const Json& values = saved[table];
    for (std::size_t row = 0; row < rows.size(); ++row) {
      std::vector<std::string> line = {table, rows[row]};
      for (std::size_t a = 0; a < actions.size(); ++a) {
        line.push_back(format_number(values[row * actions.size() + a].get<double>()));
      }
      write(config::csv_line(line));
    }
  }
}

nlohmann::ordered_json read_table_csv(const std::filesystem::path& csv,
                                      const nlohmann::ordered_json& like) {
  return TableReader(csv, like).read();
}

}  // namespace autoscale
