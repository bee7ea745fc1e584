// Recorded lengths of prompts and answers, read by the description of their file's format.
//
// Rows      a table of separated values, or a JSON list of objects or of lists; one per request.
// Counts    whole, from 1 to kMaxTokens. A row with another one is a mistake of the file, reported
//           with its line: a request without prompt or answer is none.
// A table is streamed; JSON may have the 8 MiB of a configuration file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/csv.h"
#include "sim/config/diagnostics.h"
#include "sim/config/fields.h"

namespace autoscale {

/// Where the data folders keep the descriptions.
inline constexpr const char* kTokenFormatFolder = "workloads/token_formats";

/// How files of token counts are written: the shape of workloads/token_formats/NAME.yaml.
struct TokenFormat {
  std::string summary;
  std::string source;
  std::string prompt;
  std::string output;
  bool json = false;
  config::CsvSeparator separator = config::CsvSeparator::kAuto;
  std::string comment = "#";
  std::optional<bool> header;

  template <class V>
  void fields(V& v) {
    v.required("summary", summary, "whose files these are", config::non_empty);
    v.required("source", source, "where the columns are described", config::non_empty);
    v.required("prompt", prompt, "column of the prompt's tokens, by name or number",
               config::non_empty);
    v.required("output", output, "column of the answer's tokens, by name or number",
               config::non_empty);
    v.optional("json", json,
               "no table but a JSON list; its rows are objects with these names, or lists");
    v.optional("separator", separator, "what parts two fields; auto: what the first line shows");
    v.optional("comment", comment, "what lines begin with that do not count");
    v.optional("header", header, "a first line names the columns; left out: if it has no number");
  }
};

/// What a request reads and writes.
struct TokenCount {
  std::uint32_t prompt = 1;
  std::uint32_t output = 1;

  friend bool operator==(const TokenCount&, const TokenCount&) = default;
};

/// Reads a file. Problems (missing file, no rows, missing column, bad count) go to `diagnostics`
/// with file and line; the result is then empty.
std::vector<TokenCount> load_token_trace(const std::filesystem::path& file,
                                         const TokenFormat& format,
                                         config::Diagnostics& diagnostics);

}  // namespace autoscale
