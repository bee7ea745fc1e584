#include "sim/results/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/core/text.h"
#include "sim/results/statistics.h"

namespace autoscale {
namespace {

using Value = std::function<std::string(const RunRow&)>;

std::string number(double x) { return format_number(x); }
std::string count(std::uint64_t n) { return std::to_string(n); }

/// Share of `part` in `whole`; empty when there is nothing to share.
std::string share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? "" : number(static_cast<double>(part) / static_cast<double>(whole));
}

std::string mean(double sum, std::uint64_t n) {
  return n == 0 ? "" : number(sum / static_cast<double>(n));
}

/// A value per finished inference, in thousandths (mJ, ms); empty when none finished.
std::string milli_each(double sum, const Tally& t) {
  return t.finished == 0 ? "" : number(1e3 * sum / static_cast<double>(t.finished));
}

std::string latency_ms(const Tally& t, double seconds) {
  return t.finished == 0 ? "" : number(1e3 * seconds);
}

std::string relative_efficiency(const RunRow& r) {
  if (!r.reference || r.reference->finished == 0 || r.tally.finished == 0) return "";
  return number(r.tally.inferences_per_joule() / r.reference->inferences_per_joule());
}

/// Nearest-rank percentile of the visits after which states converged; empty if none did.
std::string visits_percentile(const RunRow& r, double p) {
  if (!r.whole_run) return "";
  std::vector<std::uint32_t> visits = r.run.progress.visits_until_convergence;
  if (visits.empty()) return "";
  std::sort(visits.begin(), visits.end());
  const auto rank = static_cast<std::size_t>(std::ceil(p * static_cast<double>(visits.size())));
  return count(visits[std::max<std::size_t>(rank, 1) - 1]);
}

/// Over all visited states, the others being censored at their last visit.
std::string censored_median(const RunRow& r) {
  if (!r.whole_run) return "";
  const LearningProgress& p = r.run.progress;
  const auto median = kaplan_meier_median(p.visits_until_convergence, p.visits_without_convergence);
  return median ? number(*median) : "";
}

Value learned(std::uint64_t LearningProgress::*member) {
  return [member](const RunRow& r) { return r.whole_run ? count(r.run.progress.*member) : ""; };
}

/// Empty where the policy made no such prediction.
Value prediction_error(PredictionMeasure measure, bool calm) {
  return [measure, calm](const RunRow& r) {
    const PredictionError::Sum& sum = r.run.prediction_error.sum(measure, calm);
    return r.whole_run && sum.predictions > 0
               ? number(sum.total / static_cast<double>(sum.predictions))
               : "";
  };
}

/// Percent of a full battery that one phone's recorded inferences took, mean over the row's phones.
std::string battery_percent(const RunRow& r) {
  const SystemModel& system = r.run.scenario->system();
  double batteries = 0, phones = 0;
  for (std::size_t t = 0; t < system.types.size(); ++t) {
    const DeviceType& type = system.types[t];
    if (!r.whole_run && r.device != type.profile.id) continue;
    if (type.profile.battery_j <= 0) return "";
    phones += system.count_of(t);
    const double joules = r.whole_run ? r.run.metrics->energy_j(t) : r.tally.energy_j;
    batteries += joules / type.profile.battery_j;
  }
  return number(100 * batteries / phones);
}

void add_identity(std::vector<RunColumn>& c) {
  c.push_back({"run_id", "", "names the run; equal in all files of a result folder",
               [](const RunRow& r) { return r.run.spec.id; }});
  c.push_back({"scenario", "", "name of the scenario",
               [](const RunRow& r) { return r.run.scenario->config().name; }});
  c.push_back({"environment", "", "name of the environment; all where several are taken together",
               [](const RunRow& r) { return r.environment; }});
  c.push_back({"use_case", "", "name of the use case",
               [](const RunRow& r) { return r.run.scenario->use_case(); }});
  c.push_back(
      {"policy", "", "name of the policy", [](const RunRow& r) { return r.run.policy().name; }});
  c.push_back(
      {"role", "", "compared, or reference when added for a relative column",
       [](const RunRow& r) { return r.run.policy().reference ? "reference" : "compared"; }});
  c.push_back({"device", "", "device type; all where several are taken together",
               [](const RunRow& r) { return r.device; }});
  c.push_back({"dnn", "", "DNN; all where several are taken together",
               [](const RunRow& r) { return r.dnn; }});
  c.push_back({"phase", "", "recorded phase of the scenario; all where several are taken together",
               [](const RunRow& r) { return r.phase; }});
  c.push_back({"replication", "", "number of the repetition, from 0",
               [](const RunRow& r) { return std::to_string(r.run.spec.replication); }});
  c.push_back({"seed", "", "seed of the world, the same for every policy",
               [](const RunRow& r) { return std::to_string(r.run.spec.seed); }});
}

void add_energy(std::vector<RunColumn>& c) {
  c.push_back({"inferences", "count", "recorded requests that finished",
               [](const RunRow& r) { return count(r.tally.finished); }});
  c.push_back({"dropped", "count", "camera frames that found the pipeline busy",
               [](const RunRow& r) { return count(r.tally.dropped); }});
  c.push_back({"energy_mean_mj", "mJ", "phone energy per finished inference",
               [](const RunRow& r) { return milli_each(r.tally.energy_j, r.tally); }});
  c.push_back({"energy_total_j", "J", "phone energy of all recorded inferences",
               [](const RunRow& r) { return number(r.tally.energy_j); }});
  for (std::size_t i = 0; i < kCauses; ++i) {
    c.push_back({fmt::format("energy_{}_mj", kCauseNames[i]), "mJ",
                 fmt::format("part of energy_mean_mj caused by: {}", kCauseNames[i]),
                 [i](const RunRow& r) { return milli_each(r.tally.joules[i], r.tally); }});
  }
  c.push_back({"server_energy_mean_mj", "mJ",
               "energy of tablet and cloud per inference, not the phone's",
               [](const RunRow& r) { return milli_each(r.tally.server_j, r.tally); }});
  c.push_back({"battery_percent", "%",
               "of a full battery taken by the recorded inferences of one phone", battery_percent});
  c.push_back({"inferences_per_joule", "1/J",
               "energy efficiency (PPW), in the energy that the objective counts: the phone's",
               [](const RunRow& r) { return number(r.tally.inferences_per_joule()); }});
  c.push_back({"efficiency_vs_edge_cpu_fp32", "1",
               "inferences_per_joule over that of edge_cpu_fp32 in the same world",
               relative_efficiency});
}

void add_quality(std::vector<RunColumn>& c) {
  c.push_back({"latency_mean_ms", "ms", "arrival to completion, mean",
               [](const RunRow& r) { return latency_ms(r.tally, r.tally.latency.mean); }});
  c.push_back({"latency_p50_ms", "ms", "the same, median",
               [](const RunRow& r) { return latency_ms(r.tally, r.tally.latency.p50); }});
  c.push_back({"latency_p95_ms", "ms", "the same, 95th percentile",
               [](const RunRow& r) { return latency_ms(r.tally, r.tally.latency.p95); }});
  c.push_back({"latency_p99_ms", "ms", "the same, 99th percentile",
               [](const RunRow& r) { return latency_ms(r.tally, r.tally.latency.p99); }});
  c.push_back({"qos_violation_ratio", "1",
               "share of requests above the latency constraint or dropped",
               [](const RunRow& r) { return number(r.tally.qos_violation_ratio()); }});
  c.push_back({"accuracy_violation_ratio", "1", "share of inferences below the accuracy target",
               [](const RunRow& r) { return share(r.tally.accuracy_missed, r.tally.finished); }});
  c.push_back({"reward_mean", "1", "mean reward of the recorded inferences",
               [](const RunRow& r) { return mean(r.tally.reward, r.tally.finished); }});
  c.push_back({"throttled_ratio", "1",
               "share of inferences that began while heat capped the operating points",
               [](const RunRow& r) { return share(r.tally.throttled, r.tally.finished); }});
}

void add_comparison(std::vector<RunColumn>& c) {
  c.push_back(
      {"compared", "count",
       "decisions compared with an Opt that meets both constraints: denominator of agreement",
       [](const RunRow& r) { return count(r.tally.compared); }});
  c.push_back({"opt_undefined", "count", "decisions for which no action meets the accuracy target",
               [](const RunRow& r) { return count(r.tally.undefined); }});
  c.push_back({"qos_unattainable", "count",
               "decisions for which one does, but not in time: Opt is the fastest there",
               [](const RunRow& r) { return count(r.tally.unattainable); }});
  c.push_back({"agreement_target", "1", "share with Opt's site, processor and precision",
               [](const RunRow& r) { return share(r.tally.same_target, r.tally.compared); }});
  c.push_back({"agreement_action", "1", "share with exactly Opt's action",
               [](const RunRow& r) { return share(r.tally.same_action, r.tally.compared); }});
  c.push_back({"agreement_equivalent", "1",
               "share with Opt's constraint outcome and an energy within 1 % of Opt's",
               [](const RunRow& r) { return share(r.tally.equivalent, r.tally.compared); }});
  c.push_back({"agreement_near", "1",
               "share with Opt's constraint outcome and an energy within 3 % of Opt's",
               [](const RunRow& r) { return share(r.tally.near, r.tally.compared); }});
  c.push_back({"agreement_target_all", "1", "the same as agreement_target, QoS attainable or not",
               [](const RunRow& r) {
                 return share(r.tally.same_target + r.tally.same_target_unattainable,
                              r.tally.compared + r.tally.unattainable);
               }});
  c.push_back({"agreement_expected_reward", "1",
               "share with the site, processor and precision of the oracle expected_reward; empty "
               "unless compare_with_oracles",
               [](const RunRow& r) {
                 return share(r.tally.same_as_expected_reward, r.tally.compared_with_oracles);
               }});
  c.push_back({"agreement_chance_constrained", "1", "the same of the oracle chance_constrained",
               [](const RunRow& r) {
                 return share(r.tally.same_as_chance_constrained, r.tally.compared_with_oracles);
               }});
  c.push_back({"gap_to_opt", "1",
               "mean of E / E_opt - 1 against the Opt run, paired by request, where Opt meets both "
               "constraints",
               [](const RunRow& r) { return mean(r.tally.gap_sum, r.tally.gap_count); }});
  c.push_back({"gap_expected", "1",
               "1 - PPW / PPW of Opt in the expected energies of the decisions, of all where Opt "
               "meets both constraints: no pairs of runs and no noise",
               [](const RunRow& r) {
                 return r.tally.compared == 0 ? "" : number(1 - r.tally.opt_j / r.tally.expected_j);
               }});
  c.push_back({"gap_count", "count", "requests paired for gap_to_opt",
               [](const RunRow& r) { return count(r.tally.gap_count); }});
  c.push_back({"gap_to_opt_all", "1", "the same as gap_to_opt over all requests",
               [](const RunRow& r) { return mean(r.tally.gap_sum_all, r.tally.gap_count_all); }});
}

void add_shares(std::vector<RunColumn>& c) {
  for (const auto& [site, site_name] : config::EnumNames<Site>::value) {
    for (const auto& [processor, processor_name] : config::EnumNames<ProcessorKind>::value) {
      for (const auto& [precision, precision_name] : config::EnumNames<Precision>::value) {
        if (processor == ProcessorKind::kDsp && precision == Precision::kFp32) continue;
        const std::size_t kind = target_kind(site, processor, precision);
        const std::string target =
            fmt::format("{}_{}_{}", site_name, processor_name, precision_name);
        c.push_back(
            {"share_" + target, "1", "share of inferences executed on " + target,
             [kind](const RunRow& r) { return share(r.tally.decisions[kind], r.tally.finished); }});
      }
    }
  }
}

void add_learning(std::vector<RunColumn>& c) {
  c.push_back({"learning_updates", "count", "outcomes learned from, all phases; all devices only",
               learned(&LearningProgress::updates)});
  c.push_back({"states_visited", "count", "states learned in; all devices only",
               learned(&LearningProgress::states_visited)});
  c.push_back({"states_converged", "count", "of them converged; all devices only",
               learned(&LearningProgress::states_converged)});
  c.push_back({"convergence_visits_p50", "count",
               "visits until a state converged, median; all devices only",
               [](const RunRow& r) { return visits_percentile(r, 0.5); }});
  c.push_back({"convergence_visits_p90", "count",
               "visits until a state converged, 90th percentile; all devices only",
               [](const RunRow& r) { return visits_percentile(r, 0.9); }});
  c.push_back({"convergence_visits_km_p50", "count",
               "the same median with the other visited states counted as censored (Kaplan-Meier); "
               "empty if fewer than half would converge; all devices only",
               censored_median});
  c.push_back({"saturated_stores", "count",
               "table values clamped to the number range; all devices only",
               learned(&LearningProgress::saturated_stores)});
  c.push_back({"lost_updates", "count",
               "updates that rounding to the table's precision undid; all devices only",
               learned(&LearningProgress::lost_updates)});
  c.push_back({"table_bytes", "B",
               "learned state of one phone's policy (the largest); all devices only",
               [](const RunRow& r) { return r.whole_run ? count(r.run.table_bytes) : ""; }});
}

void add_prediction_errors(std::vector<RunColumn>& c) {
  constexpr std::string_view kMeaning[] = {
      "predictors: mean |predicted / actual energy - 1|",
      "predictors: mean |predicted / actual latency - 1|",
      "predictors: mean |predicted / actual reward - 1|",
      "predictors: mean |predicted - actual reward|",
      "predictors: share of situations whose best site, processor and precision was missed"};
  for (const auto& [measure, name] : config::EnumNames<PredictionMeasure>::value) {
    for (const bool calm : {true, false}) {
      c.push_back(
          {fmt::format("prediction_{}_{}", name, calm ? "calm" : "varying"), "1",
           fmt::format("{}, on outcomes not fitted to, in {} conditions; all devices only",
                       kMeaning[static_cast<std::size_t>(measure)], calm ? "calm" : "varying"),
           prediction_error(measure, calm)});
    }
  }
}

/// Grams of CO2 per inference, if the objective says how many a joule costs.
std::string carbon_mg(const RunRow& r) {
  const auto* system = std::get_if<SystemObjective>(&r.run.scenario->config().objective);
  if (!system || r.tally.finished == 0) return "";
  constexpr double kJoulesPerKwh = 3.6e6;
  const double grams =
      (r.tally.energy_j * system->phone_carbon + r.tally.server_j * system->server_carbon) /
      kJoulesPerKwh;
  return milli_each(grams, r.tally);
}

/// Empty unless requests were generative.
Value of_tokens(double LatencySummary::*measure, LatencySummary Tally::*summary) {
  return [measure, summary](const RunRow& r) {
    return r.tally.output_tokens > 0 ? number(1e3 * (r.tally.*summary.*measure)) : "";
  };
}
Value mean_of(double Tally::*tokens) {
  return [tokens](const RunRow& r) {
    return r.tally.output_tokens > 0 ? mean(r.tally.*tokens, r.tally.finished) : "";
  };
}
Value per_token_mj(double Tally::*joules) {
  return [joules](const RunRow& r) {
    return r.tally.output_tokens > 0 ? number(1e3 * r.tally.*joules / r.tally.output_tokens) : "";
  };
}
Value share_of_generative(std::uint64_t Tally::*late) {
  return [late](const RunRow& r) {
    return r.tally.output_tokens > 0 ? share(r.tally.*late, r.tally.finished) : "";
  };
}

void add_generation(std::vector<RunColumn>& c) {
  c.push_back({"counted_energy_mean_mj", "mJ",
               "energy per finished inference as the objective counts phone and server",
               [](const RunRow& r) { return milli_each(r.tally.counted_j, r.tally); }});
  c.push_back({"carbon_mean_mg", "mg",
               "CO2 per finished inference; empty unless the objective is the system", carbon_mg});
  for (const auto& [name, tokens, what] :
       {std::tuple{"prompt_tokens_mean", &Tally::prompt_tokens, "generative: tokens of a prompt"},
        std::tuple{"output_tokens_mean", &Tally::output_tokens,
                   "generative: tokens of an answer"}}) {
    c.push_back({name, "count", what, mean_of(tokens)});
  }
  for (const auto& [name, summary, what] :
       {std::tuple{"ttft", &Tally::ttft, "generative: arrival to first token"},
        std::tuple{"tpot", &Tally::tpot, "generative: time per further token of a request"}}) {
    for (const auto& [suffix, measure] :
         {std::pair{"mean", &LatencySummary::mean}, std::pair{"p50", &LatencySummary::p50},
          std::pair{"p95", &LatencySummary::p95}, std::pair{"p99", &LatencySummary::p99}}) {
      c.push_back({fmt::format("{}_{}_ms", name, suffix), "ms", fmt::format("{}, {}", what, suffix),
                   of_tokens(measure, summary)});
    }
  }
  c.push_back({"first_token_late_ratio", "1", "generative: share above the latency constraint",
               share_of_generative(&Tally::first_token_late)});
  c.push_back({"tokens_late_ratio", "1",
               "generative: share above the constraint of the time per token",
               share_of_generative(&Tally::tokens_late)});
  c.push_back({"energy_per_token_mj", "mJ", "generative: phone energy per output token",
               per_token_mj(&Tally::energy_j)});
  c.push_back({"server_energy_per_token_mj", "mJ", "the same of tablet and cloud",
               per_token_mj(&Tally::server_j)});
}

std::vector<RunColumn> make_run_columns() {
  std::vector<RunColumn> columns;
  add_identity(columns);
  add_energy(columns);
  add_quality(columns);
  add_comparison(columns);
  add_shares(columns);
  add_learning(columns);
  add_prediction_errors(columns);
  add_generation(columns);
  return columns;
}

constexpr ColumnText kLearning[] = {
    {"run_id", "", "names the run"},
    {"scenario", "", "name of the scenario"},
    {"policy", "", "name of the policy"},
    {"replication", "", "number of the repetition"},
    {"device", "", "device type"},
    {"phase", "", "phase of the scenario"},
    {"learned", "count", "outcomes learned from so far, all phases"},
    {"reward_mean", "1", "mean reward since the point before"},
    {"td_error_mean_abs", "1", "mean absolute temporal-difference error since the point before"},
    {"states_visited", "count", "states learned in"},
    {"states_converged", "count", "of them converged"},
    {"saturated_stores", "count", "table values clamped to the number range"},
    {"opt_reward_mean", "1",
     "mean expected `sound` reward of Opt's action since the point before; empty if not compared"},
    {"regret_mean", "1", "the same less that of the decision: what the decision gave away"},
};

constexpr ColumnText kRequests[] = {
    {"run_id", "", "names the run"},
    {"policy", "", "name of the policy"},
    {"replication", "", "number of the repetition"},
    {"seed", "", "seed of the world"},
    {"phase", "", "phase of the scenario"},
    {"device", "", "number of the phone"},
    {"device_type", "", "its profile"},
    {"request", "", "number of the request on that phone, over all phases"},
    {"dnn", "", "DNN"},
    {"arrival_s", "s", "simulated time of arrival, since the phase began"},
    {"latency_ms", "ms", "arrival to completion; the sum of the stages"},
    {"energy_mj", "mJ", "phone energy; the sum of the causes"},
    {"server_energy_mj", "mJ", "energy of tablet or cloud"},
    {"action", "", "target as decided, with its operating point"},
    {"executed", "", "target as executed: heat may cap the operating point"},
    {"opt_action", "", "what Opt would have taken; empty if not compared"},
    {"same_target", "0/1", "Opt's site, processor and precision"},
    {"same_action", "0/1", "exactly Opt's action"},
    {"equivalent", "0/1", "Opt's constraint outcome and energy within 1 %"},
    {"regret", "1", "expected `sound` reward of Opt's action less that of the decision"},
    {"qos_met", "0/1", "latency constraint met"},
    {"accuracy_met", "0/1", "accuracy target met"},
    {"reward", "1", "what a learner would be told"},
    {"co_cpu", "1", "co-runner CPU utilisation at the decision"},
    {"co_memory", "1", "co-runner memory utilisation at the decision"},
    {"cloud_signal_dbm", "dBm", "signal of the link to the cloud at the decision"},
    {"tablet_signal_dbm", "dBm", "signal of the link to the tablet at the decision"},
    {"temperature_c", "degC", "of the SoC at completion"},
    {"wait_ms", "ms", "stage: waiting for the request before it"},
    {"decision_ms", "ms", "stage: the decision itself"},
    {"compute_ms", "ms", "stage: inference on the phone"},
    {"promotion_ms", "ms", "stage: radio leaves its idle state"},
    {"upload_ms", "ms", "stage: sending"},
    {"network_ms", "ms", "stage: network, both ways"},
    {"queue_ms", "ms", "stage: waiting at the server"},
    {"service_ms", "ms", "stage: inference at the server"},
    {"download_ms", "ms", "stage: receiving"},
    {"decode_ms", "ms", "stage: generative, all tokens after the first"},
    {"cpu_mj", "mJ", "cause: busy CPU"},
    {"gpu_mj", "mJ", "cause: busy GPU"},
    {"dsp_mj", "mJ", "cause: busy DSP"},
    {"radio_tx_mj", "mJ", "cause: sending"},
    {"radio_rx_mj", "mJ", "cause: receiving"},
    {"radio_tail_mj", "mJ", "cause: radio tail and promotion"},
    {"idle_mj", "mJ", "cause: baseline and listening, as the accounting mode says"},
    {"decision_mj", "mJ", "cause: the decision itself"},
    {"prompt_tokens", "count", "generative: tokens of the prompt"},
    {"output_tokens", "count", "generative: tokens of the answer"},
    {"ttft_ms", "ms", "generative: arrival to first token"},
    {"tpot_ms", "ms", "generative: time per further token"},
};

constexpr ColumnText kTiming[] = {
    {"run_id", "", "names the run"},
    {"wall_s", "s", "wall-clock time of the run"},
    {"requests", "count", "requests of all phases"},
    {"requests_per_s", "1/s", "requests over wall_s"},
    {"events", "count", "events of the engine"},
    {"decision_ns", "ns", "mean time of a decision on this machine, over a sample"},
};

}  // namespace

const std::vector<RunColumn>& run_columns() {
  static const std::vector<RunColumn> columns = make_run_columns();
  return columns;
}
std::span<const ColumnText> learning_columns() { return kLearning; }
std::span<const ColumnText> request_columns() { return kRequests; }
std::span<const ColumnText> timing_columns() { return kTiming; }

}  // namespace autoscale
