// Saved tables that a scenario names for its learners.
#include "sim/scenario/start_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace autoscale {
namespace {

namespace fs = std::filesystem;
using config::Diagnostics;

constexpr std::string_view kLoadTables = "load_tables";
constexpr std::string_view kTransferTables = "transfer_tables";

}  // namespace

struct StartTables::Table {
  std::string_view key;  // load_tables or transfer_tables
  Located<std::string> file;
  nlohmann::ordered_json content;
};

void StartTables::read(const ScenarioConfig& config, const std::vector<DeviceType>& types,
                       Diagnostics& diagnostics) {
  std::vector<std::string> devices;
  for (const DeviceType& type : types) devices.push_back(type.profile.id);
  read_key(kLoadTables, config.load_tables, devices, diagnostics);
  read_key(kTransferTables, config.transfer_tables, devices, diagnostics);
}

void StartTables::read_key(std::string_view key,
                           const std::map<std::string, Located<std::string>>& files,
                           const std::vector<std::string>& devices, Diagnostics& diagnostics) {
  for (const auto& [device, path] : files) {
    if (std::find(devices.begin(), devices.end(), device) == devices.end()) {
      diagnostics.error(path.mark,
                        fmt::format("{}: no device '{}' in this scenario{}", key,
                                    config::printable(device), config::suggest(device, devices)));
    }
    const fs::path file = config::path_at(path.mark, path.value);
    std::error_code ignored;
    std::ifstream stream;
    if (fs::is_regular_file(file, ignored)) stream.open(file);
    auto table = nlohmann::ordered_json::parse(stream, nullptr, false);
    if (!stream.is_open() || table.is_discarded()) {
      diagnostics.error(path.mark,
                        fmt::format("{}: '{}' is not a saved table", key, file.string()));
    }
    const auto [start, fresh] =
        tables_.emplace(device, std::make_shared<const Table>(Table{key, path, std::move(table)}));
    if (!fresh) {
      diagnostics.error(path.mark, fmt::format("{}: '{}' has a table in {} already", key,
                                               config::printable(device), start->second->key));
    }
  }
}

void StartTables::start(const ComparedPolicy& use, const std::string& device_type,
                        Policy& policy) const {
  const auto table = tables_.find(device_type);
  if (!use.entry->info.learns || table == tables_.end()) return;
  const Table& start = *table->second;
  const auto refuse = [&](const std::exception& error) {
    throw config::ConfigError(
        {{start.file.mark, fmt::format("{}: '{}' does not fit policy '{}': {}", start.key,
                                       start.file.value, use.name, error.what())}});
  };
  try {
    if (start.key == kTransferTables) {
      policy.transfer(start.content);
    } else {
      policy.load(start.content);
    }
  } catch (const std::invalid_argument& error) {
    refuse(error);
  } catch (const nlohmann::json::exception& error) {
    refuse(error);
  }
}

}  // namespace autoscale
