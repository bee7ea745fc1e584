// Scripted: replays the decisions that a requests.csv records, so that what was decided elsewhere
// or before can be looked at again: the same scenario and seed give the same ledger to the byte.
//
// The script holds recorded phases only. That is enough: a policy that does not learn skips the
// others. It has to hold a decision for every request of this run's seed, known by phone, request
// number and DNN; each replication finds its own rows by its seed, each fold by its DNN. `action`
// is replayed, not `executed`: heat caps it again. Plans in segments are replayed as they are named
// there.
// Whether decisions take the scenario's decision time is part of the ledger, so there are two
// names: `scripted` for policies that decide in no time, `scripted_deliberating` for those that
// deliberate, such as learners. The script's `decision_ms` says which is right; the other refuses
// it.
// Source: none. Parameters: file, a requests.csv, relative to the file that names it (to the
// working folder on the command line); policy, whose rows, by name or label.
// Columns read: policy, seed, device, device_type, request, dnn, action, decision_ms; any order,
// others are ignored, nothing is quoted. Each policy object reads the whole file: with one learner
// per phone (`learners: per_device`) that is once per phone.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <tuple>

#include "sim/policy/registry.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;

struct ScriptConfig {
  config::Located<std::string> file;
  std::string policy;

  template <class V>
  void fields(V& v) {
    v.required("file", file, "requests.csv with the decisions", is_there);
    v.required("policy", policy, "whose decisions of it, by name or label", config::non_empty);
  }

  static fs::path path_of(const config::Located<std::string>& file) {
    return config::path_at(file.mark, file.value);
  }

  static std::string is_there(const config::Located<std::string>& file) {
    std::error_code ignored;  // what cannot be looked at is no file
    const fs::path path = path_of(file);
    return fs::is_regular_file(path, ignored) ? "" : fmt::format("no file '{}'", path.string());
  }
};

/// The columns of a script, in the order of their names below.
enum Column { kPolicy, kSeed, kDevice, kDeviceType, kRequest, kDnn, kAction, kDecisionMs };
constexpr std::array<std::string_view, 8> kColumnNames = {
    "policy", "seed", "device", "device_type", "request", "dnn", "action", "decision_ms"};

std::vector<std::string> split(const std::string& line, char separator = ',') {
  std::vector<std::string> fields;
  std::size_t begin = 0;
  for (std::size_t end; (end = line.find(separator, begin)) != std::string::npos; begin = end + 1) {
    fields.push_back(line.substr(begin, end - begin));
  }
  fields.push_back(line.substr(begin));
  return fields;
}

/// Goes through the rows of a script; mistakes go to `diagnostics`.
class ScriptReader {
 public:
  ScriptReader(const fs::path& file, config::Diagnostics& diagnostics)
      : mark_(config::file_mark(file)), diagnostics_(diagnostics), stream_(file) {
    std::string line;
    std::getline(stream_, line);
    const std::vector<std::string> header = split(line);
    width_ = header.size();
    for (std::size_t c = 0; c < kColumnNames.size(); ++c) {
      const auto found = std::find(header.begin(), header.end(), kColumnNames[c]);
      place_[c] = static_cast<std::size_t>(found - header.begin());
      if (found == header.end()) error(fmt::format("no column '{}'", kColumnNames[c]));
    }
    sound_ = diagnostics_.empty();
  }

  /// Reads the next row that has as many fields as the header; false at the end.
  bool next() {
    for (std::string line; sound_ && std::getline(stream_, line);) {
      ++mark_.line;
      fields_ = split(line);
      if (fields_.size() == width_) return true;
      error(fmt::format("{} fields, but the header has {}", fields_.size(), width_));
    }
    return false;
  }

  const std::string& text(Column c) const { return fields_[place_[c]]; }

  /// A column as a number of type T; 0, and an error, if it is none.
  template <class T>
  T number(Column c) {
    const std::string& s = text(c);
    T value{};
    const auto [end, problem] = std::from_chars(s.data(), s.data() + s.size(), value);
    if (problem == std::errc() && end == s.data() + s.size()) return value;
    error(fmt::format("column '{}': '{}' is not a number it can hold", kColumnNames[c],
                      config::printable(s)));
    return T{};
  }

  void error(std::string message) { diagnostics_.error(mark_, std::move(message)); }

 private:
  config::Mark mark_;
  config::Diagnostics& diagnostics_;
  std::ifstream stream_;
  std::size_t width_ = 0;
  std::array<std::size_t, kColumnNames.size()> place_{};  // of each column in a row
  bool sound_ = false;
  std::vector<std::string> fields_;
};

/// Place of `name` in a list of names; nothing if it is not there.
std::optional<std::uint16_t> place_of(const std::string& name,
                                      const std::vector<std::string>& names) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::uint16_t>(found - names.begin());
}

/// A decision as its row names it: one action, or segments.
struct Plan {
  ActionId action = 0;
  std::vector<Segment> segments;
};

/// A segment such as cloud_gpu_fp32@0[5-12], as plan_name writes it; nothing if it is none.
std::optional<Segment> segment_of(const std::string& text, const std::vector<std::string>& names) {
  const std::size_t open = text.find('[');
  const auto action = place_of(text.substr(0, open), names);
  if (!action || open == std::string::npos) return std::nullopt;
  Segment segment{.action = *action};
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data() + open + 1, end, segment.first);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '-') return std::nullopt;
  const auto last = std::from_chars(first.ptr + 1, end, segment.last);
  if (last.ec != std::errc() || std::string_view(last.ptr, end) != "]") return std::nullopt;
  return segment;
}

/// The plan that a text names; nothing if this phone has no such action.
std::optional<Plan> plan_of(const std::string& text, const std::vector<std::string>& names) {
  if (text.find('[') == std::string::npos) {
    const auto action = place_of(text, names);
    return action ? std::optional(Plan{*action, {}}) : std::nullopt;
  }
  Plan plan;
  for (const std::string& part : split(text, '|')) {
    const auto segment = segment_of(part, names);
    if (!segment) return std::nullopt;
    plan.segments.push_back(*segment);
  }
  return plan;
}

/// Whether `random` is the field of `seed`: different fields have different first draws.
bool is_of_seed(const RandomField& random, std::uint64_t seed) {
  const auto first = [](const RandomField& r) { return r.at(Stream::kPolicy, 0, 0).uniform(); };
  return first(random) == first(RandomField(seed));
}

template <bool kDeliberates>
class Scripted final : public Policy {
 public:
  using Config = ScriptConfig;
  static constexpr PolicyInfo kInfo{
      .family = "heuristic",
      .summary = kDeliberates ? "replays a requests.csv whose decisions took decision time"
                              : "replays the decisions of a requests.csv",
      .source = "none",
      .deliberates = kDeliberates};

  /// Throws ConfigError with every mistake of the script.
  Scripted(const Config& config, const PolicyContext& context)
      : file_(Config::path_of(config.file)), policy_(config.policy), actions_(context.actions) {
    if (config.file.value.empty()) {
      throw std::invalid_argument("a scripted policy needs its parameters 'file' and 'policy'");
    }
    for (const Dnn& dnn : context.dnns) dnns_.push_back(dnn.id);
    read(context);
  }

  ExecutionPlan decide(const Observation& o) override {
    const Decision wanted{o.phone, o.request, o.dnn};
    const auto found = std::lower_bound(decisions_.begin(), decisions_.end(), wanted);
    if (found != decisions_.end() && found->request_key() == wanted.request_key()) {
      const Plan& plan = plans_[found->plan];
      return {plan.action, plan.segments};
    }
    throw PolicyError(fmt::format("{}: no decision of '{}' for {} under this run's seed (at {} s)",
                                  file_.string(), policy_, describe(wanted),
                                  to_seconds(o.now - kStart)));
  }

 private:
  struct Decision {
    std::uint32_t device = 0;
    std::uint32_t request = 0;
    std::uint16_t dnn = 0;
    std::uint32_t plan = 0;  // of plans_

    auto request_key() const { return std::tuple(device, request, dnn); }
    bool operator<(const Decision& other) const { return request_key() < other.request_key(); }
  };

  void read(const PolicyContext& context) {
    config::Diagnostics diagnostics;
    ScriptReader script(file_, diagnostics);
    std::set<std::string> policies;
    const std::vector<std::string> names = actions_.names();
    while (script.next()) {
      policies.insert(script.text(kPolicy));
      if (script.text(kPolicy) == policy_ && script.text(kDeviceType) == context.device_type &&
          is_of_seed(context.random, script.number<std::uint64_t>(kSeed))) {
        add(script, names);
      }
    }
    if (diagnostics.empty() && !policies.contains(policy_)) {
      const std::vector<std::string> there(policies.begin(), policies.end());
      diagnostics.error(config::file_mark(file_),
                        fmt::format("no row of policy '{}'{}", config::printable(policy_),
                                    config::suggest(policy_, there)));
    }
    std::sort(decisions_.begin(), decisions_.end());
    refuse_twins(diagnostics);
    diagnostics.throw_if_any();
  }

  /// Takes over the decision of a row; those for DNNs that the scenario lacks are never asked for.
  void add(ScriptReader& script, const std::vector<std::string>& names) {
    const std::optional<std::uint32_t> plan = place_of_plan(script.text(kAction), names);
    if (!plan) {
      script.error(
          fmt::format("this phone has no action '{}'", config::printable(script.text(kAction))));
    }
    if ((script.number<double>(kDecisionMs) > 0) != kDeliberates) {
      script.error(kDeliberates ? "this decision took no time: replay it with 'scripted'"
                                : "this decision took time: replay it with "
                                  "'scripted_deliberating'");
    }
    const std::optional<std::uint16_t> dnn = place_of(script.text(kDnn), dnns_);
    if (!plan || !dnn) return;
    decisions_.push_back({script.number<std::uint32_t>(kDevice),
                          script.number<std::uint32_t>(kRequest), *dnn, *plan});
  }

  /// Place in plans_ of the plan that a text names, which is added if it is new.
  std::optional<std::uint32_t> place_of_plan(const std::string& text,
                                             const std::vector<std::string>& names) {
    if (const auto known = plan_places_.find(text); known != plan_places_.end()) {
      return known->second;
    }
    std::optional<Plan> plan = plan_of(text, names);
    if (!plan) return std::nullopt;
    plans_.push_back(std::move(*plan));
    return plan_places_[text] = static_cast<std::uint32_t>(plans_.size() - 1);
  }

  void refuse_twins(config::Diagnostics& diagnostics) const {
    const auto twin = std::adjacent_find(
        decisions_.begin(), decisions_.end(),
        [](const Decision& a, const Decision& b) { return a.request_key() == b.request_key(); });
    if (twin == decisions_.end()) return;
    diagnostics.error(config::file_mark(file_),
                      fmt::format("two decisions of '{}' for {}", policy_, describe(*twin)));
  }

  std::string describe(const Decision& d) const {
    return fmt::format("request {} of device {} ({})", d.request, d.device, dnns_[d.dnn]);
  }

  fs::path file_;
  std::string policy_;
  const ActionSpace& actions_;
  std::vector<std::string> dnns_;
  std::vector<Plan> plans_;
  std::map<std::string, std::uint32_t> plan_places_;  // of plans_, by text
  std::vector<Decision> decisions_;                   // ascending
};

const RegisterPolicy<Scripted<false>> registered_scripted{"scripted"};
const RegisterPolicy<Scripted<true>> registered_deliberating{"scripted_deliberating"};

}  // namespace
}  // namespace autoscale
