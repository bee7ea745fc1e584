// Errors in what a user wrote: where they are, what they say, and how several become one exception.
//
// A file is read to its end and every mistake in it is collected, because a user who has made five
// wants to see five. The text has the format of compiler errors, so that editors can jump to it.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace autoscale::config {

/// A place in a configuration file. Line and column count from 1, the column in bytes; line 0 means
/// that it is not in a file: a person typed it on the command line, or gave it in Python.
struct Mark {
  std::shared_ptr<const std::string> file;  // as the user gave it; null in values made by code
  int line = 0;
  int column = 0;
};

/// "file:line:column", or "file" when there is no line.
std::string to_string(const Mark& mark);

/// The begin of a file: the place of mistakes that concern it as a whole.
Mark file_mark(const std::filesystem::path& file);

/// Where the path `name`, said at `where`, leads. What a file says starts from the folder of that
/// file, as the file was named (a symbolic link is not followed); what a person types, from the
/// working directory.
std::filesystem::path path_at(const Mark& where, const std::filesystem::path& name);

/// One mistake.
struct Diagnostic {
  Mark mark;
  std::string message;

  /// "file:line:column: error: message".
  std::string text() const;
};

/// All mistakes of a configuration; what() has one per line.
class ConfigError : public std::runtime_error {
 public:
  explicit ConfigError(std::vector<Diagnostic> diagnostics);

  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }

 private:
  std::vector<Diagnostic> diagnostics_;
};

/// Collects mistakes. Of one file it keeps the first 100 and says that there were more.
class Diagnostics {
 public:
  static constexpr int kMaxPerFile = 100;

  void error(const Mark& mark, std::string message);
  /// The same with the key path of the value, such as "devices[0].count", before the message.
  void error(const Mark& mark, std::string_view path, std::string_view message);
  /// Takes over mistakes that were collected elsewhere.
  void add(const std::vector<Diagnostic>& mistakes);

  bool empty() const { return list_.empty(); }
  const std::vector<Diagnostic>& list() const { return list_; }

  /// Throws a ConfigError of all mistakes, each file's in the order of their lines, if there are
  /// any.
  void throw_if_any() const;

 private:
  std::vector<Diagnostic> list_;
  std::map<std::string, int> count_by_file_;
};

/// `text` made fit for one line of a message: control characters become '?', what is beyond 60
/// bytes becomes "...". What may be a path (it has a '/' or a file's ending) is printable_path().
std::string printable(std::string_view text);

/// The same for a path or the name of a file, of no use without its end: whole, unless it is longer
/// than the system takes one.
std::string printable_path(std::string_view text);

/// What to add to a message about the unknown name `wrong`: " (did you mean 'profile'?)" when a
/// legal name is near by edit distance, else " (legal: a, b, c)" when there are at most ten, else
/// nothing.
std::string suggest(std::string_view wrong, std::span<const std::string> legal);

}  // namespace autoscale::config
