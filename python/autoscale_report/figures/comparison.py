"""Figures that compare policies over the headline's cases: efficiency and QoS violations.

Bars are means over cases, then over replications; error bars are 95 % intervals over replications.
"""

from __future__ import annotations

import math
from dataclasses import replace

from autoscale_report import provenance
from autoscale_report.cases import REFERENCE, Case, cases_of
from autoscale_report.charts import cells, dimension, measure, table
from autoscale_report.claims import Inputs
from autoscale_report.data import Data
from autoscale_report.figure import Figure, main_tasks
from autoscale_report.style import DEVICES, USE_CASES, panels
from autoscale_sim.explore.embed import Chart
from autoscale_sim.plots.intervals import interval
from autoscale_sim.plots.style import LINE, POLICIES, legend_above

EFFICIENT = ("edge_best", "connected_edge", "cloud", "autoscale", "opt")
JUDGED = (REFERENCE, *EFFICIENT)  # by their QoS

Groups = dict[tuple[str, str, str], list[Case]]


def simulated_cases(inputs: Inputs) -> Groups:
    """(device, use case, environment) -> its cases, for what was simulated."""
    groups: Groups = {}
    for case in cases_of(inputs.claims, "all"):
        if inputs.results.has("autoscale", [case]):
            groups.setdefault((case.device, case.use_case, case.environment), []).append(case)
    return groups


def bars(axes, names, series, value) -> list:
    """Grouped bars: a group per name, a bar per entry of `series`, value(entry, name) ->
    replications, or None where there is nothing."""
    width = 0.82 / len(series)
    handles = []
    for i, (key, (_, colour)) in enumerate(series.items()):
        shown = [(n, value(key, name)) for n, name in enumerate(names)]
        points = [(n, interval(values)) for n, values in shown if values]
        x = [n + (i - (len(series) - 1) / 2) * width for n, _ in points]
        errors = [0 if math.isnan(p.high) else p.high - p.mean for _, p in points]
        handles.append(
            axes.bar(x, [p.mean for _, p in points], width, yerr=errors, color=colour,
                     error_kw={"elinewidth": 0.8, "ecolor": LINE}, capsize=1)
        )  # fmt: skip
    axes.set_xticks(range(len(names)), names)
    axes.tick_params(axis="x", length=0)
    return handles


def by_phone_and_use_case(data: Data, policies, ylabel, value, decorate):
    """A panel per phone and use case, a group of bars per environment, a bar per policy."""
    groups = simulated_cases(data.inputs)
    environments = list(dict.fromkeys(environment for *_, environment in groups))
    use_cases = [u for u in USE_CASES if any(u == use_case for _, use_case, _ in groups)]
    figure, axes = panels(len(DEVICES), len(use_cases), width=11, height=2.1, sharey="row")
    series = {p: POLICIES[p] for p in policies}
    for row, (device, (phone, _)) in zip(axes, DEVICES.items()):
        for panel, use_case in zip(row, use_cases):

            def of_environment(policy, environment):
                cases = groups.get((device, use_case, environment))
                return value(policy, cases) if cases else None

            handles = bars(panel, environments, series, of_environment)
            panel.set_title(f"{phone}, {USE_CASES[use_case][0]}", loc="left")
            decorate(panel)
        row[0].set_ylabel(ylabel)
    for panel in axes[-1]:
        panel.set_xlabel("environment")
    legend_above(figure, handles, [label for label, _ in series.values()], len(series))
    return figure


def efficiency(data: Data, policy: str, cases: list[Case]) -> list[float]:
    """Inferences per joule over those of the phone's CPU, over the cases that both finished."""
    results = data.inputs.results
    apart = set(results.unfinished([policy, REFERENCE], cases))
    kept = [c for c in cases if c not in apart]
    return [a["mean_of_ratios"] for a in results.averages(policy, REFERENCE, kept)]


def qos_violations(data: Data, policy: str, cases: list[Case]) -> list[float]:
    """In percent."""
    return [100 * v for v in data.inputs.results.case_mean(policy, "qos_violation_ratio", cases)]


def draw_efficiency(data: Data):
    def decorate(panel):
        panel.axhline(1, color=LINE, linewidth=0.8, linestyle="--")
        panel.set_yscale("log")

    return by_phone_and_use_case(data, EFFICIENT, "inferences per joule,\nEdge (CPU FP32) = 1",
                                 lambda *which: efficiency(data, *which), decorate)  # fmt: skip


def draw_qos(data: Data):
    return by_phone_and_use_case(data, JUDGED, "QoS violations (%)", lambda *which: qos_violations(data, *which),
                                 lambda panel: panel.set_ylim(0, 100))  # fmt: skip


def chart(data: Data, name: str, policies, measures: dict, **axis) -> Chart:
    """The same by phone, use case, environment and policy; `measures` are columns of charts.measure() by name, with
    what gives their replications."""
    rows, commands = [], []
    for (device, use_case, environment), cases in simulated_cases(data.inputs).items():
        phone, purpose = DEVICES[device][0], USE_CASES[use_case][0]
        task = data.plan.main_task(environment, use_case)
        for policy in policies:
            row = {"phone": phone, "use case": purpose, "environment": environment, "policy": POLICIES[policy][0],
                   "panel": f"{phone}, {purpose}"}  # fmt: skip
            for of, (_, values) in measures.items():
                row |= cells(of, values(data, policy, cases))
            rows.append(row)
            commands.append(provenance.command(task, data.plan.out))
    phones, purposes = ([label for label, _ in names.values()] for names in (DEVICES, USE_CASES))
    panels_ = [f"{phone}, {purpose}" for phone in phones for purpose in purposes]
    columns = [dimension("phone", phones), dimension("use case", purposes), dimension("environment"),
               dimension("policy", [POLICIES[p][0] for p in policies]),
               replace(dimension("panel", panels_), role="beside"),
               *(column for columns, _ in measures.values() for column in columns)]  # fmt: skip
    return Chart(table(name, columns, rows), commands, y=next(iter(measures)), x="environment", colour="policy",
                 facet="panel", choices=["phone", "use case"], **axis)  # fmt: skip


def chart_efficiency(data: Data) -> Chart:
    shown = measure("efficiency", "efficiency, CPU FP32 = 1", meaning="inferences per joule over those of the CPU")
    return chart(data, "fig_efficiency", EFFICIENT, {"efficiency": (shown, efficiency)}, log=True, reference=1)


def chart_qos(data: Data) -> Chart:
    def mean_of(column: str):
        return lambda data, policy, cases: data.inputs.results.case_mean(policy, column, cases)

    return chart(data, "fig_qos", JUDGED, {
        "qos_violations": (measure("qos_violations", "QoS violations", "%"), qos_violations),
        "latency": (measure("latency", "mean latency", "ms"), mean_of("latency_mean_ms")),
        "energy": (measure("energy", "energy per inference", "mJ"), mean_of("energy_mean_mj")),
    })  # fmt: skip


def cases_by_phone(inputs: Inputs) -> dict[str, list[Case]]:
    phones: dict[str, list[Case]] = {}
    for (device, *_), cases in simulated_cases(inputs).items():
        phones.setdefault(device, []).extend(cases)
    return phones


def caption_efficiency(data: Data) -> str:
    results = data.inputs.results

    def normalised(policy: str, cases: list[Case]) -> float:
        averages = results.averages(policy, REFERENCE, cases)
        return interval([a["mean_of_ratios"] for a in averages]).mean

    means = "; ".join(
        f"{DEVICES[device][0]} {normalised('autoscale', cases):.1f}x of Opt's "
        f"{normalised('opt', cases):.1f}x"
        for device, cases in cases_by_phone(data.inputs).items()
    )
    return (
        "Inferences per joule relative to the phone's own CPU in fp32 (dashed line, log scale). "
        f"AutoScale's mean over all cases: {means}. A fixed target below the line costs more than "
        "staying on the CPU: see the cloud in S4 and the tablet in S5. Values are means over DNNs, "
        "with 95 % intervals over replications."
    )


def caption_qos(data: Data) -> str:
    results = data.inputs.results
    cases = [case for cases in cases_by_phone(data.inputs).values() for case in cases]
    shares = ", ".join(
        f"{POLICIES[p][0]} {100 * interval(results.case_mean(p, 'qos_violation_ratio', cases)).mean:.0f} %"
        for p in JUDGED
    )
    return (
        "Share of inferences that miss the latency constraint (50 ms for photos, 33.3 ms for video, "
        f"100 ms for translation). Over all cases: {shares}. What is left to Opt is what no choice in "
        "the present conditions avoids, and the jitter of the network, which it does not foresee."
    )


FIGURES = [
    Figure(
        "fig_efficiency",
        "Energy efficiency per phone, use case and environment",
        main_tasks,
        draw_efficiency,
        caption_efficiency,
        chart=chart_efficiency,
    ),
    Figure(
        "fig_qos",
        "QoS violations per phone, use case and environment",
        main_tasks,
        draw_qos,
        caption_qos,
        chart=chart_qos,
    ),
]
