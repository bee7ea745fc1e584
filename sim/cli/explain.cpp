// autoscale explain: what every action would cost now.
#include "sim/system/explain.h"

#include <fmt/format.h>

#include "sim/cli/commands.h"
#include "sim/cli/explain_batch.h"
#include "sim/config/units.h"

namespace autoscale::cli {
namespace {

struct ExplainArguments {
  std::vector<std::string> data;
  ExplainRequest request;
  std::vector<std::string> links;
  std::string accounting = "whole_phone";
  std::string accuracy_set = "post_training";
  std::string power_level;
  std::string upload = "raw";
  std::string detections = "boxes";
  std::vector<std::string> cloud_processors;
  std::vector<std::string> tablet_processors;
  std::string requests;
  bool csv = false;
};

/// "wifi=-55dBm" into the request's signals.
void read_link(const std::string& text, ExplainRequest& request) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) {
    throw std::invalid_argument(
        fmt::format("--link {}: expected NAME=SIGNAL, e.g. wifi=-55dBm", text));
  }
  const auto signal = config::parse_text<Dbm>(text.substr(equals + 1));
  if (!signal.ok()) throw std::invalid_argument(fmt::format("--link {}: {}", text, signal.error));
  if (!kSignalLevel.contains(signal.value.value())) {
    throw std::invalid_argument(fmt::format("--link {}: must be between {} and {} dBm", text,
                                            kSignalLevel.low, kSignalLevel.high));
  }
  const bool first =
      request.signal_dbm.emplace(text.substr(0, equals), signal.value.value()).second;
  if (!first) throw std::invalid_argument(fmt::format("--link {}: the link is given twice", text));
}

template <class E>
E value_named(const std::string& name) {
  for (const auto& [value, text] : config::EnumNames<E>::value) {
    if (text == name) return value;
  }
  throw std::invalid_argument(fmt::format("unknown name '{}'", name));
}

template <class E>
std::vector<std::string> names_of() {
  std::vector<std::string> names;
  for (const auto& [value, text] : config::EnumNames<E>::value) names.emplace_back(text);
  return names;
}

template <class E>
std::vector<E> values_named(const std::vector<std::string>& names) {
  std::vector<E> values;
  for (const std::string& name : names) values.push_back(value_named<E>(name));
  return values;
}

/// The parts of the energy that are not zero, in words.
std::string energy_parts(const Cost& cost) {
  std::string text;
  for (std::size_t i = 0; i < kCauses; ++i) {
    if (cost.joules[i] == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : " + ", kCauseNames[i],
                        fixed_number(cost.joules[i] * 1e3, 2));
  }
  return text;
}

std::string latency_text(const Cost& cost) {
  if (cost.ttft_s <= 0) return short_number(cost.latency_s * 1e3);
  return fmt::format("{:.1f}, {:.2f}", cost.ttft_s * 1e3, cost.tpot_s * 1e3);
}

void print_table(const ExplainRequest& request, const Explanation& e) {
  fmt::print("{} on {}, {}: latency at most {:.2f} ms, accuracy at least {:.1f} %\n", request.dnn,
             request.device, e.use_case, e.qos_s * 1e3, request.accuracy_target);
  fmt::print(
      "co-runner: CPU {:.2f}, memory {:.2f}; {} {:.0f} dBm ({:.1f} Mbit/s up), {} {:.0f} dBm "
      "({:.1f} Mbit/s up)\n\n",
      e.conditions.load.cpu, e.conditions.load.memory, request.cloud_link,
      e.conditions.link[kCloudLink].signal_dbm, e.conditions.link[kCloudLink].up_bps / 1e6,
      request.tablet_link, e.conditions.link[kTabletLink].signal_dbm,
      e.conditions.link[kTabletLink].up_bps / 1e6);
  const bool generative = e.conditions.tokens != Tokens{};
  if (generative) {
    fmt::print(
        "{:.0f} tokens of prompt, {:.0f} of answer{}; {:.0f} sequences in the cloud's batch\n\n",
        e.conditions.tokens.prompt, e.conditions.tokens.output,
        e.token_qos_s > 0 ? fmt::format(", at most {:.2f} ms each", e.token_qos_s * 1e3) : "",
        e.conditions.batch[0][0]);
  }
  std::vector<std::vector<std::string>> rows = {
      {"", "action", "MHz", generative ? "first token, per token ms" : "ms", "mJ", "accuracy",
       "verdict", "energy by cause (mJ)"}};
  for (const ExplainedAction& a : e.actions) {
    rows.push_back(
        {a.chosen ? "*" : " ", a.name, fmt::format("{:.0f}", a.frequency_hz / 1e6),
         a.legal ? latency_text(a.cost) : "-", a.legal ? short_number(a.cost.energy_j * 1e3) : "-",
         fmt::format("{:.1f}", a.accuracy), a.allowed ? "allowed" : a.why, energy_parts(a.cost)});
  }
  fmt::print("{}\n* what Opt takes\n", text_table(rows));
}

int run_explain(ExplainArguments& arguments) {
  ExplainRequest& request = arguments.request;
  for (const std::string& link : arguments.links) read_link(link, request);
  request.accounting = value_named<AccountingMode>(arguments.accounting);
  request.accuracy_set = value_named<AccuracySet>(arguments.accuracy_set);
  request.upload = value_named<Upload>(arguments.upload);
  request.detections = value_named<Detections>(arguments.detections);
  request.cloud_processors = values_named<ProcessorKind>(arguments.cloud_processors);
  request.tablet_processors = values_named<ProcessorKind>(arguments.tablet_processors);
  if (!arguments.power_level.empty())
    request.power_level = value_named<PowerLevel>(arguments.power_level);
  const Catalog catalog(search_path(arguments.data));
  if (!arguments.requests.empty()) {
    fmt::print("{}", explain_rows(catalog, request, arguments.requests));
    return kOk;
  }
  const Explanation explanation = explain(catalog, request);
  if (arguments.csv) {
    fmt::print("{}", explanation_csv(explanation));
  } else {
    print_table(request, explanation);
  }
  return kOk;
}

}  // namespace

void add_explain(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<ExplainArguments>();
  ExplainRequest& request = arguments->request;
  CLI::App* sub = app.add_subcommand("explain", "Show what every action would cost now, and why");
  add_data_option(*sub, arguments->data);
  sub->add_option("--device", request.device, "phone: a name or a file")->required();
  sub->add_option("--dnn", request.dnn, "DNN")->required();
  sub->add_option("--use-case", request.use_case, "use case; default: the first that uses the DNN");
  sub->add_option("--link", arguments->links, "signal of a link, e.g. wifi=-55dBm (repeatable)")
      ->allow_extra_args(false);
  sub->add_option("--co-cpu", request.co_cpu, "CPU utilisation by co-running apps")
      ->check(number_between(0, 1));
  sub->add_option("--co-mem", request.co_memory, "memory utilisation by co-running apps")
      ->check(number_between(0, 1));
  sub->add_flag("--warm", request.warm, "the connections have not been idle: no slow start");
  sub->add_option("--cloud-processors", arguments->cloud_processors,
                  "processors of the cloud that phones may use; default: all")
      ->delimiter(',')
      ->check(CLI::IsMember(names_of<ProcessorKind>()));
  sub->add_option("--tablet-processors", arguments->tablet_processors, "the same of the tablet")
      ->delimiter(',')
      ->check(CLI::IsMember(names_of<ProcessorKind>()));
  sub->add_option("--cloud-link", request.cloud_link, "link technology to the cloud");
  sub->add_option("--tablet-link", request.tablet_link, "link technology to the tablet");
  sub->add_option("--cloud", request.cloud, "the cloud: a profile's name or file");
  sub->add_option("--tablet", request.tablet, "the tablet or other helper, likewise");
  sub->add_option("--prompt", request.prompt_tokens,
                  "generative: tokens of the prompt; default: the use case's mean")
      ->check(number_between(1, 1e6));
  sub->add_option("--output", request.output_tokens, "generative: tokens of the answer, likewise")
      ->check(number_between(1, 1e6));
  sub->add_option("--background", request.background,
                  "generative: other users' sequences in the cloud's batch")
      ->check(number_between(0, 1e6));
  sub->add_option("--accuracy", request.accuracy_target, "accuracy target, percent")
      ->check(number_between(0, 100));
  sub->add_option("--accuracy-set", arguments->accuracy_set, "accuracy figures")
      ->check(CLI::IsMember(names_of<AccuracySet>()));
  sub->add_option("--accounting", arguments->accounting, "what the baseline power is charged to")
      ->check(CLI::IsMember(names_of<AccountingMode>()));
  sub->add_option("--power-level", arguments->power_level, "height of the power tables")
      ->check(CLI::IsMember(names_of<PowerLevel>()));
  sub->add_option("--upload", arguments->upload, "form of the input sent")
      ->check(CLI::IsMember(names_of<Upload>()));
  sub->add_option("--detections", arguments->detections, "form of detections sent back")
      ->check(CLI::IsMember(names_of<Detections>()));
  sub->add_option("--requests", arguments->requests,
                  "table with a request per row, printed as --csv behind its number; columns that "
                  "it may have: device, dnn, cloud_link, tablet_link, cloud_dbm, tablet_dbm, "
                  "co_cpu, co_mem, warm; the options stand for what it does not say")
      ->type_name("FILE");
  sub->add_flag("--csv", arguments->csv, "all figures, comma-separated");
  sub->footer(
      "Examples:\n  autoscale explain --device mi8pro --dnn mobilenet_v1\n"
      "  autoscale explain --device moto_x_force --dnn resnet_50_v1 --link wifi=-85dBm "
      "--co-cpu 0.9 --csv");
  sub->callback([arguments, &action] { action = [arguments] { return run_explain(*arguments); }; });
}

}  // namespace autoscale::cli
