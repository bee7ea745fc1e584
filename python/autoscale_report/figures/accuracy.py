"""Figure of how the best target moves with the accuracy target."""

from __future__ import annotations

import pandas as pd
import yaml
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from autoscale_report.data import Data
from autoscale_report.figure import Figure, no_tasks
from autoscale_report.figures.explained import SITES, actions, chosen, comes_out, label, site
from autoscale_report.style import DEVICES
from autoscale_sim.plots.style import LINE, log_scale, plt

DNN_MARKERS = "osD^vP"


def targets_of_accuracy(data: Data) -> tuple[float, float]:
    """The headline's accuracy target and the stricter one, in percent."""
    claims = data.plan.claims
    strict = claims["variants"]["accuracy_65"]["set"]["constraints.accuracy"]
    return claims["settings"]["constraints"]["accuracy"], strict


def classifiers(data: Data) -> dict[str, str]:
    """Names of the DNNs whose accuracy is a share of right answers."""
    named = {}
    for dnn in data.plan.claims["cases"]["use_cases"]["non_streaming"]:
        config = yaml.safe_load((data.plan.root / f"workloads/dnns/{dnn}.yaml").read_text())
        if config["task"] == "classification":
            named[dnn] = config["name"]
    return named


def least_by_accuracy(frame: pd.DataFrame) -> pd.DataFrame:
    """The allowed action with least energy, per accuracy."""
    allowed = frame[frame["allowed"]].sort_values("energy_mj")
    return allowed.drop_duplicates("accuracy_percent").sort_values("accuracy_percent")


def opt_by_accuracy(data: Data, device: str, dnn: str) -> list[pd.Series]:
    """What Opt takes under each accuracy target."""
    return [chosen(actions(data, device, dnn, accuracy=a)) for a in targets_of_accuracy(data)]


def draw_accuracy(data: Data):
    figure, axes = plt.subplots(2, len(DEVICES), figsize=(11, 7), squeeze=False, sharey="row",
                                gridspec_kw={"height_ratios": [1.3, 1]})  # fmt: skip
    names = classifiers(data)
    for (upper, lower), (device, (phone, _)) in zip(axes.T, DEVICES.items()):
        upper.set_title(f"{phone}: least energy within QoS (mJ)", loc="left")
        draw_tradeoff(upper, data, device, list(names))
        draw_choice_table(lower, data, device, list(names))
    axes[1, 0].set_yticks(range(len(names)), names.values())
    axes[1, 0].set_ylim(len(names) - 0.5, -0.5)
    handles = [Line2D([], [], color=LINE, marker=m, ls="", label=name)
               for name, m in zip(names.values(), DNN_MARKERS)]  # fmt: skip
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))
    handles = [Patch(color=colour, label=name) for name, (colour, _) in SITES.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    return figure


def draw_tradeoff(panel, data: Data, device: str, dnns: list[str]) -> None:
    """Least energy at each accuracy that a DNN can have on this phone."""
    for dnn, marker in zip(dnns, DNN_MARKERS):
        points = least_by_accuracy(actions(data, device, dnn))
        x, y = points["accuracy_percent"], points["energy_mj"]
        panel.plot(x, y, color=LINE, linewidth=0.8)
        panel.scatter(x, y, marker=marker, s=40, zorder=3, edgecolors=LINE, linewidths=0.5,
                      c=[SITES[site(t)][0] for t in points["target"]])  # fmt: skip
    for accuracy in targets_of_accuracy(data):
        panel.axvline(accuracy, color=LINE, linestyle="--")
    log_scale(panel)
    panel.set_xlabel("top-1 accuracy (%)")


def draw_choice_table(panel, data: Data, device: str, dnns: list[str]) -> None:
    """A cell per DNN and accuracy target: what Opt takes."""
    for y, dnn in enumerate(dnns):
        for x, action in enumerate(opt_by_accuracy(data, device, dnn)):
            colour, _ = SITES[site(action["target"])]
            panel.barh(y, 0.96, 0.9, left=x - 0.48, color=colour, alpha=0.35)
            text = f"{label(action['target'])}\n{action['energy_mj']:.3g} mJ"
            panel.text(x, y, text, ha="center", va="center", fontsize=8)
    strictness = [f"at least {a:g} %" for a in targets_of_accuracy(data)]
    panel.set_xticks(range(len(strictness)), strictness)
    panel.tick_params(length=0)
    panel.grid(False)


def caption_accuracy(data: Data) -> str:
    loose, strict = targets_of_accuracy(data)
    pairs = [opt_by_accuracy(data, device, dnn) for device in DEVICES for dnn in classifiers(data)]
    moved = [(a, b) for a, b in pairs if a["target"] != b["target"]]
    extra = [100 * (b["energy_mj"] / a["energy_mj"] - 1) for a, b in moved]
    low = [sum(p[i]["target"].endswith("int8") for p in pairs) for i in (0, 1)]
    cost = f", at {min(extra):.0f} to {max(extra):.0f} % more energy" if extra else ""
    return (
        "Above: least energy within QoS at each accuracy that a DNN can have (higher for fp32 and "
        "fp16, lower for int8; colour: where), without variance. Below: what Opt takes under the "
        f"two accuracy targets. With {strict} % instead of {loose} % the choice changes in "
        f"{len(moved)} of {len(pairs)} cases{cost}; int8 is best in {low[0]} cases under "
        f"{loose} %, in {low[1]} under {strict} %. That the stricter target rules low precision "
        f"out for some DNNs {comes_out(low[1] < low[0])}."
    )


FIGURES = [
    Figure("fig_accuracy", "Accuracy against energy, and a stricter accuracy target", no_tasks,
           draw_accuracy, caption_accuracy),
]  # fmt: skip
