// DQN: Q-learning with a neural network in place of the table, trained on remembered transitions
// towards a network that stands still meanwhile.
//
// Network  policies/learning/mlp.h, in 32-bit floats, from the features of the observation
//          (sim/policy/features.h) to the value of every action. Only legal actions are chosen, and
//          only they count in the value of the next state.
// Update   after every `train_every` outcomes, a batch from the replay memory: the error
//          R + discount * max_a Q_target(S', a) - Q(S, A), clipped to [-1, 1], S' the same DNN with
//          the variance seen at completion; Adam. Every `target_every` updates the target network
//          becomes a copy of the online one.
// Choice   epsilon-greedy, epsilon falling in a line over `epsilon_decay` outcomes from 1 to
//          `epsilon`; greedy in phases that do not explore.
// Source: V. Mnih et al., "Human-Level Control through Deep Reinforcement Learning", Nature 2015.
//   Departs from it in the network, which is small and sees features instead of images, and in Adam
//   instead of RMSProp. There is no terminal state.
// Parameters: see Config; counts but for the dimensionless rates. The defaults of learning_rate and
//   train_every did best of 0.001, 0.003 and 1, 2, 4 in the paper's training, with other seeds than
//   it is evaluated on; layers of 64 units or batches of 64 did not do better. The clipped error
//   suits rewards of about 1, such as `sound`; under `literal`, in millijoules, it learns slowly.
// Saved are the network and the number of outcomes; a loaded policy starts with an empty memory.
// Transfer: hidden layers are taken over whole, the output of each action from its counterpart
//   (sim/policy/transfer.h); outputs without one stay as they are.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "policies/base/policy_draws.h"
#include "policies/base/read_values.h"
#include "policies/learning/error_mean.h"
#include "policies/learning/mlp.h"
#include "policies/learning/replay.h"
#include "sim/policy/features.h"
#include "sim/policy/registry.h"

namespace autoscale {
namespace {

class Dqn final : public Policy {
 public:
  static constexpr PolicyInfo kInfo{.family = "learner",
                                    .summary = "deep Q-network over continuous features",
                                    .source = "Mnih et al., 2015, Nature",
                                    .learns = true,
                                    .deliberates = true};
  struct Config {
    std::vector<std::uint32_t> hidden = {32, 32};
    double learning_rate = 3e-3;
    double discount = 0.1;
    double epsilon = 0.05;
    std::uint32_t epsilon_decay = 10000;
    std::uint32_t replay = 20000;
    std::uint32_t batch = 32;
    std::uint32_t train_every = 2;
    std::uint32_t target_every = 250;
    template <class V>
    void fields(V& v) {
      v.optional("hidden", hidden, "units of each hidden layer", config::range(1, 512));
      v.optional("learning_rate", learning_rate, "of Adam", config::positive);
      v.optional("discount", discount, "weight of the next state's value",
                 config::range(0.0, 0.999));
      v.optional("epsilon", epsilon, "share of random choices in the end", config::ratio);
      v.optional("epsilon_decay", epsilon_decay, "outcomes until then", config::positive);
      v.optional("replay", replay, "transitions kept", config::range(1, 10000000));
      v.optional("batch", batch, "transitions per update", config::range(1, 4096));
      v.optional("train_every", train_every, "outcomes per update", config::positive);
      v.optional("target_every", target_every, "updates per target network", config::positive);
    }
  };

  Dqn(const Config& config, const PolicyContext& context)
      : config_(config),
        features_(context.dnns),
        actions_(context.actions),
        dnns_(context.legality),
        random_(context.random),
        device_type_(context.device_type),
        online_(widths(config.hidden, context.actions.size()),
                PolicyDraws{context.random, kInitialDraws}),
        target_(online_),
        adam_(online_.parameters().size(), config.learning_rate),
        replay_(config.replay),
        one_(online_, 1),
        now_(online_, config.batch),
        later_(online_, config.batch),
        picked_(config.batch) {}

  ExecutionPlan decide(const Observation& o) override {
    const auto& legal = dnns_[o.dnn].legal;
    if (mode_.explore) {
      Draw draw = random_.at(Stream::kPolicy, o.phone, o.request);
      if (draw.uniform() < epsilon()) {
        return {legal[draw.below(static_cast<std::uint32_t>(legal.size()))]};
      }
    }
    one_.input().col(0) = inputs_of(o);
    online_.forward(one_);
    return {best(one_.output(), 0, o.dnn)};
  }

  void learn(const Outcome& outcome) override {
    replay_.add({inputs_of(outcome.observation), inputs_of(outcome.next),
                 static_cast<float>(outcome.reward), outcome.observation.dnn, outcome.action});
    ++outcomes_;
    if (outcomes_ % config_.train_every == 0) train();
  }

  void set_mode(LearningMode mode) override { mode_ = mode; }

  /// Both networks, Adam's two means, and the replay memory.
  std::size_t table_bytes() const override {
    return 4 * static_cast<std::size_t>(online_.parameters().size()) * sizeof(float) +
           replay_.bytes();
  }

  LearningProgress progress() override {
    LearningProgress p;
    p.updates = outcomes_;
    p.mean_abs_td_error = errors_.take();
    return p;
  }

  nlohmann::ordered_json save() const override {
    nlohmann::ordered_json saved;
    saved["policy"] = "dqn";
    saved["device_type"] = device_type_;
    saved["features"] = FeatureMap::kDefinition;
    saved["hidden"] = config_.hidden;
    saved["actions"] = actions_.names();
    saved["outcomes"] = outcomes_;
    saved["parameters"] = online_.parameters();
    return saved;
  }

  void load(const nlohmann::ordered_json& saved) override {
    require_same(saved, "device_type", device_type_);
    require_same(saved, "actions", actions_.names());
    transfer(saved);
    outcomes_ = saved.at("outcomes").get<std::uint64_t>();
  }

  void transfer(const nlohmann::ordered_json& saved) override {
    require_same(saved, "policy", "dqn");
    require_same(saved, "features", FeatureMap::kDefinition);
    require_same(saved, "hidden", config_.hidden);
    const auto names = saved.at("actions").get<std::vector<std::string>>();
    Network source(widths(config_.hidden, names.size()), PolicyDraws{random_, kInitialDraws});
    read_values(saved.at("parameters"), source.parameters());
    const std::size_t last = online_.layers() - 1;
    for (std::size_t l = 0; l < last; ++l) {
      online_.weights(l) = source.weights(l);
      online_.biases(l) = source.biases(l);
    }
    const auto sources = counterparts(names, actions_);
    for (std::size_t a = 0; a < sources.size(); ++a) {
      if (!sources[a]) continue;
      const auto to = static_cast<Eigen::Index>(a), from = static_cast<Eigen::Index>(*sources[a]);
      online_.weights(last).row(to) = source.weights(last).row(from);
      online_.biases(last)[to] = source.biases(last)[from];
    }
    target_ = online_;
  }

 private:
  using Network = learning::Mlp<float>;
  using Inputs = Eigen::Matrix<float, kFeatures, 1>;

  /// Entities that address the draws beside those of decisions; no phone has these numbers.
  enum DrawEntity : std::uint32_t { kInitialDraws = 0xffffffff, kReplayDraws = 0xfffffffe };

  struct Transition {
    Inputs from, to;
    float reward = 0;
    std::uint16_t dnn = 0;
    ActionId action = 0;
  };

  static std::vector<Eigen::Index> widths(const std::vector<std::uint32_t>& hidden,
                                          std::size_t actions) {
    std::vector<Eigen::Index> widths = {static_cast<Eigen::Index>(kFeatures)};
    widths.insert(widths.end(), hidden.begin(), hidden.end());
    widths.push_back(static_cast<Eigen::Index>(actions));
    return widths;
  }

  Inputs inputs_of(const Observation& o) const {
    const FeatureVector x = features_.of(o);
    return Eigen::Map<const Eigen::Matrix<double, kFeatures, 1>>(x.data()).cast<float>();
  }

  double epsilon() const {
    const double progress =
        std::min(1.0, static_cast<double>(outcomes_) / static_cast<double>(config_.epsilon_decay));
    return 1 + progress * (config_.epsilon - 1);
  }

  /// The legal action of highest value in a column of outputs; the lowest one among equals.
  ActionId best(const Network::Matrix& values, Eigen::Index column, std::uint16_t dnn) const {
    const auto& legal = dnns_[dnn].legal;
    return *std::max_element(legal.begin(), legal.end(), [&](ActionId a, ActionId b) {
      return values(a, column) < values(b, column);
    });
  }

  void train() {
    pick_batch();
    target_.forward(later_);
    online_.forward(now_);
    now_.output_slopes().setZero();
    const auto cases = static_cast<Eigen::Index>(picked_.size());
    for (Eigen::Index i = 0; i < cases; ++i) {
      const Transition& t = *picked_[static_cast<std::size_t>(i)];
      const float next = later_.output()(best(later_.output(), i, t.dnn), i);
      const float aim = t.reward + static_cast<float>(config_.discount) * next;
      const float error = now_.output()(t.action, i) - aim;
      now_.output_slopes()(t.action, i) =
          std::clamp(error, -1.0F, 1.0F) / static_cast<float>(cases);
      errors_.add(error);
    }
    online_.backward(now_);
    adam_.step(online_.parameters(), online_.gradient());
    if (++updates_ % config_.target_every == 0) target_.parameters() = online_.parameters();
  }

  void pick_batch() {
    Draw draw = PolicyDraws{random_, kReplayDraws}(updates_);
    for (std::size_t i = 0; i < picked_.size(); ++i) {
      picked_[i] = &replay_.pick(draw);
      now_.input().col(static_cast<Eigen::Index>(i)) = picked_[i]->from;
      later_.input().col(static_cast<Eigen::Index>(i)) = picked_[i]->to;
    }
  }

  Config config_;
  FeatureMap features_;
  const ActionSpace& actions_;
  std::span<const DnnOnType> dnns_;
  RandomField random_;
  std::string device_type_;
  LearningMode mode_;
  Network online_;
  Network target_;
  learning::Adam<float> adam_;
  learning::Replay<Transition> replay_;
  Network::Batch one_;    // a decision
  Network::Batch now_;    // S and its Q
  Network::Batch later_;  // S' and its target Q
  std::vector<const Transition*> picked_;
  std::uint64_t outcomes_ = 0;
  std::uint64_t updates_ = 0;
  learning::ErrorMean errors_;
};

const RegisterPolicy<Dqn> registered_dqn{"dqn"};

}  // namespace
}  // namespace autoscale
