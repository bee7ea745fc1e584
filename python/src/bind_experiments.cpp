// Whole runs and sweeps: what autoscale_sim.run, sweep and explain call.
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <nlohmann/json.hpp>

#include "build_info.h"
#include "python/src/bindings.h"
#include "python/src/python_policy.h"
#include "sim/results/run_folder.h"
#include "sim/sweep/folder.h"
#include "sim/system/explain.h"

namespace autoscale::python {
namespace {

/// A Python policy as an entry of a scenario's list.
struct PythonUse {
  PythonUse(const nb::object& policy, const std::string& policy_name)
      : settings(std::make_shared<PythonSettings>(policy, policy_name)) {
    entry.name = policy_name;
    entry.info.family = "python";
    entry.info.learns = nb::cast<bool>(policy.attr("learns"));
    entry.info.deliberates = nb::cast<bool>(policy.attr("deliberates"));
  }

  PolicyEntry entry;
  std::shared_ptr<PythonSettings> settings;
};

/// The policies of a run as the caller listed them: names of the simulator's, and Python objects.
class PolicyList {
 public:
  explicit PolicyList(const std::vector<nb::object>& listed) {
    for (const nb::object& policy : listed) {
      const bool built_in = nb::isinstance<nb::str>(policy);
      const std::string name = nb::cast<std::string>(built_in ? policy : policy.attr("name"));
      const auto found = std::find(names_.begin(), names_.end(), name);
      if (found != names_.end()) {
        throw std::invalid_argument("policies: '" + name + "' is given twice");
      }
      names_.push_back(name);
      uses_.push_back(built_in ? nullptr : std::make_unique<PythonUse>(policy, name));
    }
  }

  /// Those of the simulator.
  std::vector<std::string> built_in() const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (!uses_[i]) names.push_back(names_[i]);
    }
    return names;
  }

  /// Gives the list, in its order, to a scenario that was loaded with built_in(). It must not
  /// outlive this.
  void give_to(Scenario& scenario) const {
    if (names_.empty()) return;
    std::vector<ComparedPolicy> policies;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (uses_[i]) {
        policies.push_back({names_[i], &uses_[i]->entry, uses_[i]->settings, false});
        continue;
      }
      for (const ComparedPolicy& use : scenario.policies()) {
        if (use.name == names_[i]) policies.push_back(use);
      }
    }
    scenario.set_policies(std::move(policies));
  }

 private:
  std::vector<std::string> names_;
  std::vector<std::unique_ptr<PythonUse>> uses_;  // by name; null: the simulator's
};

/// Lets Ctrl-C end what is run, and tells `progress`, a function or None, how far that is. Called
/// from the simulator's threads; Python hears signals in its main one.
void tell(const nb::object& progress, double done, std::size_t all) {
  const nb::gil_scoped_acquire held;
  if (PyErr_CheckSignals() != 0) throw nb::python_error();
  if (!progress.is_none()) progress(done, all);
}

void run(const SearchPath& search, const std::string& file, const std::string& folder,
         const std::vector<std::string>& assignments, const std::vector<nb::object>& policies,
         std::optional<std::uint64_t> seed, std::optional<std::uint32_t> replications,
         std::size_t jobs, bool requests, bool timeline, const nb::object& progress) {
  const PolicyList list(policies);
  const nb::gil_scoped_release released;
  const Catalog catalog(search);
  Scenario scenario =
      Scenario::load(catalog, file, {assignments, list.built_in(), seed, replications});
  list.give_to(scenario);
  RunOptions options;
  options.jobs = jobs;
  options.requests = requests;
  options.timeline = timeline;
  options.progress = [&progress](const RunProgress& p) {
    tell(progress, p.share * static_cast<double>(p.runs), p.runs);
  };
  run_into_folder(folder, scenario, options, {kVersion, kRevision, kCompiler});
}

/// Runs a sweep into a folder, or goes on with it there; how many of its runs failed. Of a shard,
/// part `index` from 0 of several, it leaves the journal alone, for merge().
std::size_t sweep(const SearchPath& search, const std::string& file, const std::string& folder,
                  std::size_t jobs, bool resume, std::uint64_t index, std::uint64_t count,
                  const nb::object& progress) {
  const nb::gil_scoped_release released;
  const Catalog catalog(search);
  const Sweep sweep = Sweep::load(catalog, file);
  SweepRunOptions options;
  options.shard = {index, count};
  options.jobs = jobs;
  options.progress = [&progress](const SweepProgress& p) {
    tell(progress, static_cast<double>(p.done), p.trials);
  };
  const nlohmann::ordered_json definition = sweep.definition({kVersion, kRevision, kCompiler});
  SweepFolder opened = SweepFolder::open(folder, definition, options.shard, resume);
  run_sweep(sweep, opened.journal(), options);
  if (count > 1) return 0;
  const SweepOutcome outcome = write_sweep_results(
      folder, definition, [&opened](std::uint64_t unit) { return opened.journal().read(unit); });
  return outcome.failed;
}

/// Writes the results of a sweep from the folders of all its shards; how many of its runs failed.
std::size_t merge(const std::vector<std::string>& shards, const std::string& folder) {
  const nb::gil_scoped_release released;
  return merge_shards({shards.begin(), shards.end()}, folder).failed;
}

template <class E>
E value_named(const std::string& name, const char* what) {
  std::vector<std::string> names;
  for (const auto& [value, text] : config::EnumNames<E>::value) {
    if (text == name) return value;
    names.emplace_back(text);
  }
  throw std::invalid_argument(std::string(what) + ": unknown name '" + config::printable(name) +
                              "'" + config::suggest(name, names));
}

std::string explain_csv(const SearchPath& search, ExplainRequest& request,
                        const std::string& accounting, const std::string& accuracy_set,
                        const std::string& power_level, const std::string& upload) {
  request.accounting = value_named<AccountingMode>(accounting, "accounting");
  request.accuracy_set = value_named<AccuracySet>(accuracy_set, "accuracy_set");
  request.upload = value_named<Upload>(upload, "upload");
  if (!power_level.empty()) {
    request.power_level = value_named<PowerLevel>(power_level, "power_level");
  }
  return explanation_csv(explain(Catalog(search), request));
}

}  // namespace

void bind_experiments(nb::module_& module) {
  module.attr("__version__") = kVersion;
  module.attr("REVISION") = kRevision;
  module.def("run", &run, nb::arg("search"), nb::arg("file"), nb::arg("folder"),
             nb::arg("assignments"), nb::arg("policies"), nb::arg("seed").none(),
             nb::arg("replications").none(), nb::arg("jobs"), nb::arg("requests"),
             nb::arg("timeline"), nb::arg("progress").none());
  module.def("sweep", &sweep, nb::arg("search"), nb::arg("file"), nb::arg("folder"),
             nb::arg("jobs"), nb::arg("resume"), nb::arg("index"), nb::arg("count"),
             nb::arg("progress").none());
  module.def("merge", &merge, nb::arg("shards"), nb::arg("folder"));
  module.def(
      "explain_csv",
      [](const SearchPath& search, const std::string& device, const std::string& dnn,
         const std::string& use_case, const std::map<std::string, double>& signal_dbm,
         double co_cpu, double co_memory, const std::string& cloud_link,
         const std::string& tablet_link, double accuracy_target, const std::string& accounting,
         const std::string& accuracy_set, const std::string& power_level,
         const std::string& upload) {
        ExplainRequest request;
        request.device = device;
        request.dnn = dnn;
        request.use_case = use_case;
        request.signal_dbm = signal_dbm;
        request.co_cpu = co_cpu;
        request.co_memory = co_memory;
        request.cloud_link = cloud_link;
        request.tablet_link = tablet_link;
        request.accuracy_target = accuracy_target;
        return explain_csv(search, request, accounting, accuracy_set, power_level, upload);
      },
      nb::arg("search"), nb::arg("device"), nb::arg("dnn"), nb::arg("use_case"),
      nb::arg("signal_dbm"), nb::arg("co_cpu"), nb::arg("co_memory"), nb::arg("cloud_link"),
      nb::arg("tablet_link"), nb::arg("accuracy_target"), nb::arg("accounting"),
      nb::arg("accuracy_set"), nb::arg("power_level"), nb::arg("upload"));
}

}  // namespace autoscale::python
