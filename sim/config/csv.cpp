#include "sim/config/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace autoscale::config {
namespace {

constexpr std::size_t kMaxLine = 65536;

constexpr const char* kBlanks = " \t";

bool is_blank(std::string_view line) {
  return line.find_first_not_of(kBlanks) == std::string_view::npos;
}

/// True for a line that is empty, a comment, or not one of those that alone count.
bool does_not_count(std::string_view line, const CsvShape& shape) {
  if (line.empty() || (!shape.comment.empty() && line.starts_with(shape.comment))) return true;
  const std::size_t begin = std::min(line.find_first_not_of(kBlanks), line.size());
  return !line.substr(begin).starts_with(shape.only);
}

void trim(std::string& field) {
  const std::size_t end = field.find_last_not_of(kBlanks);
  field.erase(end == std::string::npos ? 0 : end + 1);
  field.erase(0, std::min(field.find_first_not_of(kBlanks), field.size()));
}

char character(CsvSeparator separator) {
  switch (separator) {
    case CsvSeparator::kSemicolon:
      return ';';
    case CsvSeparator::kTab:
      return '\t';
    default:
      return ',';
  }
}

const char* plural(CsvSeparator separator) {
  switch (separator) {
    case CsvSeparator::kSemicolon:
      return "semicolons";
    case CsvSeparator::kTab:
      return "tabs";
    case CsvSeparator::kBlanks:
      return "blanks";
    default:
      return "commas";
  }
}

/// The separator that a first line such as "sep=;" names.
std::optional<CsvSeparator> named_separator(std::string_view line) {
  if (line.size() != 5 || !line.starts_with("sep=")) return std::nullopt;
  for (const auto separator :
       {CsvSeparator::kComma, CsvSeparator::kSemicolon, CsvSeparator::kTab}) {
    if (character(separator) == line[4]) return separator;
  }
  return std::nullopt;
}

/// What parts the fields of a first line: a tab that does not just follow another separator, else a
/// semicolon, else a comma, else blanks.
CsvSeparator separator_of(std::string_view line) {
  bool quoted = false, tab = false, semicolon = false, comma = false, blank = false;
  char before = ' ';  // the last character that is no blank
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    if (!quoted) {
      tab |= c == '\t' && before != ',' && before != ';';
      semicolon |= c == ';';
      comma |= c == ',';
      blank |= c == ' ';
    }
    if (c != ' ' && c != '\t') before = c;
  }
  if (tab) return CsvSeparator::kTab;
  if (semicolon) return CsvSeparator::kSemicolon;
  if (comma) return CsvSeparator::kComma;
  return blank ? CsvSeparator::kBlanks : CsvSeparator::kComma;
}

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

CsvReader::CsvReader(const std::filesystem::path& file, Diagnostics& diagnostics, CsvShape shape)
    : file_(std::make_shared<const std::string>(file.string())),
      diagnostics_(diagnostics),
      shape_(std::move(shape)) {
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
  if (!read_first_line()) {
    error(shape_.header == false ? "no rows" : "no header line");
    header_.clear();
    return;
  }
  header_line_ = line_;
  const auto is_number = [this](const std::string& text) { return parse_number(text).has_value(); };
  has_header_ =
      shape_.header ? *shape_.header : std::none_of(header_.begin(), header_.end(), is_number);
  if (has_header_) {
    check_names();
    return;
  }
  fields_ = header_;
  row_waits_ = true;
  for (std::size_t i = 0; i < header_.size(); ++i) header_[i] = std::to_string(i + 1);
}

/// Reads the first line into header_, after a byte order mark and what spreadsheets say about the
/// separator.
bool CsvReader::read_first_line() {
  if (!read_line()) return false;
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (buffer_.starts_with("\xFF\xFE") || buffer_.starts_with("\xFE\xFF")) {
    error("is UTF-16; save it as UTF-8");
    return false;
  }
  if (buffer_.starts_with(kByteOrderMark)) {
    buffer_.erase(0, kByteOrderMark.size());
    if (does_not_count(buffer_, shape_) && !read_line()) return false;
  }
  if (shape_.separator == CsvSeparator::kAuto) {
    const auto named = named_separator(buffer_);
    if (named && !read_line()) return false;
    shape_.separator = named ? *named : separator_of(buffer_);
  }
  return split(header_);
}

void CsvReader::check_names() {
  for (std::size_t i = 0; i < header_.size(); ++i) {
    if (shape_.lenient && header_[i].empty()) continue;
    if (std::find(header_.begin(), header_.end(), header_[i]) - header_.begin() <
        static_cast<std::ptrdiff_t>(i)) {
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
    if (shape_.lenient && is_blank(buffer_)) continue;
    if (!does_not_count(buffer_, shape_)) return true;
  }
}

bool CsvReader::split(std::vector<std::string>& fields) {
  fields.clear();
  if (shape_.separator == CsvSeparator::kBlanks) {
    split_at_blanks(fields);
    return true;
  }
  const char separator = character(shape_.separator);
  fields.emplace_back();
  bool quoted = false;
  for (std::size_t i = 0; i < buffer_.size(); ++i) {
    const char c = buffer_[i];
    if (c == '"' && quoted && i + 1 < buffer_.size() && buffer_[i + 1] == '"') {
      fields.back().push_back('"');
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == separator && !quoted) {
      fields.emplace_back();
    } else {
      fields.back().push_back(c);
    }
  }
  if (shape_.lenient) std::for_each(fields.begin(), fields.end(), trim);
  if (quoted) error("quote not closed");
  return !quoted;
}

void CsvReader::split_at_blanks(std::vector<std::string>& fields) {
  for (std::size_t i = 0; i < buffer_.size();) {
    const std::size_t begin = buffer_.find_first_not_of(kBlanks, i);
    if (begin == std::string::npos) break;
    const bool quoted = buffer_[begin] == '"';
    const std::size_t first = begin + (quoted ? 1 : 0);
    const std::size_t end =
        std::min(buffer_.find_first_of(quoted ? "\"" : kBlanks, first), buffer_.size());
    fields.push_back(buffer_.substr(first, end - first));
    i = end + 1;
  }
}

bool CsvReader::next() {
  while (!header_.empty()) {
    if (std::exchange(row_waits_, false)) return true;
    if (!read_line()) return false;
    if (!split(fields_)) continue;
    if (shape_.lenient) {
      if (has_header_ && fields_ == header_) continue;
      while (fields_.size() > header_.size() && fields_.back().empty()) fields_.pop_back();
    }
    if (fields_.size() == header_.size()) return true;
    error(fmt::format("{} fields, but the {} has {}{}", fields_.size(),
                      has_header_ ? "header" : "first line", header_.size(), seen()));
  }
  return false;
}

std::optional<std::size_t> CsvReader::column(std::string_view name) const {
  for (std::size_t i = 0; i < header_.size(); ++i) {
    if (header_[i] == name) return i;
  }
  if (!shape_.lenient) return std::nullopt;
  std::size_t number = 0;
  const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), number);
  const bool whole = problem == std::errc() && end == name.data() + name.size();
  if (!whole || number < 1 || number > header_.size()) return std::nullopt;
  return number - 1;
}

std::optional<std::size_t> CsvReader::require(std::string_view name) {
  const auto i = column(name);
  if (i || header_.empty()) return i;
  const Mark where{file_, header_line_, 1};
  if (has_header_) {
    diagnostics_.error(
        where, fmt::format("no column '{}'{}{}", printable(name), suggest(name, header_), seen()));
  } else {
    diagnostics_.error(
        where, fmt::format(
                   "no column '{}': there is no header line, so columns have the numbers 1 to {}{}",
                   printable(name), header_.size(), seen()));
  }
  return std::nullopt;
}

/// What to add to a message about the columns of a file from outside: how they were found.
std::string CsvReader::seen() const {
  if (!shape_.lenient) return "";
  std::string parted = fmt::format("; fields are parted by {}", plural(shape_.separator));
  if (!has_header_) return parted;
  return fmt::format("{}, the header is: {}", parted, fmt::join(header_, ", "));
}

std::optional<double> CsvReader::parse_number(const std::string& text) const {
  std::string_view s = text;
  std::string with_point;
  const std::size_t comma = s.find(',');
  if (comma != std::string_view::npos && shape_.separator != CsvSeparator::kComma) {
    with_point = text;
    with_point[comma] = '.';
    s = with_point;
  }
  if (shape_.lenient && s.size() > 1 && s[0] == '+' && s[1] != '-') s.remove_prefix(1);
  double value = 0;
  const auto [end, problem] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (problem != std::errc() || end != s.data() + s.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

std::optional<double> CsvReader::number(std::size_t i) {
  const std::string& s = fields_[i];
  if (s.empty()) return std::nullopt;
  const auto value = parse_number(s);
  if (!value) {
    error(fmt::format("column '{}': '{}' is not a number", printable(header_[i]), printable(s)));
  }
  return value;
}

void CsvReader::error(std::string message) { diagnostics_.error(mark(), std::move(message)); }

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
