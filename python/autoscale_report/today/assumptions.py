"""What the study assumes, each with the ends of its range as its data file has them.

An end is what it sets in a sweep: `overrides` of data files, other values of the scenario, or a rule of the
evaluation. Where a range is not in a data file, the comment beside it says where it is from.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from autoscale_report.today import GRIDS

S25, IPHONE = "device_profiles/galaxy_s25", "device_profiles/iphone_17_pro"
H100, L4 = "device_profiles/h100", "device_profiles/l4"
NR_MID = "device_profiles/links/nr_mid"
NETWORK = "workloads/generative/llama_3_2_3b"
NPU = "processors[2].generation"
H100_POWER, L4_POWER = [486, 560, 610, 669, 691], [60, 66, 70]  # as in the data files
L4_TIME = [81.5, 99.4, 128.4]


@dataclass(frozen=True)
class End:
    """One end of a range."""

    label: str
    overrides: dict[str, dict[str, object]] = field(default_factory=dict)  # file -> path -> value
    settings: dict[str, object] = field(default_factory=dict)  # path in the scenario -> value
    weight: float = 1.0  # of the server's joules
    full_clock: bool = False  # the phone always runs at full clock


@dataclass(frozen=True)
class Assumption:
    text: str
    ends: tuple[End, ...]


def phones(path: str, s25: object, iphone: object) -> dict[str, dict[str, object]]:
    return {S25: {path: s25}, IPHONE: {path: iphone}}


def both(path: str, value: object) -> dict[str, dict[str, object]]:
    return phones(path, value, value)


def lengths(prompt: int, output: int) -> dict[str, object]:
    return {"tokens.drawn.prompt.constant.value": prompt, "tokens.drawn.output.constant.value": output}


def h100(power: list[float]) -> dict[str, dict[str, object]]:
    return {H100: {"batching[0].power.values": [round(p, 1) for p in power]}}


def l4(power: list[float], time: list[float]) -> dict[str, dict[str, object]]:
    return {L4: {"batching[0].power.values": power, "batching[0].token_time.values": time}}


def alone(time_ms: float) -> dict[str, dict[str, object]]:
    """The H100's points with one more for a single sequence, whose power is that of eight."""
    values = {"concurrency": [1, 8, 32, 64, 128, 256], "token_time": [time_ms, 7.3, 8.9, 11.5, 16.5, 26.1],
              "power": [486, *H100_POWER]}  # fmt: skip
    return {H100: {f"batching[0].{key}.values": value for key, value in values.items()}}


USE_L4 = {"servers.cloud.profile": "l4"}
THINK = "arrivals.closed_loop.think.constant.value"

PHONE = (
    Assumption("power of the NPU while it writes", (
        End("1.6 and 1.3 x", phones(f"{NPU}.decode_power.value", 1.6, 1.3)),
        End("2.5 and 3.2 x", phones(f"{NPU}.decode_power.value", 2.5, 3.2)))),
    Assumption("power of the NPU while it reads", (
        End("1 and 1.3 x", phones(f"{NPU}.prefill_power.value", 1, 1.3)),
        End("2.5 and 3 x", phones(f"{NPU}.prefill_power.value", 2.5, 3)))),
    Assumption("memory slows down with the NPU's clock", (
        End("not (S25), half", phones(f"{NPU}.memory_clock.value", 0, 0.5)),
        End("in full", both(f"{NPU}.memory_clock.value", 1)))),
    Assumption("the phone may lower its clock", (End("no, always full", full_clock=True),)),
    Assumption("idle phone with its screen on", (
        End("0.6 and 0.5 W", phones("baseline_power.value", "0.6 W", "0.5 W")),
        End("1.2 and 1 W", phones("baseline_power.value", "1.2 W", "1 W")))),
)  # fmt: skip

LOAD = (
    *PHONE,
    Assumption("Wi-Fi radio that listens", (
        End("0.004 W", both("radios.wifi.listen_power.value", "0.004 W")),
        End("0.3 W", both("radios.wifi.listen_power.value", "0.3 W")))),
    # The host of an eighth: device_profiles/h100.yaml's baseline, 120 to 400 W, less the GPU's idle 70 W.
    Assumption("share of the server's host (0 W here)", (
        End("50 W", h100([p + 50 for p in H100_POWER])), End("330 W", h100([p + 330 for p in H100_POWER])))),
    # Cooling and distribution: from a large operator's own to the mean of surveys (recalled).
    Assumption("power usage effectiveness (1 here)", (
        End("1.1", h100([1.1 * p for p in H100_POWER])), End("1.6", h100([1.6 * p for p in H100_POWER])))),
    # The range of sim/models/batch_server.h.
    Assumption("a token's time when the server is alone", (
        End("0.3 of 7.3 ms", alone(0.3 * 7.3)), End("7.3 ms", alone(7.3)))),
    Assumption("the server's prefill", (
        End("10,000 /s", {H100: {"batching[0].prefill_rate.value": "10000 /s"}}),
        End("30,000 /s", {H100: {"batching[0].prefill_rate.value": "30000 /s"}}))),
    Assumption("an L4 instead of the H100", (
        End("50 W, 0.8 x time", l4([50, 50, 50], [0.8 * t for t in L4_TIME]), USE_L4),
        End("as in l4.yaml", settings=USE_L4),
        End("72 W, 1.5 x time", l4([72, 72, 72], [1.5 * t for t in L4_TIME]), USE_L4))),
    Assumption("network (Wi-Fi here)", (
        End("LTE", settings={"links.cloud.technology": "lte"}),
        End("mid-band 5G", settings={"links.cloud.technology": "nr_mid"}))),
    Assumption("grids (one here)", tuple(End(name, weight=weight) for name, weight in GRIDS.items() if weight != 1)),
    Assumption("length of the prompt", (
        End("32", settings=lengths(32, 339)), End("1024", settings=lengths(1024, 339)))),
    Assumption("length of the answer", (
        End("16", settings=lengths(163, 16)), End("1024", settings=lengths(163, 1024)))),
    # Medians of Azure's conversations: workloads/use_cases/chat.yaml.
    Assumption("lengths of Azure's chats", (End("1020 and 129", settings=lengths(1020, 129)),)),
    Assumption("first token in time (2 s)", (
        End("0.45 s", settings={"constraints.latency": "450 ms"}),
        End("6 s", settings={"constraints.latency": "6 s"}))),
    Assumption("time per token (200 ms)", (
        End("40 ms", settings={"constraints.token_latency": "40 ms"}),
        End("100 ms", settings={"constraints.token_latency": "100 ms"}))),
)  # fmt: skip


def tail(path: str, value: str) -> dict[str, dict[str, object]]:
    return {NR_MID: {path: value}}


SHORT = (
    *PHONE,
    Assumption("power of the 5G tail", (
        End("0.25 W", tail("tail[1].power.value", "0.25 W")), End("1.09 W", tail("tail[1].power.value", "1.09 W")))),
    Assumption("length of the 5G tail", (
        End("5 s", tail("tail[1].time.value", "5 s")), End("20 s", tail("tail[1].time.value", "20 s")))),
    Assumption("5G radio that listens", (
        End("0.25 W", both("radios.nr_mid.listen_power.value", "0.25 W")),
        End("1.09 W", both("radios.nr_mid.listen_power.value", "1.09 W")))),
    Assumption("5G radio that sends and receives", (
        End("0.86 and 0.72 W", {file: {"radios.nr_mid.tx_power.value": "0.86 W", "radios.nr_mid.rx_power.value":
                                       "0.72 W"} for file in (S25, IPHONE)}),
        End("3.3 and 2.9 W", {file: {"radios.nr_mid.tx_power.value": "3.3 W", "radios.nr_mid.rx_power.value": "2.9 W"}
                              for file in (S25, IPHONE)}))),
    Assumption("network (mid-band 5G here)", (
        End("Wi-Fi", settings={"links.cloud.technology": "wifi"}),
        End("LTE", settings={"links.cloud.technology": "lte"}),
        End("millimetre waves", settings={"links.cloud.technology": "nr_mmwave"}))),
    Assumption("bytes per token of an answer", (
        End("30 B", {NETWORK: {"output_token.value": "30 B"}}),
        End("300 B", {NETWORK: {"output_token.value": "300 B"}}))),
    Assumption("pause between questions (60 s)", (
        End("1 s", settings={THINK: "1 s"}), End("600 s", settings={THINK: "600 s"}))),
    Assumption("others on the server (31)", (
        End("7", settings={"servers.cloud.background": 7}), End("250", settings={"servers.cloud.background": 250}))),
    Assumption("length of the prompt", (
        End("32", settings={"tokens.drawn.prompt.constant.value": 32}),
        End("1024", settings={"tokens.drawn.prompt.constant.value": 1024}))),
    Assumption("first token in time (2 s)", (
        End("0.45 s", settings={"constraints.latency": "450 ms"}),
        End("6 s", settings={"constraints.latency": "6 s"}))),
)  # fmt: skip

HEAT = (
    Assumption("what the skin bears for long", (
        End("4 W", both("thermal.skin.budget.value", "4 W")),
        End("6 and 4.9 W", phones("thermal.skin.budget.value", "6 W", "4.9 W")))),
    Assumption("time constant of the skin", (
        End("5 s", both("thermal.skin.time_constant.value", "5 s")),
        End("50 s", both("thermal.skin.time_constant.value", "50 s")))),
    Assumption("period of its governor", (
        End("2.5 s", both("thermal.skin.period.value", "2.5 s")),
        End("10 s", both("thermal.skin.period.value", "10 s")))),
    Assumption("a warm hand (none here)", (End("0.5 W more", settings={"environment": "hand_heat"}),)),
    *PHONE[:3],
    Assumption("no heat at all", (End("", settings={"thermal": False}),)),
)  # fmt: skip
