// A table of action values, a row per state and an entry per action, stored in 16-bit or 32-bit
// floats as a phone would: values beyond the range of the type are clamped, changes below its
// resolution are lost, and both are counted.
//
// Half precision has 11 significant bits: steps below about 2^-12 of an entry vanish, so small
// learning rates need single precision.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <vector>

#include "sim/core/random_field.h"
#include "sim/policy/transfer.h"

namespace autoscale {

/// Type of a table entry.
enum class TablePrecision : std::uint8_t { kHalf, kSingle };

template <>
struct config::EnumNames<TablePrecision> {
  static constexpr std::array<std::pair<TablePrecision, std::string_view>, 2> value{
      {{TablePrecision::kHalf, "half"}, {TablePrecision::kSingle, "single"}}};
};

class QTable {
 public:
  /// All entries are 0.
  QTable(TablePrecision precision, std::size_t states, std::size_t actions)
      : width_(actions),
        halves_(precision == TablePrecision::kHalf ? states * actions : 0),
        singles_(precision == TablePrecision::kSingle ? states * actions : 0) {}

  /// Draws every entry uniformly from [low, high); `entity` addresses the draws.
  void draw_entries(double low, double high, const RandomField& random, std::uint32_t entity) {
    for (std::size_t i = 0; i < size(); ++i) {
      const double draw = random.at(Stream::kPolicy, entity, i).uniform();
      write(i, static_cast<float>(low + (high - low) * draw));
    }
  }

  float at(std::uint32_t state, ActionId action) const { return read(index(state, action)); }

  /// Rounds to the table's precision; what lies outside its range is clamped and counted.
  void set(std::uint32_t state, ActionId action, double value) {
    const double kMax = halves_.empty() ? highest<float>() : highest<Eigen::half>();
    if (value > kMax || value < -kMax) {
      ++saturated_;
      value = value > 0 ? kMax : -kMax;
    }
    write(index(state, action), static_cast<float>(value));
  }

  /// Adds to an entry; counts an increment that rounding undoes.
  void add(std::uint32_t state, ActionId action, double increment) {
    const float old = at(state, action);
    set(state, action, old + increment);
    lost_ += increment != 0 && at(state, action) == old;
  }

  /// Moves an entry by the share `rate` towards `target`; returns how far off it was.
  double step(std::uint32_t state, ActionId action, double target, double rate) {
    const double error = target - at(state, action);
    add(state, action, rate * error);
    return error;
  }

  /// The action of highest value among `legal`; the first one among equals.
  ActionId greedy(std::uint32_t state, std::span<const ActionId> legal) const {
    const std::size_t row = index(state, 0);
    if (halves_.empty()) {
      return highest_by(legal, [values = &singles_[row]](ActionId a) { return values[a]; });
    }
    return highest_by(legal, [values = &halves_[row]](ActionId a) { return order(values[a]); });
  }

  /// The same by value less `weight` times the value in `other`, a table of the same shape and
  /// precision.
  ActionId greedy(std::uint32_t state, std::span<const ActionId> legal, const QTable& other,
                  float weight) const {
    const std::size_t row = index(state, 0);
    const auto highest = [&](const auto* values, const auto* others) {
      return highest_by(legal, [=](ActionId a) {
        return static_cast<float>(values[a]) - weight * static_cast<float>(others[a]);
      });
    };
    return halves_.empty() ? highest(&singles_[row], &other.singles_[row])
                           : highest(&halves_[row], &other.halves_[row]);
  }

  /// The highest value among `legal`.
  float best(std::uint32_t state, std::span<const ActionId> legal) const {
    return at(state, greedy(state, legal));
  }

  /// The mean value of `legal`.
  double mean(std::uint32_t state, std::span<const ActionId> legal) const {
    double sum = 0;
    for (const ActionId a : legal) sum += at(state, a);
    return sum / static_cast<double>(legal.size());
  }

  std::size_t size() const { return halves_.size() + singles_.size(); }
  std::size_t bytes() const {
    return halves_.size() * sizeof(Eigen::half) + singles_.size() * sizeof(float);
  }
  std::uint64_t saturated_stores() const { return saturated_; }
  std::uint64_t lost_updates() const { return lost_; }

  /// All entries, state by state.
  nlohmann::ordered_json values() const {
    auto list = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < size(); ++i) list.push_back(read(i));
    return list;
  }

  /// Fills every action of this table from its source among the `width` actions of saved values;
  /// those without a source keep what they have. Throws std::invalid_argument.
  void take_over(const nlohmann::ordered_json& values, std::size_t width,
                 std::span<const std::optional<std::size_t>> sources) {
    const auto states = static_cast<std::uint32_t>(size() / width_);
    require_size(values, states * width);
    for (std::uint32_t s = 0; s < states; ++s) {
      for (std::size_t a = 0; a < sources.size(); ++a) {
        if (!sources[a]) continue;
        set(s, static_cast<ActionId>(a), values[s * width + *sources[a]].get<double>());
      }
    }
  }

 private:
  template <class Value>
  static double highest() {
    return static_cast<double>(Eigen::NumTraits<Value>::highest());
  }

  /// Keys that order table values; those of half-precision values compare without converting.
  static std::int16_t order(Eigen::half value) {
    const auto bits = Eigen::numext::bit_cast<std::int16_t>(value);
    return static_cast<std::int16_t>(bits ^ ((bits >> 15) & 0x7fff));
  }

  template <class Key>
  static ActionId highest_by(std::span<const ActionId> legal, Key&& key) {
    ActionId best = legal.front();
    auto best_value = key(best);
    for (const ActionId a : legal) {
      const auto value = key(a);
      if (value > best_value) {
        best_value = value;
        best = a;
      }
    }
    return best;
  }

  std::size_t index(std::uint32_t state, ActionId action) const { return state * width_ + action; }

  float read(std::size_t i) const {
    return halves_.empty() ? singles_[i] : static_cast<float>(halves_[i]);
  }
  void write(std::size_t i, float value) {
    if (halves_.empty()) {
      singles_[i] = value;
    } else {
      halves_[i] = Eigen::half(value);
    }
  }

  std::size_t width_;
  std::vector<Eigen::half> halves_;  // one of the two is empty
  std::vector<float> singles_;
  std::uint64_t saturated_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace autoscale
