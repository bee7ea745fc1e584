// Outcomes that a predictor is never fitted to, to tell its prediction error: a uniform sample of
// those in calm conditions (no co-runner, both signals regular) and one of those in varying
// conditions, which is all the others.
#pragma once

#include "policies/base/policy_draws.h"
#include "policies/base/predictor.h"

namespace autoscale {

template <class Sample>
class Validation {
 public:
  explicit Validation(const RandomField& random)
      : calm_(kSamples, {random, kCalmDraws}), varying_(kSamples, {random, kVaryingDraws}) {}

  void add(const Sample& sample, bool calm) { (calm ? calm_ : varying_).add(sample); }

  /// Calls `each(sample, calm)` for all samples.
  template <class Each>
  void for_each(Each&& each) const {
    for (const Sample& s : calm_.items()) each(s, true);
    for (const Sample& s : varying_.items()) each(s, false);
  }

  std::size_t bytes() const { return calm_.bytes() + varying_.bytes(); }

  nlohmann::ordered_json save() const {
    return {{"calm", calm_.save()}, {"varying", varying_.save()}};
  }
  void load(const nlohmann::ordered_json& saved) {
    calm_.load(saved.at("calm"));
    varying_.load(saved.at("varying"));
  }

 private:
  static constexpr std::size_t kSamples = 1000;  // of each kind

  SampleReservoir<Sample> calm_;
  SampleReservoir<Sample> varying_;
};

}  // namespace autoscale
