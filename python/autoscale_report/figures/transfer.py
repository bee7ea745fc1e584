"""Figures of what carries over: a table to another phone, what was learned to an unseen DNN."""

from __future__ import annotations

import pandas as pd

from autoscale_report import studies
from autoscale_report.cases import REFERENCE, cases_of
from autoscale_report.charts import cells, dimension, measure, table
from autoscale_report.data import Data
from autoscale_report.figure import Figure
from autoscale_report.plan import Plan
from autoscale_report.simulate import Task
from autoscale_report.style import DEVICES, panels
from autoscale_sim.explore.embed import Chart
from autoscale_sim.plots.intervals import interval
from autoscale_sim.plots.style import BLUE, GREY, LINE, ORANGE

DNNS = 9  # of non-streaming vision, in each of 64 variance states
STATES = 64
STRETCHES = [0, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]  # edges, inferences per state and DNN


def transfer_tasks(plan: Plan) -> list[Task]:
    tasks = studies.transfer(plan)
    return list(dict.fromkeys(t for task in tasks.values() for t in (*task.after, task)))


def curves(data: Data) -> pd.DataFrame:
    """Mean reward by target phone, source, seed and inferences per state and DNN."""
    frames = [
        data.frame(task, "learning.csv").assign(source=source, seed=seed)
        for (source, seed), task in studies.transfer(data.plan).items()
    ]
    rows = pd.concat(frames)
    rows = rows[(rows["device"] != "all") & (rows["device"] != rows["source"])]
    return rows.assign(visits=rows["learned"] / (DNNS * STATES))


def by_stretch(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean reward over stretches of the training, each point weighed by the inferences it stands
    for. Training goes through the variance states in turn: shorter stretches show only that."""
    keys = ["device", "source", "seed"]
    rows = rows.sort_values([*keys, "learned"])
    weight = rows.groupby(keys)["learned"].diff().fillna(rows["learned"])
    stretch = pd.cut(rows["visits"], STRETCHES, labels=False)
    sums = pd.DataFrame({"reward": rows["reward_mean"] * weight, "weight": weight}).groupby(
        [*(rows[k] for k in keys), stretch]
    ).sum()  # fmt: skip
    return (sums["reward"] / sums["weight"]).rename("reward").reset_index()


def draw_transfer(data: Data):
    rows = by_stretch(curves(data))
    figure, axes = panels(1, len(DEVICES), width=11, height=3.2, sharey=True)
    sources = {"fresh": ("empty table", GREY, "--"),
               **{d: (f"table of the {name}", colour, "-") for d, (name, colour) in DEVICES.items()}}  # fmt: skip
    middles = [(low + high) / 2 for low, high in zip(STRETCHES, STRETCHES[1:])]
    handles = {}
    for panel, (device, (name, _)) in zip(axes.flat, DEVICES.items()):
        for source, (label, colour, line) in sources.items():
            own = rows[(rows["device"] == device) & (rows["source"] == source)]
            if own.empty:
                continue
            points = {middles[int(i)]: interval(g.to_list())
                      for i, g in own.groupby("visits")["reward"]}  # fmt: skip
            x = list(points)
            (handles[label],) = panel.plot(x, [p.mean for p in points.values()], line, color=colour,
                                           marker=".", markersize=4)  # fmt: skip
            panel.fill_between(x, [p.low for p in points.values()], [p.high for p in points.values()],
                               color=colour, alpha=0.25, linewidth=0)  # fmt: skip
        panel.set_title(f"to the {name}", loc="left")
        panel.set_xlabel("inferences per state and DNN")
        panel.set_xlim(0, STRETCHES[-1])
    axes[0, 0].set_ylabel("mean reward while learning")
    figure.legend(handles.values(), handles, loc="outside upper center", ncols=len(handles))
    return figure


def caption_transfer(data: Data) -> str:
    rows = by_stretch(curves(data))
    first = rows[rows["visits"] == 0]

    def early(device: str, source: str) -> float:
        return first[(first["device"] == device) & (first["source"] == source)]["reward"].mean()

    compared = []
    for device, (name, _) in DEVICES.items():
        fresh = early(device, "fresh")
        gains = {s: early(device, s) for s in DEVICES if s != device}
        best = max(gains, key=gains.__getitem__)
        compared.append(
            f"{name} {fresh:.2f} from an empty table, {gains[best]:.2f} from the {DEVICES[best][0]}'s"
        )
    return (
        "Training of a phone from an empty table and from another phone's (actions mapped by "
        "processor, precision and relative frequency). A curve that starts higher has been spared "
        f"trying what is bad everywhere: an empty table must try every action of a state, up to 66, before "
        "it can settle. Mean reward over the first five inferences per state and DNN: "
        f"{'; '.join(compared)}. Later the curves meet: a transferred table saves time, it does not "
        "change the result. Bands: 95 % intervals over seeds."
    )


BASELINES = {REFERENCE: "Edge (CPU FP32)", "edge_best": "Edge (Best)", "cloud": "Cloud",
             "connected_edge": "Connected Edge"}  # fmt: skip
AVERAGES = ["ratio of means (first)", "mean of ratios", "geometric mean", "ratio of totals"]  # as reported


def trainings(plan: Plan) -> dict[str, tuple[list[Task], str, str]]:
    """Runs, colour and marker by how AutoScale was trained."""
    return {"trained on the same DNNs": (plan.main_tasks(), BLUE, "o"),
            "leave one DNN out, still learning": (studies.leave_one_out(plan), ORANGE, "s")}  # fmt: skip


def headline_tasks(plan: Plan) -> list[Task]:
    return [*plan.main_tasks(), *studies.leave_one_out(plan)]


def ratios(data: Data, tasks: list[Task], baseline: str, average: str) -> list[float]:
    results = data.results(tasks)
    cases = [c for c in cases_of(data.plan.claims, "all") if results.has("autoscale", [c])]
    return [a[average] for a in results.averages("autoscale", baseline, cases)]


def paper_value(data: Data, baseline: str) -> float:
    claims = {c["id"]: c for c in data.plan.claims["claims"]}
    return claims[f"efficiency_vs_{baseline}"]["paper"]["value"]


def draw_headline(data: Data):
    """The four ratios by every average, same-set and leave-one-out, beside the paper's."""
    plan = data.plan
    averages = list(plan.claims["averages"]["reported"])
    series = trainings(plan)
    figure, axes = panels(1, len(BASELINES), width=11, height=2.9, sharey=True)
    for panel, (baseline, label) in zip(axes.flat, BASELINES.items()):
        for shift, (name, (tasks, colour, marker)) in zip((0.14, -0.14), series.items()):
            points = [interval(ratios(data, tasks, baseline, average)) for average in averages]
            y = [len(averages) - i + shift for i in range(len(averages))]
            panel.errorbar([p.mean for p in points], y, xerr=[p.high - p.mean for p in points],
                           fmt=marker, color=colour, label=name, capsize=2, markersize=5)  # fmt: skip
        paper = paper_value(data, baseline)
        panel.axvline(paper, color=LINE, linestyle="--", label="paper")
        panel.axvspan(0.85 * paper, 1.15 * paper, color=LINE, alpha=0.15, linewidth=0)
        panel.set_title(f"against {label}", loc="left")
        panel.set_xlabel("times as efficient")
        panel.set_xlim(left=0)
        panel.grid(True, axis="x")
    axes[0, 0].set_yticks([len(averages) - i for i in range(len(averages))], AVERAGES)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    return figure


def chart_headline(data: Data) -> Chart:
    plan, rows = data.plan, []
    for baseline, label in BASELINES.items():
        for average, words in zip(plan.claims["averages"]["reported"], AVERAGES):
            where = {"baseline": f"against {label}", "average": words}
            rows += [{**where, "of": name, **cells("ratio", ratios(data, tasks, baseline, average))}
                     for name, (tasks, *_) in trainings(plan).items()]  # fmt: skip
            rows.append({**where, "of": "paper", "ratio": paper_value(data, baseline)})
    columns = [dimension("baseline", [f"against {label}" for label in BASELINES.values()]),
               dimension("average", AVERAGES), dimension("of", [*trainings(plan), "paper"], "AutoScale"),
               *measure("ratio", "times as efficient")]  # fmt: skip
    return Chart(table("fig_headline", columns, rows), ["scripts/reproduce.sh fig_headline"] * len(rows), y="ratio",
                 x="average", colour="of", facet="baseline")  # fmt: skip


def caption_headline(data: Data) -> str:
    first = data.plan.claims["averages"]["first"]
    values = []
    for baseline, label in BASELINES.items():
        same = interval(ratios(data, data.plan.main_tasks(), baseline, first)).mean
        other = interval(ratios(data, studies.leave_one_out(data.plan), baseline, first)).mean
        paper = paper_value(data, baseline)
        values.append(f"{label} {same:.2f}x and {other:.2f}x (paper {paper}x)")
    return (
        "Efficiency of AutoScale against each baseline by the four averages; the first one is judged. "
        "The dashed line is the paper's value, the band 15 % around it. Trained on the same DNNs, and "
        f"with one DNN left out of the training and exploration charged: {'; '.join(values)}. "
        "Which average one takes moves a ratio more than any other choice."
    )


FIGURES = [
    Figure("fig_headline", "The four headline ratios", headline_tasks, draw_headline,
           caption_headline, chart=chart_headline),
    Figure("fig_transfer", "Starting from another phone's table", transfer_tasks, draw_transfer,
           caption_transfer),
]  # fmt: skip
