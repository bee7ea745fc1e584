// The phones of a world: all that its system has or, in a shard, consecutive ones of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/system/system_model.h"
#include "sim/world/phone.h"

namespace autoscale {

/// Phones by number, `end` excluded.
struct PhoneRange {
  std::uint32_t first = 0;
  std::uint32_t end = 0;

  std::uint32_t size() const { return end - first; }
};

class Phones {
 public:
  /// In the order of the system's groups.
  Phones(const SystemModel& system, PhoneRange range) : range_(range), phones_(range.size()) {
    std::uint32_t number = 0;
    for (const DeviceGroup& group : system.groups) {
      for (std::uint32_t i = 0; i < group.count; ++i, ++number) {
        if (number < range.first || number >= range.end) continue;
        (*this)[number].number = number;
        (*this)[number].type = group.type;
      }
    }
  }

  /// By its number in the system.
  Phone& operator[](std::uint32_t number) { return phones_[number - range_.first]; }
  const Phone& operator[](std::uint32_t number) const { return phones_[number - range_.first]; }

  /// Has the processor load a phone that is needed soon: among 100,000 it is in no cache.
  void prefetch(std::uint32_t number) const {
    const auto* phone = reinterpret_cast<const std::byte*>(&(*this)[number]);
    for (std::size_t at = 0; at < sizeof(Phone); at += kCacheLine) __builtin_prefetch(phone + at);
  }

  const PhoneRange& range() const { return range_; }
  std::size_t size() const { return phones_.size(); }
  auto begin() { return phones_.begin(); }
  auto end() { return phones_.end(); }
  auto begin() const { return phones_.begin(); }
  auto end() const { return phones_.end(); }

 private:
  PhoneRange range_;
  std::vector<Phone> phones_;
};

}  // namespace autoscale
