// Policies across the border: the simulator's stepped from Python (SteppedPolicy), and Python's in
// the simulator's runs (PythonSettings, PythonPolicy).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "python/src/bindings.h"
#include "sim/policy/roster.h"
#include "sim/run/episode.h"

namespace autoscale::python {

/// A policy's decision in segments, kept.
struct Plan {
  ActionId action = 0;
  std::vector<Segment> segments;
  std::string name;
};

/// One of the simulator's policies, deciding for the steered phone of an world.
class SteppedPolicy {
 public:
  /// `owner` is the Python object of the episode. The seed is the episode's unless given.
  SteppedPolicy(nb::handle owner, Episode& episode, const std::string& name,
                const std::string& parameters, std::optional<std::uint64_t> seed);

  /// An action's number, or a Plan if the network is cut into segments.
  nb::object decide();
  /// Tells it what became of its latest decision, if it learns.
  void learn();
  void set_mode(bool learn, bool explore) { policy_->set_mode({learn, explore}); }
  std::string save() const;
  const PolicyInfo& info() const { return entry_->info; }
  const std::string& name() const { return entry_->name; }
  std::size_t table_bytes() const { return policy_->table_bytes(); }

 private:
  nb::object owner_;
  Episode& episode_;
  const PolicyEntry* entry_;
  std::unique_ptr<Policy> policy_;
};

/// What a Python policy is given at its start: the phone's actions and DNNs, and the encodings of
/// observations.
class PythonContext {
 public:
  explicit PythonContext(const PolicyContext& context);

  std::vector<std::string> actions;
  std::vector<std::string> dnns;
  std::vector<std::vector<ActionId>> legal;  // by DNN
  std::string device;
  std::uint64_t seed = 0;
  StateSpace states;
  FeatureMap features;
};

/// Makes policies that ask copies of a Python object. The object must outlive it.
class PythonSettings final : public PolicySettings {
 public:
  PythonSettings(nb::object prototype, std::string name)
      : prototype_(std::move(prototype)), name_(std::move(name)) {}
  PythonSettings(const PythonSettings&) = delete;
  PythonSettings& operator=(const PythonSettings&) = delete;
  ~PythonSettings() override {
    const nb::gil_scoped_acquire held;
    prototype_.reset();
  }

  std::unique_ptr<Policy> make(const PolicyContext& context) const override;
  nlohmann::ordered_json to_json() const override;

 private:
  nb::object prototype_;
  std::string name_;
};

}  // namespace autoscale::python
