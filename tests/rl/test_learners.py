"""Learners of well-known libraries train on AutoScale-v0 for about a minute each and beat random decisions.

Started by scripts/test.sh --rl, not by the everyday tests: they need the packages of scripts/requirements-rl.txt.
"""

import functools

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

import autoscale_sim  # registers AutoScale-v0

SCENARIO = dict(scenario="paper/D3_non_streaming", phone="mi8pro", observation="features")
TEST_SEEDS = (101, 102, 103)
STEPS = 20_000

torch = pytest.importorskip("torch", reason="scripts/test.sh --rl installs it")


def training(**arguments):
    return gymnasium.make("AutoScale-v0", **{**SCENARIO, "episode_length": 250, **arguments})


def mean_reward(decide, **arguments):
    """Mean reward of decide(observation, mask) in episodes that no learner has seen."""
    env = gymnasium.make("AutoScale-v0", **SCENARIO, episode_length=300, **arguments)
    rewards = []
    for seed in TEST_SEEDS:
        observation, info = env.reset(seed=seed)
        truncated = False
        while not truncated:
            observation, reward, _, truncated, info = env.step(int(decide(observation, info["action_mask"])))
            rewards.append(reward)
    return np.mean(rewards)


@functools.cache
def random_reward(illegal):
    """Of random decisions: any of them with the penalty, legal ones without."""
    generator = np.random.default_rng(7)

    def decide(observation, mask):
        return generator.choice(len(mask) if illegal == "penalty" else np.flatnonzero(mask))

    return mean_reward(decide, illegal=illegal)


def beats_random(decide, illegal="penalty"):
    assert mean_reward(decide, illegal=illegal) > random_reward(illegal)


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)
    torch.manual_seed(1)


@pytest.mark.parametrize("name", ["DQN", "PPO"])
def test_stable_baselines3(name):
    library = pytest.importorskip("stable_baselines3")
    chosen = {"DQN": dict(learning_starts=500, target_update_interval=500, exploration_fraction=0.3, gamma=0.1,
                          learning_rate=1e-3),
              "PPO": dict(n_steps=500, batch_size=100, gamma=0.1, learning_rate=1e-3)}[name]
    model = getattr(library, name)("MlpPolicy", training(illegal="penalty"), device="cpu", seed=1, **chosen)
    model.learn(STEPS)
    beats_random(lambda observation, mask: model.predict(observation, deterministic=True)[0])


@pytest.mark.parametrize("vector", ["DummyVecEnv", "SubprocVecEnv"])
def test_maskable_ppo(vector):
    contrib = pytest.importorskip("sb3_contrib")
    from stable_baselines3.common import vec_env

    envs = getattr(vec_env, vector)([training] * 2)
    model = contrib.MaskablePPO("MlpPolicy", envs, n_steps=250, batch_size=100, gamma=0.1, learning_rate=1e-3,
                                device="cpu", seed=1)
    model.learn(STEPS)
    envs.close()
    beats_random(lambda observation, mask: model.predict(observation, action_masks=mask.astype(bool),
                                                         deterministic=True)[0], illegal="error")


def network(actions):
    return torch.nn.Sequential(torch.nn.Linear(len(autoscale_sim.FEATURES), 64), torch.nn.Tanh(),
                               torch.nn.Linear(64, actions))


def test_a_ppo_loop_in_the_manner_of_cleanrl():
    """One file's worth of PPO on the package's own vector, with masked logits."""
    envs = gymnasium.make_vec("AutoScale-v0", num_envs=8, **SCENARIO, episode_length=250,
                              autoreset_mode=AutoresetMode.SAME_STEP)
    envs = gymnasium.wrappers.vector.RecordEpisodeStatistics(envs)
    actor, critic = network(envs.single_action_space.n), network(1)
    optimizer = torch.optim.Adam([*actor.parameters(), *critic.parameters()], lr=1e-3)

    def distribution(observations, masks):
        return torch.distributions.Categorical(logits=actor(observations).masked_fill(~masks, -1e9))

    observations, info = envs.reset(seed=1)
    episodes = 0
    for _ in range(STEPS // (8 * 64)):
        rows = []
        for _ in range(64):
            seen, masks = torch.as_tensor(observations), torch.as_tensor(info["action_mask"].astype(bool))
            with torch.no_grad():
                chosen = distribution(seen, masks)
                actions = chosen.sample()
            observations, rewards, _, _, info = envs.step(actions.numpy())
            episodes += int(info.get("_episode", np.zeros(1)).sum())
            rows.append((seen, masks, actions, chosen.log_prob(actions), torch.as_tensor(rewards).float()))
        seen, masks, actions, before, rewards = (torch.cat(column) for column in zip(*rows))
        advantages = rewards - critic(seen).squeeze(-1).detach()  # a decision hardly changes what comes after it
        advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
        for _ in range(4):
            chosen = distribution(seen, masks)
            ratio = (chosen.log_prob(actions) - before).exp()
            gain = torch.min(ratio * advantages, ratio.clamp(0.8, 1.2) * advantages).mean()
            error = (critic(seen).squeeze(-1) - rewards).pow(2).mean()
            optimizer.zero_grad()
            (error / 2 - gain - 0.01 * chosen.entropy().mean()).backward()
            optimizer.step()
    assert episodes > 0

    def decide(observation, mask):
        with torch.no_grad():
            return distribution(torch.as_tensor(observation), torch.as_tensor(mask.astype(bool))).probs.argmax()

    beats_random(decide, illegal="error")


def test_collector_of_torchrl():
    """TorchRL makes the environment by its name, with a `device` of its own, and collects from it."""
    pytest.importorskip("torchrl")
    from tensordict.nn import TensorDictModule, TensorDictSequential
    from torchrl.collectors import SyncDataCollector
    from torchrl.envs.libs.gym import GymEnv
    from torchrl.modules import EGreedyModule, QValueModule

    env = GymEnv("AutoScale-v0", device="cpu", categorical_action_encoding=True, illegal="penalty",
                 episode_length=250, **SCENARIO)
    values = network(env.action_spec.space.n)
    greedy = TensorDictSequential(
        TensorDictModule(values, in_keys=["observation"], out_keys=["action_value"]),
        QValueModule(spec=env.action_spec, action_space="categorical"))
    exploring = EGreedyModule(env.action_spec, eps_init=1.0, eps_end=0.05, annealing_num_steps=STEPS // 2)
    collector = SyncDataCollector(env, TensorDictSequential(greedy, exploring), frames_per_batch=250,
                                  total_frames=STEPS, device="cpu")
    optimizer = torch.optim.Adam(values.parameters(), lr=1e-3)
    for batch in collector:
        exploring.step(batch.numel())
        rewards = batch["next", "reward"].squeeze(-1)
        for _ in range(4):
            predicted = values(batch["observation"]).gather(-1, batch["action"].long().unsqueeze(-1)).squeeze(-1)
            optimizer.zero_grad()
            torch.nn.functional.smooth_l1_loss(predicted, rewards).backward()
            optimizer.step()
    collector.shutdown()
    beats_random(lambda observation, mask: values(torch.as_tensor(observation)).argmax())


def test_torchrl_takes_the_vector_in_the_mode_that_it_knows():
    pytest.importorskip("torchrl")
    from torchrl.envs.libs.gym import GymWrapper

    def vector(mode):
        return autoscale_sim.AutoScaleVectorEnv(3, **SCENARIO, illegal="penalty", episode_length=5, autoreset_mode=mode)

    rollout = GymWrapper(vector(AutoresetMode.DISABLED), categorical_action_encoding=True).rollout(
        12, break_when_any_done=False)
    assert rollout.shape == (3, 12)
    assert rollout["next", "done"].squeeze(-1).sum(-1).tolist() == [2, 2, 2]
    with pytest.raises(RuntimeError, match="auto-reset mode"):
        GymWrapper(vector(AutoresetMode.NEXT_STEP))


def test_dqn_of_tianshou():
    ts = pytest.importorskip("tianshou")
    from tianshou.algorithm.modelfree.dqn import DiscreteQLearningPolicy
    from tianshou.algorithm.optim import AdamOptimizerFactory
    from tianshou.utils.net.common import Net

    envs = ts.env.DummyVectorEnv([functools.partial(training, illegal="penalty")] * 4)
    single = training()
    net = Net(state_shape=single.observation_space.shape, action_shape=single.action_space.n, hidden_sizes=[64, 64])
    policy = DiscreteQLearningPolicy(model=net, action_space=single.action_space, eps_training=0.2, eps_inference=0.0)
    algorithm = ts.algorithm.DQN(policy=policy, optim=AdamOptimizerFactory(lr=1e-3), gamma=0.1,
                                 target_update_freq=500)
    collector = ts.data.Collector(algorithm, envs, ts.data.VectorReplayBuffer(STEPS, 4), exploration_noise=True)
    collector.reset()
    collector.collect(n_step=500, random=True)
    algorithm.run_training(ts.trainer.OffPolicyTrainerParams(
        training_collector=collector, max_epochs=1, epoch_num_steps=STEPS, collection_step_num_env_steps=100,
        batch_size=64, update_step_num_gradient_steps_per_sample=0.1, verbose=False, show_progress=False))

    def decide(observation, mask):
        with torch.no_grad():
            return net(observation[None])[0].argmax()

    beats_random(decide)
