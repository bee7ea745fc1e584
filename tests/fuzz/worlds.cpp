// Target: bytes choose a valid scenario, whose laws are checked while it runs: time goes on,
// ledgers add up, no whole network ranks before Opt's, numbers are finite, the same again gives the
// same.
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <numeric>
#include <optional>

#include "sim/policy/cost_model.h"
#include "tests/fuzz/target.h"
#include "tests/support/judged_policy.h"
#include "tests/support/rank.h"

namespace autoscale::fuzz {
namespace {

/// Takes choices from the front of the input; the first of each when it is used up.
class Choices {
 public:
  explicit Choices(std::string_view bytes) : bytes_(bytes) {}

  unsigned below(unsigned count) { return next() % count; }
  bool flag() { return below(2) == 1; }
  /// From `low` to `high`, in 256 equal ratios.
  double ratio(double low, double high) { return low * std::pow(high / low, next() / 255.0); }
  double number(double low, double high) { return low + (high - low) * next() / 255.0; }
  std::string one_of(const std::vector<std::string>& values) {
    return values[below(static_cast<unsigned>(values.size()))];
  }

 private:
  unsigned next() {
    if (bytes_.empty()) return 0;
    const auto byte = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    return byte;
  }

  std::string_view bytes_;
};

/// Phones, servers and networks that go together.
struct Kind {
  std::vector<std::string> phones, clouds, tablets, radios, dnns, use_cases;
  bool generative = false;
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> kinds = {
      {{"mi8pro", "galaxy_s10e", "moto_x_force"},
       {"cloud_server"},
       {"galaxy_tab_s6"},
       {"wifi", "lte"},
       {"mobilenet_v1", "inception_v3", "resnet_50_v1", "ssd_mobilenet_v2", "mobilebert"},
       {"non_streaming", "streaming", "translation"}},
      {{"galaxy_s25", "iphone_17_pro", "budget_sd4gen2"},
       {"l4"},
       {"laptop_rtx4050"},
       {"wifi", "lte", "nr_low", "nr_mid", "nr_mmwave", "wifi_80mhz"},
       {"mobilenet_v4", "yolov8n"},
       {"camera_2025", "non_streaming"}},
      {{"galaxy_s25", "iphone_17_pro", "budget_sd4gen2"},
       {"h100", "l4"},
       {"laptop_rtx4050"},
       {"wifi", "lte", "nr_low", "nr_mid", "nr_mmwave", "wifi_80mhz"},
       {"llama_3_2_1b", "llama_3_2_3b", "qwen2_5_1_5b"},
       {"chat"},
       true},
  };
  return kinds;
}

std::string signal(Choices& c) {
  const double mean = c.number(-110, -45), sd = c.number(0, 15);
  switch (c.below(5)) {
    case 0:
      return "regular";
    case 1:
      return "weak";
    case 2:
      return fmt::format("{{constant: {{level: {} dBm}}}}", mean);
    case 3:
      return fmt::format("{{gaussian: {{mean: {} dBm, sd: {} dB, period: {} ms}}}}", mean, sd,
                         c.ratio(1, 1e4));
    default:
      return fmt::format("{{ar1: {{mean: {} dBm, sd: {} dB, time_constant: {} s, period: {} ms}}}}",
                         mean, sd, c.ratio(0.1, 100), c.ratio(10, 1e3));
  }
}

std::string load(Choices& c) {
  return fmt::format("{{cpu: {}, memory: {}}}", c.number(0, 1), c.number(0, 1));
}

std::string co_runner(Choices& c) {
  const std::string steady = fmt::format("{{steady: {}}}", load(c));
  const double median = c.ratio(1, 1e4);
  const std::string bursts = fmt::format(
      "{{bursts: {{burst: {}, burst_median: {} ms, burst_p90: {} ms, pause: {}, pause_mean: {} "
      "ms}}}}",
      load(c), median, median * c.ratio(1, 5), load(c), c.ratio(1, 1e4));
  switch (c.below(4)) {
    case 0:
      return "none";
    case 1:
      return steady;
    case 2:
      return bursts;
    default:
      return fmt::format("{{switching: {{period: {} ms, apps: [{}, {}, none]}}}}", c.ratio(1, 1e5),
                         steady, bursts);
  }
}

std::string arrivals(Choices& c, bool generative) {
  const double ms = c.ratio(generative ? 10 : 1, 1e5);
  switch (c.below(generative ? 3 : 5)) {
    case 0:
      return "";
    case 1:
      return fmt::format("arrivals: {{closed_loop: {{think: {{constant: {{value: {} ms}}}}}}}}\n",
                         ms);
    case 2:
      return fmt::format("arrivals: {{renewal: {{interval: {{exponential: {{mean: {} ms}}}}}}}}\n",
                         ms);
    case 3:
      return fmt::format("arrivals: {{renewal: {{interval: {{constant: {{value: {} ms}}}}}}}}\n",
                         ms);
    default:
      return fmt::format("arrivals: {{periodic: {{period: {} ms}}}}\n", ms);
  }
}

std::string lengths(Choices& c) {
  if (c.flag()) return fmt::format("{{constant: {{value: {:.0f}}}}}", c.ratio(1, 2000));
  const double median = std::round(c.ratio(1, 500));
  return fmt::format("{{log_normal: {{median: {}, p90: {:.0f}, limit: 2000}}}}", median,
                     median * c.ratio(1.5, 4) + 1);
}

std::string equipment(Choices& c, const Kind& kind) {
  std::string text = "devices:\n";
  for (const std::string& phone : kind.phones) {
    const unsigned count = c.below(3);
    if (count > 0) text += fmt::format("  - {{profile: {}, count: {}}}\n", phone, count);
  }
  if (text.ends_with("devices:\n")) text += fmt::format("  - {{profile: {}}}\n", kind.phones[0]);
  text += fmt::format(
      "links:\n  cloud: {{technology: {}, phones_per_access_point: {}}}\n"
      "  tablet: {{technology: {}, phones_per_access_point: {}}}\n",
      c.one_of(kind.radios), 1 + c.below(4), c.one_of({"wifi_direct", "bluetooth_le", "wifi"}),
      1 + c.below(4));
  return text + fmt::format(
                    "servers: {{cloud: {{profile: {}, phones_each: {}{}}}, tablet: {{profile: {}, "
                    "phones_each: {}}}}}\n",
                    c.one_of(kind.clouds), c.below(4),
                    kind.generative ? fmt::format(", background: {}", c.number(0, 7)) : "",
                    c.one_of(kind.tablets), c.below(4));
}

std::string conditions(Choices& c) {
  std::string text =
      fmt::format("environment: {}\n", c.one_of({"S1", "S2", "S3", "S4", "S5", "D1", "D2", "D3",
                                                 "D4", "hand_heat", "walk_nr_mmwave"}));
  if (c.flag()) text += "co_runner: " + co_runner(c) + "\n";
  if (c.flag()) text += "cloud_signal: " + signal(c) + "\n";
  if (c.flag()) text += "tablet_signal: " + signal(c) + "\n";
  return text;
}

std::string options(Choices& c) {
  std::string text = fmt::format(
      "accounting: {}\ntails: {}\nnoise: {}\nthermal: {}\nslow_start: {}\nlearners: {}\n"
      "upload: {}\nconstraints: {{accuracy: {}}}\ncompare_with_oracles: {}\n",
      c.one_of({"whole_phone", "marginal", "paper_equations"}), c.flag(), c.flag(), c.flag(),
      c.flag(), c.one_of({"per_type", "per_device"}), c.one_of({"raw", "jpeg"}), c.number(0, 80),
      c.flag());
  if (c.flag())
    text += fmt::format("objective: {{system: {{server_carbon: {}}}}}\n", c.number(0, 2));
  if (c.flag()) {
    text += fmt::format("planner_model: {{error: {{latency: {}, power: {}, rtt: {}}}}}\n",
                        c.number(0, 3), c.number(0, 3), c.number(0, 3));
  }
  return text;
}

std::string phases(Choices& c) {
  std::string text = "phases:\n";
  if (c.flag()) {
    text += fmt::format(
        "  - {{name: train, conditions: {}, inferences: 1, learn: true, explore: true, record: {}, "
        "pause: {} s}}\n",
        c.one_of({"scenario", "grid"}), c.flag(), c.below(3));
  }
  return text + fmt::format("  - {{name: test, inferences: {}, order: {}, learn: {}}}\n",
                            1 + c.below(12), c.one_of({"blocks", "round_robin", "random"}),
                            c.flag());
}

std::string scenario_text(Choices& c, const std::string& policy) {
  const Kind& kind = kinds()[c.below(static_cast<unsigned>(kinds().size()))];
  std::string text = fmt::format("name: fuzz\npolicies: [{}]\nuse_case: {}\ndnns: [{}", policy,
                                 c.one_of(kind.use_cases), c.one_of(kind.dnns));
  for (const std::string& dnn : kind.dnns) {
    if (text.find(dnn) == text.npos && c.below(3) == 1) text += ", " + dnn;
  }
  text += "]\n" + equipment(c, kind) + conditions(c) + arrivals(c, kind.generative) + options(c);
  if (kind.generative && c.flag()) {
    text += fmt::format("tokens: {{drawn: {{prompt: {}, output: {}}}}}\n", lengths(c), lengths(c));
  }
  return text + phases(c);
}

void check_request(const KeptRequest& r) {
  require(r.completion >= r.arrival, "an answer comes after its request");
  const Duration stages =
      std::accumulate(r.ledger.stages.begin(), r.ledger.stages.end(), Duration::zero());
  require(stages == r.completion - r.arrival, "stages sum to the latency");
  for (const Duration stage : r.ledger.stages) require(stage >= Duration::zero(), "stages >= 0");
  double joules = 0;
  for (const double cause : r.ledger.joules) {
    require(std::isfinite(cause) && cause >= 0, "joules are finite and not negative");
    joules += cause;
  }
  require(std::abs(joules - r.ledger.energy_j) <= 1e-12 * r.ledger.energy_j, "joules sum");
  require(std::isfinite(r.ledger.server_j) && r.ledger.server_j >= 0, "a server's joules");
  require(std::isfinite(r.ledger.counted_j) && std::isfinite(r.verdict.reward) &&
              std::isfinite(r.verdict.score) && std::isfinite(r.verdict.latency_s) &&
              std::isfinite(r.temperature_c),
          "finite numbers");
  if (r.tokens.output > 0) {
    require(r.ttft >= Duration::zero() && r.ttft <= r.completion - r.arrival, "first token within");
  }
}

/// Per phone: requests are answered one after the other, in the order in which they came.
void check_order(const std::vector<KeptRequest>& requests) {
  std::map<std::uint32_t, const KeptRequest*> last;
  Time now{};
  for (const KeptRequest& r : requests) {
    require(r.completion >= now, "records come in the order of completion");
    now = r.completion;
    const KeptRequest*& before = last[r.observation.phone];
    if (before) {
      require(before->arrival <= r.arrival, "a phone's requests come in order");
      require(before->completion <= r.completion, "a phone's answers come in order");
    }
    before = &r;
  }
}

/// Everything that a run says, to the last bit.
std::string digest(const Keeper& kept) {
  std::string text = std::to_string(kept.dropped);
  for (const KeptRequest& r : kept.requests) {
    text +=
        fmt::format("\n{} {} {} {} {} {} {:a} {:a} {:a} {:a} {:a}", r.observation.phone,
                    r.observation.dnn, r.action, r.executed, r.arrival.time_since_epoch().count(),
                    r.completion.time_since_epoch().count(), r.ledger.energy_j, r.ledger.server_j,
                    r.verdict.reward, r.temperature_c, r.oracle.regret);
  }
  return text;
}

void judge(const PolicyContext& context, const Observation& o, const ExecutionPlan& plan) {
  if (plan.segments.size() > 1) return;
  const auto rank = [&](ActionId action) {
    return rank_of(context.legality[o.dnn].actions[action].accurate,
                   context.oracle->cost(o, action, OracleForm::kExpected),
                   context.costs->constraints().qos_s);
  };
  const ActionId action = plan.segments.empty() ? plan.action : plan.segments[0].action;
  const ActionId best = context.oracle->best(o, OracleForm::kExpected).action;
  require(!(rank(action) < rank(best)), "no whole network ranks before Opt's");
}

void world(std::string_view bytes) {
  static const auto policies = deciding_policies();
  Choices choices(bytes);
  const std::string policy = choices.one_of(policies);
  const std::string text = scenario_text(choices, policy);
  std::optional<Scenario> scenario;
  try {
    scenario.emplace(scenario_of(text));
  } catch (const config::ConfigError& error) {
    fmt::print(stderr, "refused: {}\n{}", error.what(), text);
    require(false, "the scenario is valid");
  }
  std::string first;
  for (int i = 0; i < 2; ++i) {
    const Keeper kept = simulate(*scenario, judged(setup_of(*scenario, policy), judge));
    for (const KeptRequest& r : kept.requests) check_request(r);
    check_order(kept.requests);
    if (i == 0) first = digest(kept);
    require(digest(kept) == first, "the same again gives the same");
  }
}

}  // namespace

std::vector<Target> world_targets() {
  // An empty input takes the first of everything; the others walk through the choices.
  return {{"world", world, [] {
             std::vector<std::string> seeds(1, "\n");
             for (unsigned first = 0; first < 64; ++first) {
               std::string seed;
               for (unsigned i = 0; i < 96; ++i) seed += static_cast<char>(first * 37 + i * i * 11);
               seeds.push_back(seed);
             }
             return seeds;
           }}};
}

}  // namespace autoscale::fuzz
