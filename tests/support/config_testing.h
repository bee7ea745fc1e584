// Helpers of the config tests: the text of an error, files that exist during one test.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "sim/config/reader.h"
#include "tests/support/temporary_folder.h"

namespace autoscale::config {

/// The what() of the ConfigError that `action` throws, or "no error".
template <class Action>
std::string error_of(Action&& action) {
  try {
    action();
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "no error";
}

/// Reads `yaml` as a T under the file name "f.yaml". Throws ConfigError.
template <class T>
T read_text(std::string_view yaml) {
  const Node root = parse_yaml(yaml, "f.yaml");
  Diagnostics diagnostics;
  T value = read<T>(root, diagnostics);
  diagnostics.throw_if_any();
  return value;
}

template <class T>
std::string read_error(std::string_view yaml) {
  return error_of([&] { read_text<T>(yaml); });
}

inline std::string repeat(std::string_view text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

/// A test with a folder of its own, which is the working directory while it runs, so that messages
/// can name files by short relative paths.
class InTemporaryFolder : public testing::Test {
 protected:
  InTemporaryFolder() { std::filesystem::current_path(folder_.path()); }
  ~InTemporaryFolder() override { std::filesystem::current_path(before_); }

  static void write(const std::string& name, std::string_view content) {
    std::filesystem::create_directories(std::filesystem::absolute(name).parent_path());
    write_all(name, content);
  }

 private:
  std::filesystem::path before_ = std::filesystem::current_path();
  TemporaryFolder folder_;
};

}  // namespace autoscale::config
