// kNN: takes the target that was best in most of the k situations nearest to the present one, at
// the mean of their operating points. A classification by the observed best, not a regression.
//
// Model   policies/base/nearest_neighbours.h on the situations of policies/base/situations.h; Euclidean
//         distance of standardised features (sim/policy/features.h).
// Cap     max_situations, 10,000 at most; outcomes of further situations are not kept. A decision
//         takes time in proportion to the situations.
// Source: T. Cover and P. Hart, "Nearest Neighbor Pattern Classification", IEEE Trans. Information
//   Theory 1967; one of the classifiers that Y. G. Kim and C.-J. Wu compare with in "AutoScale",
//   MICRO 2020. Departs from the plain method in classifying the target and averaging the operating
//   point, because neighbouring points are nearly as good.
// Parameters: k, situations; max_situations, the cap of those kept. Both are counts. The default of
//   k classifies about as well as any of 1, 3, 5, 9, 15 in the paper's training.
#include "policies/base/classifier_policy.h"
#include "policies/base/nearest_neighbours.h"
#include "sim/policy/registry.h"

namespace autoscale {
namespace {

struct KnnConfig {
  std::uint32_t k = 5;
  std::uint32_t max_situations = 1000;
  template <class V>
  void fields(V& v) {
    v.optional("k", k, "nearest situations that vote", config::positive);
    v.optional("max_situations", max_situations, "situations kept", config::range(1, 10000));
  }
};

class Knn : public NearestNeighbours {
 public:
  using Config = KnnConfig;
  static constexpr const char* kName = "knn";
  static constexpr PolicyInfo kInfo{
      .family = "predictor",
      .summary = "best target of the nearest situations, of max_situations at most",
      .source = "Cover and Hart, 1967, IEEE Trans. Information Theory",
      .learns = true,
      .deliberates = true};

  Knn(const Config& config, std::vector<Example> examples)
      : NearestNeighbours(config.k, std::move(examples)) {}
};

const RegisterPolicy<ClassifierPolicy<Knn>> registered_knn{"knn"};

}  // namespace
}  // namespace autoscale
