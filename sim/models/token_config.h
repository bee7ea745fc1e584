// The shape of `tokens:` of a use case: how long prompts and answers are.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "sim/config/fields.h"

namespace autoscale {

using config::Located;

/// Longer than any text that a model of today reads (assumed; their contexts end at 10^4 to 10^6).
inline constexpr int kMaxTokens = 1'000'000;
inline constexpr config::Interval kTokenCount = config::range(1.0, double{kMaxTokens});

struct LogNormalTokens {
  static constexpr std::string_view kName = "log_normal";
  double median = 1;
  Located<double> p90{1, {}};
  int limit = kMaxTokens;
  template <class V>
  void fields(V& v) {
    v.required("median", median, "median number of tokens", kTokenCount);
    v.required("p90", p90, "90th percentile of the same", kTokenCount);
    v.optional("limit", limit, "longer ones are cut to it", kTokenCount);
  }
};
struct ConstantTokens {
  static constexpr std::string_view kName = "constant";
  int value = 1;
  template <class V>
  void fields(V& v) {
    v.required("value", value, "tokens of every request", kTokenCount);
  }
};
using TokenLengthConfig = std::variant<LogNormalTokens, ConstantTokens>;

/// Prompt and output are independent of each other.
struct DrawnTokens {
  static constexpr std::string_view kName = "drawn";
  TokenLengthConfig prompt, output;
  std::optional<config::Origin> origin;
  template <class V>
  void fields(V& v) {
    v.required("prompt", prompt, "tokens of the prompt");
    v.required("output", output, "tokens of the answer");
    v.optional("origin", origin, "where the figures come from");
  }
};

enum class TokenOrder : std::uint8_t { kRandom, kAsRecorded };

template <>
struct config::EnumNames<TokenOrder> {
  static constexpr std::array<std::pair<TokenOrder, std::string_view>, 2> value{
      {{TokenOrder::kRandom, "random"}, {TokenOrder::kAsRecorded, "as_recorded"}}};
};

/// The format that a trace has unless it names another.
inline constexpr const char* kOwnTokenFormat = "plain";

/// Pairs of prompt and output as recorded.
struct TokenTraceConfig {
  static constexpr std::string_view kName = "trace";
  Located<std::string> file;
  Located<std::string> format{kOwnTokenFormat, {}};
  TokenOrder order = TokenOrder::kRandom;
  template <class V>
  void fields(V& v) {
    v.required("file", file, "path, relative to the file that names it, or below the data folder");
    v.optional("format", format, "who wrote it: a name in workloads/token_formats, or a path");
    v.optional("order", order,
               "random: any row, each as likely; as_recorded: a phone's n-th request has row n");
  }
};
using TokensConfig = std::variant<DrawnTokens, TokenTraceConfig>;

}  // namespace autoscale
