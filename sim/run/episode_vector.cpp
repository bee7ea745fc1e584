#include "sim/run/episode_vector.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace autoscale {

EpisodeVector::EpisodeVector(const std::shared_ptr<const LoadedScenario>& scenario,
                             const EpisodeOptions& options, std::size_t count, bool features,
                             Autoreset autoreset, std::size_t threads)
    : encode_features_(features),
      autoreset_(autoreset),
      illegal_is_penalised_(options.penalty.has_value()),
      pool_(threads) {
  if (count == 0) throw std::invalid_argument("num_envs: at least one environment is needed");
  for (std::size_t i = 0; i < count; ++i) {
    episodes_.push_back(std::make_unique<Episode>(scenario, options));
  }
  for (const DnnOnType& dnn : episodes_.front()->world().type().dnns) {
    for (const ActionModel& action : dnn.actions) legal_.push_back(action.legal);
  }
  due_.resize(count);
  states_.resize(features ? 0 : count);
  final_states_ = states_;
  features_.resize(features ? count * kFeatures : 0);
  final_features_ = features_;
  rewards_.resize(count);
  truncated_.resize(count);
  masks_.resize(count * episodes_.front()->actions());
  numbers_.resize(count * kNumbers);
  integers_.resize(count * kIntegers);
  flags_.resize(count * kFlags);
}

void EpisodeVector::require_one_each(std::size_t given, const char* what,
                                     const char* things) const {
  if (given == size()) return;
  throw std::invalid_argument(
      fmt::format("{}: {} {} for {} environments", what, given, things, size()));
}

void EpisodeVector::for_each(const ThreadPool::Work& work) {
  try {
    pool_.share_out(size(), work);
  } catch (...) {
    for (std::size_t i = 0; i < size(); ++i) note_due(i);
    throw;
  }
}

void EpisodeVector::reset(std::span<const std::uint64_t> seeds,
                          std::span<const std::uint8_t> which) {
  require_one_each(seeds.size(), "seed", "seeds");
  const auto left_out = [&](std::size_t i) { return !which.empty() && which[i] == 0; };
  if (!which.empty()) require_one_each(which.size(), "reset_mask", "values");
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < size(); ++i) {
    if (left_out(i) && !due_[i].started) {
      throw std::logic_error("reset_mask: reset all environments first");
    }
  }
  for_each([&](std::size_t i, std::size_t) {
    if (left_out(i)) return;
    episodes_[i]->reset(seeds[i]);
    rewards_[i] = 0;
    truncated_[i] = 0;
    cell(flags_, kStepped, i) = 0;
    describe_decision(i);
    encode(i, states_, features_);
  });
}

void EpisodeVector::reset_following(std::span<const std::uint8_t> which) {
  std::vector<std::uint64_t> seeds;
  for (const auto& episode : episodes_) {
    const SteppedWorld& world = episode->world();
    if (!world.started()) throw std::invalid_argument("reset: needs seeds");
    seeds.push_back(following_seed(world.seed()));
  }
  reset(seeds, which);
}

bool EpisodeVector::step(std::span<const std::int64_t> actions) {
  require_one_each(actions.size(), "actions", "actions");
  const std::lock_guard lock(mutex_);
  check(actions);
  for_each([&](std::size_t i, std::size_t) { step_one(i, actions[i]); });
  const bool same_step = autoreset_ == Autoreset::kSameStep;
  const std::uint8_t* marks = same_step ? truncated_.data() : &cell(flags_, kStepped, 0);
  return std::find(marks, marks + size(), same_step ? 1 : 0) != marks + size();
}

void EpisodeVector::check(std::span<const std::int64_t> actions) const {
  const auto count = static_cast<std::int64_t>(masks_.size() / size());
  for (std::size_t i = 0; i < size(); ++i) {
    const auto [started, over, dnn] = due_[i];
    if (!started) throw std::logic_error("step: reset the environments first");
    if (autoreset_ == Autoreset::kDisabled && over) {
      throw std::logic_error(fmt::format(
          "step: environment {} has ended; reset it with options={{\"reset_mask\": ...}}", i));
    }
    if (over || illegal_is_penalised_) continue;
    const std::int64_t action = actions[i];
    const bool legal =
        action >= 0 && action < count &&
        legal_[dnn * static_cast<std::size_t>(count) + static_cast<std::size_t>(action)];
    if (!legal) episodes_[i]->refuse(action);
  }
}

void EpisodeVector::replay(std::span<const std::uint64_t> seeds,
                           std::span<const std::uint64_t> lengths,
                           std::span<const std::int64_t> actions) {
  require_one_each(seeds.size(), "seed", "seeds");
  require_one_each(lengths.size(), "replay", "lengths");
  const std::size_t rows = actions.size() / size();
  if (actions.size() % size() != 0 || std::ranges::max(lengths) > rows) {
    throw std::invalid_argument("replay: fewer decisions than the lengths say");
  }
  const std::lock_guard lock(mutex_);
  for_each([&](std::size_t i, std::size_t) {
    episodes_[i]->reset(seeds[i]);
    for (std::size_t row = rows - lengths[i]; row < rows; ++row) {
      episodes_[i]->step(actions[row * size() + i]);
    }
    if (lengths[i] > 0) describe_outcome(i);
    describe_decision(i);
    encode(i, states_, features_);
  });
}

void EpisodeVector::step_one(std::size_t i, std::int64_t action) {
  Episode& episode = *episodes_[i];
  const bool begins = episode.world().over();  // only with kNextStep
  if (begins) {
    episode.reset_following();
  } else {
    episode.step(action);
  }
  rewards_[i] = episode.reward();
  mark(truncated_[i], episode.world().over());
  mark(cell(flags_, kStepped, i), !begins);
  if (!begins) describe_outcome(i);
  if (truncated_[i] && autoreset_ == Autoreset::kSameStep) {
    encode(i, final_states_, final_features_);
    episode.reset_following();
  }
  describe_decision(i);
  encode(i, states_, features_);
}

void EpisodeVector::encode(std::size_t i, std::vector<std::int64_t>& states,
                           std::vector<float>& features) {
  if (!encode_features_) {
    states[i] = episodes_[i]->state();
    return;
  }
  const FeatureVector values = episodes_[i]->features();
  std::transform(values.begin(), values.end(), &features[i * kFeatures],
                 [](double x) { return static_cast<float>(x); });
}

void EpisodeVector::note_due(std::size_t i) {
  const SteppedWorld& world = episodes_[i]->world();
  const Due due{world.started(), world.over(), world.observation().dnn};
  if (due_[i] != due) due_[i] = due;
}

void EpisodeVector::describe_decision(std::size_t i) {
  note_due(i);
  const Episode& episode = *episodes_[i];
  const SteppedWorld& world = episode.world();
  const std::size_t actions = episode.actions(), dnn = world.observation().dnn;
  std::copy_n(&legal_[dnn * actions], actions, &masks_[i * actions]);
  cell(integers_, kDnn, i) = static_cast<std::int64_t>(dnn);
  cell(integers_, kRequest, i) = world.observation().request;
  cell(integers_, kOracleAction, i) = episode.oracle_action();
  cell(integers_, kSeed, i) = static_cast<std::int64_t>(world.seed());
}

void EpisodeVector::describe_outcome(std::size_t i) {
  const Episode& episode = *episodes_[i];
  const FinishedRequest& outcome = episode.world().outcome();
  cell(numbers_, kEnergy, i) = outcome.ledger.energy_j;
  cell(numbers_, kServerEnergy, i) = outcome.ledger.server_j;
  cell(numbers_, kLatency, i) = to_seconds(outcome.latency);
  cell(numbers_, kAccuracy, i) = outcome.verdict.score;
  cell(numbers_, kTemperature, i) = outcome.temperature_c;
  for (std::size_t c = 0; c < kCauses; ++c) {
    cell(numbers_, kFirstCause + c, i) = outcome.ledger.joules[c];
  }
  for (std::size_t s = 0; s < kStages; ++s) {
    cell(numbers_, kFirstStage + s, i) = to_seconds(outcome.ledger.stages[s]);
  }
  cell(integers_, kExecuted, i) = outcome.executed;
  cell(integers_, kDropped, i) = episode.world().dropped();
  mark(cell(flags_, kQosMet, i), outcome.verdict.qos_met);
  mark(cell(flags_, kAccuracyMet, i), outcome.verdict.accuracy_met);
  mark(cell(flags_, kIllegal, i), episode.illegal());
}

}  // namespace autoscale
