// How many tokens the prompt of a request has, and its answer.
//
// Model   drawn: prompt and output independent, each constant or log-normal by its median and 90th
//         percentile; rounded to the nearest whole number, at least 1, cut at `limit` (not drawn
//         again, so that the limit itself is as likely as all that is longer). Recorded: rows of a
//         file, any of them or one after the other, with prompt and output as they came together.
// Assumes lengths that depend neither on phone, time and target nor on the requests before; an
//         answer is as long whichever model gives it.
// Moments exact: of a row of a file its averages; of a log-normal number N sums over all lengths,
//         E[N] = sum of P(N >= k), E[N^2] = sum of (2 k - 1) P(N >= k), k from 1 to the limit.
// Source  lengths of prompts and answers are heavy-tailed in every published trace (Azure's, Patel et
//         al., Splitwise, ISCA 2024); that they are log-normal is assumed.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/config/diagnostics.h"
#include "sim/core/random_field.h"
#include "sim/models/token_config.h"
#include "sim/models/token_trace.h"

namespace autoscale {

class Catalog;

/// Immutable, and cheap to copy.
class TokenLengths {
 public:
  /// `catalog` finds a trace and its format. Problems go to `diagnostics`, at `where` unless the
  /// configuration knows its own place.
  TokenLengths(const TokensConfig& config, const config::Mark& where, const Catalog& catalog,
               config::Diagnostics& diagnostics);

  /// The same for the same address.
  TokenCount draw(const RandomField& random, std::uint32_t phone, std::uint32_t request) const;

  double mean_prompt() const { return prompt_moments_.mean; }
  double mean_output() const { return output_moments_.mean; }
  double mean_output_square() const { return output_moments_.square; }

 private:
  struct Moments {
    double mean = 1;
    double square = 1;
  };

  /// A log-normal number, or with sigma 0 always the median.
  struct Law {
    double median = 1;
    double sigma = 0;
    double limit = 1;

    std::uint32_t draw(Draw draw) const;
    Moments moments() const;
  };

  static Law law_of(const TokenLengthConfig& config, const config::Mark& where,
                    config::Diagnostics& diagnostics);
  void take_trace(const TokenTraceConfig& config, const config::Mark& where, const Catalog& catalog,
                  config::Diagnostics& diagnostics);

  Law prompt_, output_;
  std::shared_ptr<const std::vector<TokenCount>> rows_;  // null when drawn
  TokenOrder order_ = TokenOrder::kRandom;
  Moments prompt_moments_, output_moments_;
};

}  // namespace autoscale
