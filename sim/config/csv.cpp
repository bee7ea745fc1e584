#include "sim/config/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace autoscale::config {
namespace {

constexpr std::size_t kMaxLine = 65536;

/// Adds a value to a line, quoted if it needs it. No comma.
void add_csv_value(std::string_view value, std::string& line) {
  const bool plain = std::none_of(value.begin(), value.end(),
                                  [](char c) { return c == ',' || c == '"' || c == '\n'; });
  if (plain) {
    line += value;
    return;
  }
  line += '"';
  for (const char c : value) {
    if (c == '"') line += '"';
    line += c;
  }
  line += '"';
}

}  // namespace

CsvReader::CsvReader(const std::filesystem::path& file, Diagnostics& diagnostics)
    : file_(std::make_shared<const std::string>(file.string())), diagnostics_(diagnostics) {
  std::error_code ignored;  // what cannot be looked at cannot be opened either
  if (std::filesystem::is_directory(file, ignored)) {
    error("is a directory, not a table");
    return;
  }
  stream_.open(file, std::ios::binary);
  if (!stream_) {
    error("cannot be opened");
    return;
  }
  read_header();
}

void CsvReader::read_header() {
  const bool found = read_line();
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (buffer_.starts_with(kByteOrderMark)) buffer_.erase(0, kByteOrderMark.size());
  if (!found || !split(header_)) {
    error("no header line");
    header_.clear();
  }
  header_line_ = line_;
  for (std::size_t i = 0; i < header_.size(); ++i) {
    if (column(header_[i]) != i) {
      error(fmt::format("column '{}' appears twice", printable(header_[i])));
    }
  }
}

bool CsvReader::read_line() {
  while (true) {
    buffer_.clear();
    int c = stream_.get();
    if (c == EOF) return false;
    ++line_;
    for (; c != EOF && c != '\n'; c = stream_.get()) {
      if (buffer_.size() >= kMaxLine) {
        error("line longer than 64 KiB");
        stream_.setstate(std::ios::failbit);
        return false;
      }
      buffer_.push_back(static_cast<char>(c));
    }
    if (!buffer_.empty() && buffer_.back() == '\r') buffer_.pop_back();
    if (!buffer_.empty() && buffer_.front() != '#') return true;
  }
}

bool CsvReader::split(std::vector<std::string>& fields) {
  fields.clear();
  fields.emplace_back();
  bool quoted = false;
  for (std::size_t i = 0; i < buffer_.size(); ++i) {
    const char c = buffer_[i];
    if (c == '"' && quoted && i + 1 < buffer_.size() && buffer_[i + 1] == '"') {
      fields.back().push_back('"');
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back().push_back(c);
    }
  }
  if (quoted) error("quote not closed");
  return !quoted;
}

bool CsvReader::next() {
  while (!header_.empty() && read_line()) {
    if (!split(fields_)) continue;
    if (fields_.size() == header_.size()) return true;
    error(fmt::format("{} fields, but the header has {}", fields_.size(), header_.size()));
  }
  return false;
}

std::optional<std::size_t> CsvReader::column(std::string_view name) const {
  for (std::size_t i = 0; i < header_.size(); ++i) {
    if (header_[i] == name) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> CsvReader::require(std::string_view name) {
  const auto i = column(name);
  if (!i && !header_.empty()) {
    diagnostics_.error({file_, header_line_, 1},
                       fmt::format("no column '{}'{}", name, suggest(name, header_)));
  }
  return i;
}

std::optional<double> CsvReader::number(std::size_t i) {
  const std::string& s = fields_[i];
  if (s.empty()) return std::nullopt;
  double value = 0;
  const auto [end, problem] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (problem != std::errc() || end != s.data() + s.size() || !std::isfinite(value)) {
    error(fmt::format("column '{}': '{}' is not a number", printable(header_[i]), printable(s)));
    return std::nullopt;
  }
  return value;
}

void CsvReader::error(std::string message) {
  diagnostics_.error({file_, line_ == 0 ? 1 : line_, 1}, std::move(message));
}

std::string csv_line(const std::vector<std::string>& values) {
  std::string line;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) line += ',';
    add_csv_value(values[i], line);
  }
  return line;
}

void split_csv_line(std::string_view line, std::vector<std::string>& values) {
  std::size_t count = 0;
  bool quoted = false, fresh = true;
  for (std::size_t i = 0; i <= line.size(); ++i) {
    if (fresh) {
      if (count == values.size()) values.emplace_back();
      values[count].clear();
      fresh = false;
    }
    if (i == line.size() || (line[i] == ',' && !quoted)) {
      ++count;
      fresh = true;
    } else if (line[i] == '"') {
      if (quoted && i + 1 < line.size() && line[i + 1] == '"') {
        values[count] += line[i++];
      } else {
        quoted = !quoted;
      }
    } else {
      values[count] += line[i];
    }
  }
  values.resize(count);
}

}  // namespace autoscale::config
