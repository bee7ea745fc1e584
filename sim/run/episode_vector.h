// Many episodes of one scenario, stepped in one call into arrays that are allocated once. Episode i
// of N is the same as an episode alone, whatever the number of threads.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "sim/core/thread_pool.h"
#include "sim/run/episode.h"

namespace autoscale {

/// When an episode that has ended begins anew (gymnasium.vector.AutoresetMode).
enum class Autoreset : std::uint8_t { kNextStep, kSameStep, kDisabled };

/// One call steps all of them; what came of the latest call lies in arrays.
class EpisodeVector {
 public:
  /// Rows of numbers(); energies by cause and times by stage follow.
  enum Number : std::size_t {
    kEnergy,
    kServerEnergy,
    kLatency,
    kAccuracy,
    kTemperature,
    kFirstCause,
    kFirstStage = kFirstCause + kCauses,
    kNumbers = kFirstStage + kStages
  };
  /// Rows of integers().
  enum Integer : std::size_t {
    kDnn,
    kRequest,
    kExecuted,
    kDropped,
    kOracleAction,
    kSeed,
    kIntegers
  };
  /// Rows of flags().
  enum Flag : std::size_t { kStepped, kQosMet, kAccuracyMet, kIllegal, kFlags };

  EpisodeVector(const std::shared_ptr<const LoadedScenario>& scenario,
                const EpisodeOptions& options, std::size_t count, bool features,
                Autoreset autoreset, std::size_t threads);

  std::size_t size() const { return episodes_.size(); }
  const Episode& episode(std::size_t i) const { return *episodes_[i]; }

  /// Begins an episode per seed; one seed each. `which` (none, or one each): only where it is not 0.
  /// Throws std::invalid_argument for other sizes, and std::logic_error if `which` leaves out an
  /// episode that has never begun.
  void reset(std::span<const std::uint64_t> seeds, std::span<const std::uint8_t> which = {});

  /// The same for the episodes that follow. Throws std::invalid_argument before the first reset().
  void reset_following(std::span<const std::uint8_t> which = {});

  /// One decision in every episode. True if one of them has begun anew. Throws std::invalid_argument
  /// if any action is illegal without a penalty, and std::logic_error before reset() and, with
  /// kDisabled, after the end of an episode; then nothing has happened anywhere.
  bool step(std::span<const std::int64_t> actions);

  /// Brings episode i to where decisions lead from seeds[i]: those of column i in the last
  /// lengths[i] rows of `actions`, which are [row][episode]. Throws std::invalid_argument for sizes
  /// that do not fit, and what step() throws for decisions that are not those of the episode.
  void replay(std::span<const std::uint64_t> seeds, std::span<const std::uint64_t> lengths,
              std::span<const std::int64_t> actions);

  // Results of the latest call; one column per episode, unless it says otherwise.
  std::vector<std::int64_t>& states() { return states_; }
  std::vector<float>& features() { return features_; }  // [episode][feature]
  std::vector<std::int64_t>& final_states() { return final_states_; }
  std::vector<float>& final_features() { return final_features_; }
  std::vector<double>& rewards() { return rewards_; }
  std::vector<std::uint8_t>& truncated() { return truncated_; }
  std::vector<std::int8_t>& masks() { return masks_; }  // [episode][action]
  std::vector<double>& numbers() { return numbers_; }   // [Number][episode]
  std::vector<std::int64_t>& integers() { return integers_; }
  std::vector<std::uint8_t>& flags() { return flags_; }

 private:
  /// What is to be decided in an episode, as of the last call. Apart from the episode, because who
  /// checks decisions would take its memory away from the thread that steps it.
  struct Due {
    bool started = false;
    bool over = false;
    std::uint16_t dnn = 0;

    friend bool operator==(const Due&, const Due&) = default;
  };

  void require_one_each(std::size_t given, const char* what, const char* things) const;
  /// Works on all episodes; after a failure too, what is due in each is known.
  void for_each(const ThreadPool::Work& work);
  /// Throws what step() does unless all decisions can be carried out.
  void check(std::span<const std::int64_t> actions) const;
  void step_one(std::size_t i, std::int64_t action);
  void encode(std::size_t i, std::vector<std::int64_t>& states, std::vector<float>& features);
  void describe_decision(std::size_t i);
  void note_due(std::size_t i);
  void describe_outcome(std::size_t i);
  /// Marks of neighbours lie in one cache line, which another thread may be writing: what stays as
  /// it is, as most do, is not written.
  static void mark(std::uint8_t& at, bool value) {
    if (at != std::uint8_t{value}) at = value;
  }
  template <class T>
  T& cell(std::vector<T>& rows, std::size_t row, std::size_t i) {
    return rows[row * size() + i];
  }

  std::mutex mutex_;  // one call at a time
  std::vector<std::unique_ptr<Episode>> episodes_;
  std::vector<Due> due_;
  bool encode_features_;
  Autoreset autoreset_;
  bool illegal_is_penalised_;
  ThreadPool pool_;
  std::vector<std::int8_t> legal_;  // [dnn][action]
  std::vector<std::int64_t> states_, final_states_;
  std::vector<float> features_, final_features_;
  std::vector<double> rewards_;
  std::vector<std::uint8_t> truncated_;
  std::vector<std::int8_t> masks_;
  std::vector<double> numbers_;
  std::vector<std::int64_t> integers_;
  std::vector<std::uint8_t> flags_;
};

}  // namespace autoscale
