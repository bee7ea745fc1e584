"""Energy above Opt against the number of inferences: who begins with a model that errs is where learners without
one arrive after a hundred times as many.

Lines are means over cases, bands 95 % intervals over replications.
"""

from __future__ import annotations

import pandas as pd

from autoscale_report.figure import Figure, no_tasks
from autoscale_sim.plots.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    log_scale,
    plt,
)

NAME = "few_inferences"
LEAST = 0.05  # percent: what is drawn of less
# Policy -> label, colour, marker, dash.
LOOKS = {
    "autoscale": ("AutoScale", BLUE, "o", "-"),
    "dqn": ("DQN", SKY, "s", "-"),
    "svr": ("SVR", ORANGE, "D", "-"),
    "linucb": ("LinUCB", GREEN, "^", "-"),
    "thompson": ("Thompson sampling", PURPLE, "v", "-"),
    "lyapunov": ("planner with the same wrong model", GREY, "", "--"),
    "residual": ("residual: the wrong model, corrected", VERMILION, "P", "-"),
}


def above_opt(gap: pd.Series) -> pd.Series:
    """Energy above Opt's in percent from 1 - PPW / PPW of Opt."""
    return 100 * gap / (1 - gap)


def draw(curves: pd.DataFrame):
    canvas, panel = plt.subplots(figsize=(7.2, 3.8))
    for policy, (label, colour, marker, dash) in LOOKS.items():
        rows = curves[curves["policy"] == policy].sort_values("visits")
        wide = 2.4 if policy == "residual" else 1.4
        panel.plot(rows["visits"], above_opt(rows["gap_expected"]), color=colour, marker=marker, linestyle=dash,
                   linewidth=wide, markersize=4.5, label=label)  # fmt: skip
        low, high = (above_opt(rows[f"gap_expected_ci95_{end}"]) for end in ("low", "high"))
        panel.fill_between(rows["visits"], low.clip(lower=LEAST), high, color=colour, alpha=0.15, linewidth=0)
    log_scale(panel, "x")
    log_scale(panel, "y")
    panel.set(xlabel="inferences per network, in the environment of the test", ylabel="energy above Opt's (%)",
              ylim=(LEAST, None))  # fmt: skip
    panel.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return canvas


FIGURE = Figure(NAME, "Energy above Opt's over the number of inferences", no_tasks, draw, lambda curves: "")
