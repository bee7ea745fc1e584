// SVM: classifies the observation by the target that was best in such situations, with support
// vector machines, and takes it.
//
// Model   C-SVC with a Gaussian kernel (policies/learning/kernel_machine.h) on the situations of
//         policies/base/situations.h: one machine per pair of groups, the group with most votes wins,
//         the lower one among equals. The operating point within the group is the answer of an
//         epsilon-SVR on the positions of the situations that the group was best in.
// Cap     max_situations, 10,000 at most; outcomes of further situations are not kept. A decision
//         takes time in proportion to the support vectors of all machines.
// Source: C. Cortes and V. Vapnik, "Support-Vector Networks", Machine Learning 1995; one of the
//   classifiers that Y. G. Kim and C.-J. Wu compare with in "AutoScale", MICRO 2020. Departs from
//   the plain method in the operating point: neighbouring points are nearly as good, so that a
//   class each would be classes of noise.
// Parameters: cost, LIBSVM's C, dimensionless; gamma, per squared standardised feature; tube, a
//   share of the group's range of operating points; max_situations, a count. The defaults of cost
//   and gamma classify about as well as any of 1, 10, 100 and 0.03, 0.1, 0.3, 1 in the paper's
//   training.
#include <map>

#include "policies/base/classifier_policy.h"
#include "policies/learning/kernel_machine.h"
#include "sim/policy/registry.h"

namespace autoscale {
namespace {

struct SvmConfig {
  double cost = 10;
  double gamma = 0.1;
  double tube = 0.1;
  std::uint32_t max_situations = 1000;
  template <class V>
  void fields(V& v) {
    v.optional("cost", cost, "weight of what lies within the margin", config::positive);
    v.optional("gamma", gamma, "of the kernel exp(-gamma d^2)", config::positive);
    v.optional("tube", tube, "free deviation of the operating point's position", config::ratio);
    v.optional("max_situations", max_situations, "situations kept", config::range(1, 10000));
  }
};

class Svm {
 public:
  using Config = SvmConfig;
  static constexpr const char* kName = "svm";
  static constexpr PolicyInfo kInfo{
      .family = "predictor",
      .summary = "best target by support vectors, of max_situations at most",
      .source = "Cortes and Vapnik, 1995, Machine Learning",
      .learns = true,
      .deliberates = true};

  Svm(const Config& config, const std::vector<Example>& examples)
      : settings_{config.cost, config.gamma, config.tube} {
    std::map<std::uint8_t, std::vector<Example>> by_group;
    for (const Example& e : examples) by_group[e.best.group].push_back(e);
    for (auto first = by_group.begin(); first != by_group.end(); ++first) {
      classes_.push_back({first->first, positions(first->second)});
      for (auto second = std::next(first); second != by_group.end(); ++second) {
        duels_.push_back({first->first, second->first, duel(first->second, second->second)});
      }
    }
  }

  std::optional<Placement> operator()(const FeatureVector& features, GroupSet offered) const {
    const Eigen::VectorXd x = Eigen::Map<const Eigen::VectorXd>(features.data(), kFeatures);
    std::array<int, 64> votes{};
    for (const Duel& d : duels_) {
      if (!(offered & only(d.first)) || !(offered & only(d.second))) continue;
      ++votes[d.machine(x) > 0 ? d.first : d.second];
    }
    const Class* winner = nullptr;
    for (const Class& c : classes_) {
      if (!(offered & only(c.group))) continue;
      if (!winner || votes[c.group] > votes[winner->group]) winner = &c;
    }
    if (!winner) return std::nullopt;
    return Placement{winner->group, winner->position(x)};
  }

 private:
  struct Class {
    std::uint8_t group = 0;
    learning::KernelMachine position;
  };
  struct Duel {
    std::uint8_t first = 0, second = 0;
    learning::KernelMachine machine;  // positive where `first` wins
  };

  static Eigen::MatrixXd columns_of(const std::vector<Example>& examples) {
    Eigen::MatrixXd matrix(kFeatures, examples.size());
    for (std::size_t i = 0; i < examples.size(); ++i) {
      matrix.col(static_cast<Eigen::Index>(i)) =
          Eigen::Map<const Eigen::VectorXd>(examples[i].features.data(), kFeatures);
    }
    return matrix;
  }

  learning::KernelMachine positions(const std::vector<Example>& examples) const {
    std::vector<double> targets;
    for (const Example& e : examples) targets.push_back(e.best.position);
    return learning::KernelMachine::regression(columns_of(examples), std::move(targets), settings_);
  }

  learning::KernelMachine duel(std::vector<Example> first,
                               const std::vector<Example>& second) const {
    std::vector<double> labels(first.size(), 1);
    labels.resize(first.size() + second.size(), -1);
    first.insert(first.end(), second.begin(), second.end());
    return learning::KernelMachine::classification(columns_of(first), std::move(labels), settings_);
  }

  learning::KernelSettings settings_;
  std::vector<Class> classes_;  // ascending by group
  std::vector<Duel> duels_;     // of each pair of classes
};

const RegisterPolicy<ClassifierPolicy<Svm>> registered_svm{"svm"};

}  // namespace
}  // namespace autoscale
