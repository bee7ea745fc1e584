// Two pieces of work timed in turn, in processor time: what others do on the machine counts little,
// and what it does to one it does to the other.
#pragma once

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <vector>

namespace autoscale::bench {

inline constexpr int kRounds = 7;

inline double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Processor time of a piece of work that has one thread.
template <class Work>
double seconds_of(Work&& work) {
  const std::clock_t start = std::clock();
  work();
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

/// Medians over rounds.
struct Comparison {
  double first_s = 0;
  double second_s = 0;
  double ratio = 0;  // of a round's times, first to second
};

template <class First, class Second>
Comparison compare(First&& first, Second&& second) {
  std::vector<double> firsts, seconds, ratios;
  for (int i = 0; i < kRounds; ++i) {
    firsts.push_back(seconds_of(first));
    seconds.push_back(seconds_of(second));
    ratios.push_back(firsts.back() / seconds.back());
  }
  return {median(firsts), median(seconds), median(ratios)};
}

template <class First, class Second>
double median_ratio(First&& first, Second&& second) {
  return compare(first, second).ratio;
}

}  // namespace autoscale::bench
