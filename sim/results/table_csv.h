// Saved tables (`save_tables`) as CSV, for spreadsheets, other programs and other people: a row per
// state, a column per action, both by name. Tables with several values per entry (means and counts,
// two Q-tables) have the rows of one after those of the other; the first column says which.
//
//   table,state,phone_cpu_fp32@0,phone_cpu_fp32@1,...
//   values,conv<30 fc<10 rc<10 mac<1e9 cpu=0 memory=0 cloud_signal=regular
//   tablet_signal=regular,...
//
// The CSV holds the numbers alone, exactly; what else a saved table says (policy, device type,
// state definition) comes from the saved table that it is read back into.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace autoscale {

/// Reads a saved table. Throws ConfigError if the file is not one that has rows of states and
/// columns of actions.
nlohmann::ordered_json read_saved_table(const std::filesystem::path& file);

/// Gives the lines of the CSV to `write`, in order.
void write_table_csv(const nlohmann::ordered_json& saved,
                     const std::function<void(const std::string&)>& write);

/// `like` with the numbers of a CSV, whose rows and columns may stand in any order. Throws
/// ConfigError with every mistake: states, actions or tables that are unknown, missing or there
/// twice, and what is not a number.
nlohmann::ordered_json read_table_csv(const std::filesystem::path& csv,
                                      const nlohmann::ordered_json& like);

}  // namespace autoscale
