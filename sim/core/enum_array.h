// An array with an entry per value of an enumeration whose values count from 0: indexed by the
// enumerator, or by number in a loop over all of them.
#pragma once

#include <array>
#include <cstddef>

namespace autoscale {

template <class Enum, class T, std::size_t kSize>
struct EnumArray : std::array<T, kSize> {
  using std::array<T, kSize>::operator[];
  constexpr T& operator[](Enum e) { return (*this)[static_cast<std::size_t>(e)]; }
  constexpr const T& operator[](Enum e) const { return (*this)[static_cast<std::size_t>(e)]; }
};

/// The same value for every enumerator.
template <class Array>
constexpr Array filled(const typename Array::value_type& value) {
  Array array{};
  array.fill(value);
  return array;
}

}  // namespace autoscale
