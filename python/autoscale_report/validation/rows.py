"""Rows of the law: the terms of a network (results/validation/networks.csv) on a phone's cores, a GPU or a board.

Effects are shared: the cost of a kind of work by everything in one precision, a deviation from it by a cluster of
cores, by a set of cores, by a runtime, by a board. The widths are assumptions (here and in machines.py); the errors of
anchors left out show whether they hold (results/validation/README.md).
"""

from __future__ import annotations

import math

from autoscale_report.validation.law import Row, Term
from autoscale_report.validation.machines import (
    BOARDS, COSTS, GPU_COSTS, GPUS, PHONES, SPREADING, WIDTH, clusters, log_cost, speedup,
)  # fmt: skip

CONVOLUTIONS = ("dense", "first", "pointwise", "grouped", "depthwise")
# Assumed log widths of a board's effects: its level, how its threads spread, kinds of work, how a GPU's int8 differs.
BOARD = {"compute": 0.5, "rest": 0.5, "threads": 0.35, "meeting": 0.25, "compute in a precision": 0.35,
         "rest in a precision": 0.2, "runtime": 0.3, "term": 0.2, "gpu": 0.6, "gpu_precision": 0.5}  # fmt: skip
# Assumed, beyond what phones tell: a LoadGen client copies the input and hands over a query, 0.15 ms on the reference
# (0.05 to 0.5); every thread more that meets after an operation makes it a tenth dearer.
CALL, CALL_WIDTH, MEETING = 0.15, 0.7, 0.1
PHONE_GPU = {"level": 0.3, "term": 0.25}
GPU_MISFIT = 0.1  # assumed: kernels of a GPU are chosen by shape, which no sum of terms follows
FIRST_CALL_MALI = 4.0  # ms on the Exynos: its GPU wakes from a low clock; prior with the width of "call"


def cpu_work(network: dict) -> dict[str, float]:
    """Millions of MACs, elements and parameters, and operations. A grouped convolution is, for every group, a slice and
    a convolution, and a concatenation behind them, as a conversion to TFLite makes of it that knows no groups."""
    kinds = ("elementwise", "move", "grouped")
    touched = {kind: network[f"{kind}_kread"] + network[f"{kind}_kwritten"] for kind in kinds}
    return {
        **{kind: network[f"{kind}_mmacs"] for kind in CONVOLUTIONS},
        "written": sum(network[f"{kind}_kwritten"] for kind in CONVOLUTIONS) / 1e3,
        "params": sum(network[f"{kind}_kparams"] for kind in (*CONVOLUTIONS, "fc")) / 1e3,
        "padded": network["padded_kread"] / 1e3,
        "elementwise": touched["elementwise"] / 1e3,
        "moved": (touched["move"] + 2 * touched["grouped"]) / 1e3,
        "pooled": network["pool_kread"] / 1e3,
        "operations": operations(network) + 2 * network["grouped_parts"],
    }


def operations(network: dict) -> float:
    return sum(network[f"{kind}_ops"] for kind in (*CONVOLUTIONS, "fc", "pool", "elementwise", "move"))


def gpu_work(network: dict) -> dict[str, float]:
    """As cpu_work; `call` is once per inference. GPU runtimes join operations of elements to the convolution before;
    whether they have a kernel for groups or a launch for each is not known, so that half of the launches count."""
    kinds = (*CONVOLUTIONS, "move", "pool")
    return {
        **{kind: network[f"{kind}_mmacs"] for kind in CONVOLUTIONS},
        "touched": sum(network[f"{kind}_kread"] + network[f"{kind}_kwritten"] for kind in kinds) / 1e3,
        "params": sum(network[f"{kind}_kparams"] for kind in (*CONVOLUTIONS, "fc")) / 1e3,
        "operations": operations(network) - network["elementwise_ops"]
        + network["grouped_parts"],
        "call": 1.0,
    }


def phone_row(
    network: dict, phone: str, cores: str, precision: str, latency: float = math.nan, spread: float = 0.0
) -> Row:
    """`spread`: standard deviation of a run over the mean, of which a mean keeps about half: clocks change slowly."""
    if cores == "gpu":
        return Row(_phone_gpu(network, phone), latency, math.hypot(spread / 2, GPU_MISFIT))
    kind = clusters(cores)[0][1]
    core, (faster, width) = PHONES[phone, kind], speedup(phone, cores)
    terms = []
    for name, amount in cpu_work(network).items():
        effects = {("cost", precision, name): COSTS[precision][name][1],
                   ("cluster", phone, kind, precision, name): WIDTH["cluster"],
                   ("set", phone, cores, precision, name): set_width(name, width)}  # fmt: skip
        part = "compute" if name in SPREADING else "rest"
        effects["speed", phone, kind, precision, part] = WIDTH[part]
        cost = log_cost(precision, name, core)
        if name in SPREADING and width:
            effects["spreading", phone, cores, precision] = width
            cost -= faster
        terms.append(Term(amount, cost, effects))
    return Row(terms, latency, spread / 2)


def set_width(name: str, spreading: float) -> float:
    """Several cores must meet after every operation: what that costs differs more between sets than work does."""
    return WIDTH["meeting"] if name == "operations" and spreading else WIDTH["set"]


def _phone_gpu(network: dict, phone: str) -> list[Term]:
    speed, dispatch = GPUS[phone]
    terms = []
    for name, amount in gpu_work(network).items():
        cost, width = GPU_COSTS[name]
        if name == "call" and phone == "s10":
            cost = FIRST_CALL_MALI * dispatch
        fixed = name in ("call", "operations")
        relative = dispatch if fixed else speed
        effects = {("gpu cost", name): width, ("gpu term", phone, name): PHONE_GPU["term"],
                   ("gpu level", phone, fixed): PHONE_GPU["level"]}  # fmt: skip
        terms.append(Term(amount, math.log(cost / relative), effects))
    return terms


def board_row(
    network: dict, system: str, backend: str, precision: str, latency: float = math.nan, spread: float = 0.0
) -> Row:
    """A board's row: its networks have no paddings of their own."""
    name = system.split("-")[0]
    if backend.endswith("gpu"):
        return Row(_board_gpu(network, name, precision), latency, spread)
    board = BOARDS[name]
    faster = math.log(0.8 * board.cores)
    terms = [Term(1.0, math.log(CALL / board.core.rest), {("call", name): CALL_WIDTH})]
    for kind, amount in cpu_work(network).items():
        part = "compute" if kind in SPREADING else "rest"
        effects = {("cost", precision, kind): COSTS[precision][kind][1],
                   ("runtime", backend, precision, kind): BOARD["runtime"],
                   ("board", name, part): BOARD[part],
                   ("board", name, backend, precision, part): BOARD[f"{part} in a precision"],
                   ("board term", name, backend, precision, kind): BOARD["term"]}  # fmt: skip
        cost = log_cost(precision, kind, board.core)
        if kind == "operations":
            effects["meeting", name, backend] = BOARD["meeting"]
            cost += math.log(1 + MEETING * (board.cores - 1))
        if kind in SPREADING:
            effects["threads", name, backend] = BOARD["threads"]
            cost -= faster
        terms.append(Term(amount, cost, effects))
    return Row(terms, latency, spread)


def _board_gpu(network: dict, name: str, precision: str) -> list[Term]:
    terms = []
    for kind, amount in gpu_work(network).items():
        cost, width = GPU_COSTS[kind]
        fixed = kind in ("call", "operations")
        relative = 0.4 if fixed else BOARDS[name].gpu
        effects = {("gpu cost", kind): width, ("board gpu", name, fixed): BOARD["gpu"],
                   ("board gpu term", name, precision, kind): BOARD["term"]}  # fmt: skip
        if not fixed:
            effects["board gpu", name, precision] = BOARD["gpu_precision"]
        terms.append(Term(amount, math.log(cost / relative), effects))
    return terms
