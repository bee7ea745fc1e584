// The queueing network of scenarios/bench/closed_loop.yaml as an event loop written for it alone:
// no energy, radio, policy or observer. What a world costs more is the price of everything else it
// knows.
//
// Each phone thinks, sends, waits for a worker of one FIFO pool and receives; the end of each stage
// is an event, the next of which waits in a std::priority_queue.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <random>
#include <vector>

namespace autoscale::bench {

struct ClosedNetwork {
  std::uint32_t phones = 0;
  std::uint32_t workers = 0;
  std::uint32_t inferences = 0;  // per phone
  // In seconds, as the head of the scenario has them.
  double mean_think_s = 1;  // exponential
  double upload_s = 150528 * 8 / 50e6;
  double path_s = 0.025;
  double service_s = 0.114;
  double download_s = 4000 * 8 / 50e6;
};

class BareLoop {
 public:
  explicit BareLoop(const ClosedNetwork& network)
      : network_(network),
        idle_workers_(network.workers),
        think_s_(1 / network.mean_think_s),
        phones_(network.phones),
        events_({}, reserved(network.phones)) {}

  /// Mean latency of all inferences, in seconds.
  double run() {
    for (std::uint32_t phone = 0; phone < network_.phones; ++phone) think(0, phone);
    while (!events_.empty()) {
      const Event event = events_.top();
      events_.pop();
      handle(event);
    }
    return latency_s_ / (static_cast<double>(network_.phones) * network_.inferences);
  }

 private:
  enum class Stage : std::uint8_t { kThink, kUpload, kPathUp, kService, kPathDown, kDownload };
  struct Event {
    double at;
    std::uint32_t phone;
    Stage ended;
    bool operator>(const Event& other) const { return at > other.at; }
  };
  struct Phone {
    double asked = 0;
    std::uint32_t done = 0;
  };

  static std::vector<Event> reserved(std::size_t events) {
    std::vector<Event> storage;
    storage.reserve(events);
    return storage;
  }

  void handle(const Event& event) {
    const auto [now, number, ended] = event;
    Phone& phone = phones_[number];
    switch (ended) {
      case Stage::kThink:
        phone.asked = now;
        return events_.push({now + network_.upload_s, number, Stage::kUpload});
      case Stage::kUpload:
        return events_.push({now + network_.path_s, number, Stage::kPathUp});
      case Stage::kPathUp:
        if (idle_workers_ == 0) return waiting_.push(number);
        --idle_workers_;
        return events_.push({now + network_.service_s, number, Stage::kService});
      case Stage::kService:
        release_worker(now);
        return events_.push({now + network_.path_s, number, Stage::kPathDown});
      case Stage::kPathDown:
        return events_.push({now + network_.download_s, number, Stage::kDownload});
      case Stage::kDownload:
        latency_s_ += now - phone.asked;
        if (++phone.done < network_.inferences) think(now, number);
    }
  }

  void think(double now, std::uint32_t phone) {
    events_.push({now + think_s_(random_), phone, Stage::kThink});
  }

  void release_worker(double now) {
    if (waiting_.empty()) {
      ++idle_workers_;
    } else {
      events_.push({now + network_.service_s, waiting_.front(), Stage::kService});
      waiting_.pop();
    }
  }

  ClosedNetwork network_;
  std::uint32_t idle_workers_;
  std::mt19937_64 random_;
  std::exponential_distribution<double> think_s_;
  std::vector<Phone> phones_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::queue<std::uint32_t> waiting_;
  double latency_s_ = 0;
};

}  // namespace autoscale::bench
