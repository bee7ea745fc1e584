"""Figure of learning: reward and converged states over the training.

Training is on the grid of variance states and does not depend on the environment: the first one's
is drawn. Lines are means over replications; bands are 95 % intervals.
"""

from __future__ import annotations

import pandas as pd

from autoscale_report.claims import per_state
from autoscale_report.data import Data
from autoscale_report.figure import Figure
from autoscale_report.plan import Plan
from autoscale_report.simulate import Task
from autoscale_report.style import DEVICES, USE_CASES
from autoscale_sim.plots.intervals import interval
from autoscale_sim.plots.style import LINE, legend_above, plt

STRETCH = 4  # inferences per state that a point of the drawing stands for
WAY = 0.95  # of the rise of the mean reward, as in the claim


def tasks(plan: Plan) -> list[Task]:
    return [plan.main_task(plan.environments[0], use_case) for use_case in plan.use_cases]


def curves(data: Data) -> pd.DataFrame:
    """A row per phone, use case, replication and point of the curve."""
    frames = [
        data.frame(task, "learning.csv").assign(use_case=use_case)
        for use_case, task in zip(data.plan.use_cases, tasks(data.plan))
    ]
    rows = pd.concat(frames)
    rows = rows[(rows["policy"] == "autoscale") & rows["device"].isin(DEVICES)]
    states = rows.groupby(["device", "use_case"])["states_visited"].transform("max")
    return rows.assign(visits=rows["learned"] / states,
                       converged=100 * rows["states_converged"] / states)  # fmt: skip


def paper_range(data: Data) -> list[float]:
    claims = {c["id"]: c for c in data.plan.claims["claims"]}
    return claims["convergence_reward_curve"]["tolerance"]["range"]


def line(panel, rows: pd.DataFrame, column: str, colour: str):
    middle = (rows["visits"] // STRETCH + 0.5) * STRETCH
    means = rows.groupby([middle, "replication"])[column].mean()
    points = {x: interval(g.to_list()) for x, g in means.groupby(level=0)}
    (drawn,) = panel.plot(list(points), [p.mean for p in points.values()], color=colour)
    panel.fill_between(list(points), [p.low for p in points.values()],
                       [p.high for p in points.values()], color=colour, alpha=0.25,
                       linewidth=0)  # fmt: skip
    return drawn


def draw_learning(data: Data):
    rows = curves(data)
    figure, axes = plt.subplots(2, len(DEVICES), figsize=(11, 5.2), sharex=True, sharey="row")
    handles = {}
    for (upper, lower), (device, (phone, _)) in zip(axes.T, DEVICES.items()):
        for use_case, (label, colour) in USE_CASES.items():
            own = rows[(rows["device"] == device) & (rows["use_case"] == use_case)]
            handles[label] = line(upper, own, "reward_mean", colour)
            line(lower, own, "converged", colour)
        for panel in (upper, lower):
            band = panel.axvspan(*paper_range(data), color=LINE, alpha=0.2, linewidth=0)
        upper.set_title(phone, loc="left")
        lower.set_xlabel("inferences learned from, per state")
    low, high = paper_range(data)
    handles[f"paper (recalled): converged after {low} to {high}"] = band
    axes[0, 0].set_ylabel("mean reward")
    axes[1, 0].set_ylabel("states converged (%)")
    axes[1, 0].set_xlim(left=0)
    axes[1, 0].set_ylim(bottom=0)
    legend_above(figure, handles.values(), handles, len(handles))
    return figure


def crossings(data: Data) -> dict[str, float]:
    """Phone -> inferences per state until the reward has made most of its way, mean of curves."""
    rows = curves(data)
    keys = ["device", "use_case", "replication"]
    each = pd.Series({key: per_state(curve, WAY) for key, curve in rows.groupby(keys)})
    return each.groupby(level=0).mean().to_dict()


def caption_learning(data: Data) -> str:
    risen = ", ".join(f"{DEVICES[d][0]} {v:.0f}" for d, v in crossings(data).items())
    runs = pd.concat([data.frame(task, "runs.csv") for task in tasks(data.plan)])
    runs = runs[runs["policy"] == "autoscale"]
    converged, visited = runs["states_converged"].sum(), runs["states_visited"].sum()
    low, high = paper_range(data)
    medians = runs["convergence_visits_km_p50"].dropna()
    half = f"half of the states had converged after {medians.mean():.0f} in {len(medians)} of {len(runs)} runs"
    if medians.empty:
        half = "too few to say when half of them would have"
    return (
        "Training, exploring. The initial values lie above every reward, so a state first tries "
        "each of its up to 66 actions, most of them bad: the reward stays low for as many "
        f"inferences as there are actions, then rises. It has made {100 * WAY:.0f} % of its way "
        f"after {risen} inferences per state; the paper says {low} to {high} (recalled). By the "
        "stricter rule, a choice and value that stay for 20 visits, "
        f"{100 * converged / visited:.1f} % of the states converge: {half} (Kaplan-Meier, the others "
        "counted as not converged yet)."
    )


FIGURES = [
    Figure("fig_learning", "Learning curves and convergence", tasks, draw_learning,
           caption_learning),
]  # fmt: skip
