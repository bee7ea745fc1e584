// A uniform sample of bounded size from a stream of unknown length: every item of the stream is
// equally likely to be kept. Predictors train and check themselves on such samples, so that fitting
// takes bounded time and memory.
// Source: J. S. Vitter, "Random Sampling with a Reservoir", ACM TOMS 1985 (algorithm R).
#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

namespace autoscale::learning {

/// draws(i).uniform() is a number in (0, 1) for the i-th item of the stream.
template <class Item, class Draws>
class Reservoir {
 public:
  Reservoir(std::size_t capacity, Draws draws) : capacity_(capacity), draws_(draws) {
    items_.reserve(capacity);
  }

  void add(const Item& item) {
    auto draw = draws_(seen_++);
    if (items_.size() < capacity_) {
      items_.push_back(item);
      return;
    }
    const auto place = static_cast<std::uint64_t>(draw.uniform() * static_cast<double>(seen_));
    if (place < capacity_) items_[place] = item;
  }

  const std::vector<Item>& items() const { return items_; }
  std::uint64_t seen() const { return seen_; }
  std::size_t bytes() const { return capacity_ * sizeof(Item); }

  nlohmann::ordered_json save() const { return {{"seen", seen_}, {"items", items_}}; }

  /// Throws std::invalid_argument if `saved` holds more than fits.
  void load(const nlohmann::ordered_json& saved) {
    auto items = saved.at("items").get<std::vector<Item>>();
    if (items.size() > capacity_) {
      throw std::invalid_argument("more samples were saved than this policy keeps");
    }
    items_.assign(items.begin(), items.end());
    seen_ = saved.at("seen").get<std::uint64_t>();
  }

 private:
  std::size_t capacity_;
  Draws draws_;
  std::vector<Item> items_;
  std::uint64_t seen_ = 0;
};

}  // namespace autoscale::learning
