// The shape of an entry of `batching:` in a server's profile: what was measured of a GPU that
// answers many sequences at a time.
#pragma once

#include <string>
#include <vector>

#include "sim/config/fields.h"
#include "sim/core/quantity.h"
#include "sim/core/time.h"
#include "sim/models/kinds.h"

namespace autoscale {

using config::Located;
using config::Sourced;
using config::SourcedList;

struct BatchingConfig {
  Located<std::string> dnn;
  std::vector<Located<std::string>> answers;
  Located<ProcessorKind> processor{};
  Located<Precision> precision{};
  SourcedList<double> concurrency;
  SourcedList<Duration> token_time;
  SourcedList<Watts> power;
  Sourced<PerSecond> prefill_rate;
  Sourced<int> limit;

  template <class V>
  void fields(V& v) {
    v.required("dnn", dnn, "DNN that the table was measured with");
    v.optional("answers", answers, "DNNs whose requests it answers too");
    v.required("processor", processor, "kind of processor it runs on");
    v.required("precision", precision, "precision it runs at");
    v.required("concurrency", concurrency, "sequences in the batch at the table's points",
               config::at_least(1.0), config::increasing, config::non_empty);
    v.required("token_time", token_time, "between two tokens of a sequence at each point",
               config::positive, config::non_decreasing);
    v.required("power", power, "of the processor at each point", config::positive);
    v.required("prefill_rate", prefill_rate,
               "prompt tokens read per second, one prompt after the other", config::positive);
    v.required("limit", limit, "sequences in the batch at most", config::positive);
  }
};

}  // namespace autoscale
