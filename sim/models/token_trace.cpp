#include "sim/models/token_trace.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "sim/config/node.h"
#include "sim/config/units.h"
#include "sim/models/token_config.h"

namespace autoscale {
namespace {

using config::Diagnostics;
using config::Node;

/// The text as a number of tokens; nothing if it is none.
std::optional<std::uint32_t> token_count(const std::string& text) {
  if (!config::is_number(text)) return std::nullopt;
  const auto number = config::parse_number(text);
  const bool good =
      number.ok() && kTokenCount.contains(number.value) && std::trunc(number.value) == number.value;
  return good ? std::optional(static_cast<std::uint32_t>(number.value)) : std::nullopt;
}

std::string no_count(std::string_view column, std::string_view text) {
  return fmt::format("{}: '{}' is no number of tokens (whole, from 1 to {})",
                     config::printable(column), config::printable(text), kMaxTokens);
}

std::vector<TokenCount> load_table(const std::filesystem::path& file, const TokenFormat& format,
                                   Diagnostics& diagnostics) {
  config::CsvReader reader(file, diagnostics,
                           {format.separator, format.comment, format.header, true});
  const auto prompt = reader.require(format.prompt), output = reader.require(format.output);
  std::vector<TokenCount> rows;
  if (!prompt || !output) return rows;
  const auto count = [&reader](std::size_t field) {
    const auto tokens = token_count(reader.text(field));
    if (!tokens) reader.error(no_count(reader.header()[field], reader.text(field)));
    return tokens.value_or(1);
  };
  while (reader.next()) rows.push_back({count(*prompt), count(*output)});
  return rows;
}

/// The value of a JSON row in a column, which a list knows by its number only; null if it has none.
const Node* json_value(const Node& row, const std::string& column) {
  if (row.kind == Node::Kind::kMap) return row.find(column);
  std::size_t number = 0;
  const auto [end, problem] = std::from_chars(column.data(), column.data() + column.size(), number);
  const bool whole = problem == std::errc() && end == column.data() + column.size();
  return whole && number >= 1 && number <= row.items.size() ? &row.items[number - 1] : nullptr;
}

std::uint32_t json_count(const Node& row, const std::string& column, Diagnostics& diagnostics) {
  const Node* value = json_value(row, column);
  if (!value) {
    diagnostics.error(
        row.mark, fmt::format("no '{}' in {}", config::printable(column), config::describe(row)));
    return 1;
  }
  const auto tokens = token_count(value->text);
  if (!tokens) diagnostics.error(value->mark, no_count(column, value->text));
  return tokens.value_or(1);
}

std::vector<TokenCount> load_json(const std::filesystem::path& file, const TokenFormat& format,
                                  Diagnostics& diagnostics) {
  std::vector<TokenCount> rows;
  try {
    const Node list = config::load_yaml(file);
    if (list.kind != Node::Kind::kSequence) {
      diagnostics.error(list.mark, "expected a list of requests, got " + config::describe(list));
    }
    for (const Node& row : list.items) {
      rows.push_back({json_count(row, format.prompt, diagnostics),
                      json_count(row, format.output, diagnostics)});
    }
  } catch (const config::ConfigError& error) {
    diagnostics.add(error.diagnostics());
  }
  return rows;
}

}  // namespace

std::vector<TokenCount> load_token_trace(const std::filesystem::path& file,
                                         const TokenFormat& format, Diagnostics& diagnostics) {
  Diagnostics own;  // whether this file is sound, not whether all are
  std::vector<TokenCount> rows =
      format.json ? load_json(file, format, own) : load_table(file, format, own);
  if (rows.empty() && own.empty()) own.error(config::file_mark(file), "no requests");
  diagnostics.add(own.list());
  return own.empty() ? std::move(rows) : std::vector<TokenCount>{};
}

}  // namespace autoscale
