// Collecting and wording configuration errors.
#include "sim/config/diagnostics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <limits>
#include <numeric>
#include <tuple>
#include <utility>

namespace autoscale::config {
namespace {

std::string file_of(const Mark& mark) { return mark.file ? *mark.file : std::string("<none>"); }

std::string join_lines(const std::vector<Diagnostic>& diagnostics) {
  std::string lines;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (!lines.empty()) lines += '\n';
    lines += diagnostic.text();
  }
  return lines;
}

/// Levenshtein distance: fewest insertions, deletions and substitutions of bytes.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substituted, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

/// The legal name nearest to `wrong`, or nullptr when none is so near that a slip explains it: two
/// bytes, fewer in short names.
const std::string* nearest(std::string_view wrong, std::span<const std::string> legal) {
  const std::string* best = nullptr;
  std::size_t best_distance = 3;
  for (const std::string& name : legal) {
    const std::size_t longer = std::max(wrong.size(), name.size());
    const std::size_t shorter = std::min(wrong.size(), name.size());
    if (longer - shorter >= best_distance) continue;
    const std::size_t distance = edit_distance(wrong, name);
    if (distance < best_distance && 2 * distance < longer) {
      best = &name;
      best_distance = distance;
    }
  }
  return best;
}

/// Legal names that begin nearly like `wrong`, at most four.
std::vector<std::string> begin_alike(std::string_view wrong, std::span<const std::string> legal) {
  constexpr std::size_t kShortest = 4, kMost = 4;
  std::vector<std::string> alike;
  if (wrong.size() < kShortest) return alike;
  for (const std::string& name : legal) {
    const std::size_t near = std::min(edit_distance(wrong, name.substr(0, wrong.size())),
                                      edit_distance(wrong, name.substr(0, wrong.size() + 1)));
    if (near <= 1 && alike.size() < kMost) alike.push_back(fmt::format("'{}'", name));
  }
  return alike;
}

bool may_be_path(std::string_view text) {
  constexpr std::size_t kMaxEnding = 10;  // ".mahimahi"
  const std::size_t dot = text.find_last_of('.');
  const bool has_ending = dot != std::string_view::npos && text.size() - dot <= kMaxEnding &&
                          std::all_of(text.begin() + static_cast<std::ptrdiff_t>(dot) + 1,
                                      text.end(), [](unsigned char c) { return std::isalpha(c); });
  return has_ending || text.find('/') != std::string_view::npos;
}

/// Control characters become '?', which no terminal obeys; ends of lines only in what is one line.
std::string without_controls(std::string text, bool one_line) {
  std::replace_if(
      text.begin(), text.end(),
      [one_line](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && (one_line || c != '\n')) || c == 0x7F;
      },
      '?');
  return text;
}

/// The first `max_bytes` of a text or, if it is UTF-8, somewhat less, without control characters.
std::string one_line(std::string_view text, std::size_t max_bytes) {
  const auto continues_character = [&](std::size_t i) {
    return (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80;
  };
  const bool cut = text.size() > max_bytes;
  if (cut) {
    std::size_t end = max_bytes;
    while (end > 0 && continues_character(end)) --end;
    text = text.substr(0, end);
  }
  const std::string result = without_controls(std::string(text), true);
  return cut ? result + "..." : result;
}

}  // namespace

std::string to_string(const Mark& mark) {
  if (mark.line == 0) return file_of(mark);
  return fmt::format("{}:{}:{}", file_of(mark), mark.line, mark.column);
}

Mark file_mark(const std::filesystem::path& file) {
  return {std::make_shared<const std::string>(file.string()), 1, 1};
}

std::filesystem::path path_at(const Mark& where, const std::filesystem::path& name) {
  const bool in_a_file = where.file && where.line > 0;
  return in_a_file ? std::filesystem::path(*where.file).parent_path() / name : name;
}

std::string Diagnostic::text() const { return to_string(mark) + ": error: " + message; }

ConfigError::ConfigError(std::vector<Diagnostic> diagnostics)
    : std::runtime_error(join_lines(diagnostics)), diagnostics_(std::move(diagnostics)) {}

void Diagnostics::error(const Mark& mark, std::string message) {
  const int count = ++count_by_file_[file_of(mark)];
  if (count <= kMaxPerFile) {
    list_.push_back({mark, without_controls(std::move(message), false)});
  } else if (count == kMaxPerFile + 1) {
    list_.push_back({{mark.file, 0, 0},
                     fmt::format("more than {} errors, the rest is not shown", kMaxPerFile)});
  }
}

void Diagnostics::error(const Mark& mark, std::string_view path, std::string_view message) {
  error(mark, path.empty() ? std::string(message) : fmt::format("{}: {}", path, message));
}

void Diagnostics::add(const std::vector<Diagnostic>& mistakes) {
  for (const Diagnostic& d : mistakes) error(d.mark, d.message);
}

void Diagnostics::throw_if_any() const {
  if (empty()) return;
  std::vector<Diagnostic> sorted = list_;
  const auto place = [](const Diagnostic& d) {
    constexpr int kAfterAllLines = std::numeric_limits<int>::max();
    return std::tuple(file_of(d.mark), d.mark.line == 0 ? kAfterAllLines : d.mark.line,
                      d.mark.column);
  };
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return place(a) < place(b); });
  throw ConfigError(std::move(sorted));
}

std::string printable(std::string_view text) {
  constexpr std::size_t kMaxText = 60;
  return may_be_path(text) ? printable_path(text) : one_line(text, kMaxText);
}

std::string printable_path(std::string_view text) {
  constexpr std::size_t kMaxName = 255, kMaxPath = 4096;  // NAME_MAX and PATH_MAX of Linux
  return one_line(text, text.find('/') == std::string_view::npos ? kMaxName : kMaxPath);
}

std::string suggest(std::string_view wrong, std::span<const std::string> legal) {
  constexpr std::size_t kMaxListed = 20;
  if (const std::string* name = nearest(wrong, legal)) {
    return fmt::format(" (did you mean '{}'?)", *name);
  }
  if (const auto alike = begin_alike(wrong, legal); !alike.empty()) {
    return fmt::format(" (did you mean {}?)", fmt::join(alike, " or "));
  }
  if (legal.empty() || legal.size() > kMaxListed) return "";
  return fmt::format(" (legal: {})", fmt::join(legal, ", "));
}

}  // namespace autoscale::config
