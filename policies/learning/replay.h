// Replay memory: the latest items of a stream, to learn from more than once.
// Source: L.-J. Lin, "Self-Improving Reactive Agents Based on Reinforcement Learning, Planning and
//   Teaching", Machine Learning 1992.
#pragma once

#include <cstdint>
#include <vector>

namespace autoscale::learning {

template <class Item>
class Replay {
 public:
  /// All memory is taken here; `capacity` > 0.
  explicit Replay(std::size_t capacity) : capacity_(capacity) { items_.reserve(capacity); }

  /// Forgets the oldest item when full.
  void add(const Item& item) {
    if (items_.size() < capacity_) {
      items_.push_back(item);
    } else {
      items_[oldest_] = item;
      oldest_ = (oldest_ + 1) % capacity_;
    }
  }

  /// Any of the items, each equally likely; there must be one. draw.below(n) is a whole number in
  /// [0, n).
  template <class Draw>
  const Item& pick(Draw& draw) const {
    return items_[draw.below(static_cast<std::uint32_t>(items_.size()))];
  }

  std::size_t size() const { return items_.size(); }
  std::size_t bytes() const { return capacity_ * sizeof(Item); }

 private:
  std::size_t capacity_;
  std::vector<Item> items_;
  std::size_t oldest_ = 0;  // when full
};

}  // namespace autoscale::learning
