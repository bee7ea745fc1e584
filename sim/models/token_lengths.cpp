#include "sim/models/token_lengths.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/models/catalog.h"
#include "sim/models/link.h"

namespace autoscale {
namespace {

const config::Mark& mark_or(const config::Mark& own, const config::Mark& where) {
  return own.file ? own : where;
}

double rounded(double tokens, double limit) { return std::clamp(std::round(tokens), 1.0, limit); }

}  // namespace

std::uint32_t TokenLengths::Law::draw(Draw draw) const {
  const double tokens = sigma > 0 ? draw.log_normal_median(median, sigma) : median;
  return static_cast<std::uint32_t>(rounded(tokens, limit));
}

TokenLengths::Moments TokenLengths::Law::moments() const {
  if (sigma == 0) {
    const double tokens = rounded(median, limit);
    return {tokens, tokens * tokens};
  }
  Moments sums;  // k = 1: every number is at least that
  for (double k = 2; k <= limit; ++k) {
    const double at_least = 0.5 * std::erfc(std::log((k - 0.5) / median) / sigma / std::sqrt(2.0));
    sums.mean += at_least;
    sums.square += (2 * k - 1) * at_least;
  }
  return sums;
}

TokenLengths::Law TokenLengths::law_of(const TokenLengthConfig& config, const config::Mark& where,
                                       config::Diagnostics& diagnostics) {
  if (const auto* constant = std::get_if<ConstantTokens>(&config)) {
    return {static_cast<double>(constant->value), 0, static_cast<double>(constant->value)};
  }
  const auto& c = std::get<LogNormalTokens>(config);
  if (c.p90.value < c.median) {
    diagnostics.error(mark_or(c.p90.mark, where),
                      "tokens: the 90th percentile is below the median");
    return {};
  }
  return {c.median, std::log(c.p90.value / c.median) / kNormalP90, static_cast<double>(c.limit)};
}

TokenLengths::TokenLengths(const TokensConfig& config, const config::Mark& where,
                           const Catalog& catalog, config::Diagnostics& diagnostics) {
  if (const auto* drawn = std::get_if<DrawnTokens>(&config)) {
    prompt_ = law_of(drawn->prompt, where, diagnostics);
    output_ = law_of(drawn->output, where, diagnostics);
    prompt_moments_ = prompt_.moments();
    output_moments_ = output_.moments();
  } else {
    take_trace(std::get<TokenTraceConfig>(config), where, catalog, diagnostics);
  }
}

void TokenLengths::take_trace(const TokenTraceConfig& config, const config::Mark& where,
                              const Catalog& catalog, config::Diagnostics& diagnostics) {
  const config::Mark& file_said = mark_or(config.file.mark, where);
  const auto description = catalog.find(kTokenFormatFiles, config.format.value,
                                        mark_or(config.format.mark, file_said), diagnostics);
  if (!description) return;
  const auto format = catalog.load<TokenFormat>(*description, diagnostics);
  if (!format) return;
  const std::string& name = config.file.value;
  const std::filesystem::path file =
      catalog.search()
          .find(kTraceFiles, name, file_said, diagnostics)
          .value_or(config::path_at(file_said, name));  // not there: reported when it is read
  auto rows = load_token_trace(file, *format, diagnostics);
  if (rows.empty()) {
    diagnostics.error(
        file_said, fmt::format("tokens: trace '{}' cannot be used", config::printable_path(name)));
    return;
  }
  prompt_moments_ = output_moments_ = {0, 0};
  const auto share = 1 / static_cast<double>(rows.size());
  for (const TokenCount& row : rows) {
    prompt_moments_.mean += share * row.prompt;
    prompt_moments_.square += share * row.prompt * row.prompt;
    output_moments_.mean += share * row.output;
    output_moments_.square += share * row.output * row.output;
  }
  rows_ = std::make_shared<const std::vector<TokenCount>>(std::move(rows));
  order_ = config.order;
}

TokenCount TokenLengths::draw(const RandomField& random, std::uint32_t phone,
                              std::uint32_t request) const {
  const std::uint64_t index = 2 * std::uint64_t{request};  // two draws: neither moves the other
  const Draw first = random.at(Stream::kTokens, phone, index);
  if (rows_) {
    const auto count = static_cast<std::uint32_t>(rows_->size());
    return (*rows_)[order_ == TokenOrder::kRandom ? Draw(first).below(count) : request % count];
  }
  return {prompt_.draw(first), output_.draw(random.at(Stream::kTokens, phone, index + 1))};
}

}  // namespace autoscale
