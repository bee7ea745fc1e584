"""How the figures look: colours that colour-blind readers can tell apart, sizes, and saving."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (after the backend is chosen)

# Okabe and Ito, "Color Universal Design", 2008.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
BLUE, VERMILION, PURPLE, GREY = "#0072B2", "#D55E00", "#CC79A7", "#999999"

POLICIES = {
    "edge_cpu_fp32": ("Edge (CPU FP32)", GREY),
    "edge_best": ("Edge (Best)", ORANGE),
    "cloud": ("Cloud", SKY),
    "connected_edge": ("Connected Edge", PURPLE),
    "autoscale": ("AutoScale", BLUE),
    "opt": ("Opt", BLACK),
    "random": ("Random", VERMILION),
}
DEVICES = {
    "mi8pro": ("Mi 8 Pro", BLUE),
    "galaxy_s10e": ("Galaxy S10e", ORANGE),
    "moto_x_force": ("Moto X Force", GREEN),
}
USE_CASES = {
    "non_streaming": ("non-streaming vision", BLUE),
    "streaming": ("streaming vision", ORANGE),
    "translation": ("translation", GREEN),
}
# A hue per site, a shade and a hatch per processor and precision.
TARGETS = {
    "phone_cpu_fp32": ("phone CPU fp32", "#B35806", ""),
    "phone_cpu_int8": ("phone CPU int8", "#F1A340", ""),
    "phone_gpu_fp32": ("phone GPU fp32", "#F1A340", "////"),
    "phone_gpu_fp16": ("phone GPU fp16", "#FEE0B6", "////"),
    "phone_dsp_int8": ("phone DSP int8", "#FEE0B6", ""),
    "tablet_cpu_fp32": ("tablet CPU fp32", "#762A83", ""),
    "tablet_gpu_fp16": ("tablet GPU fp16", "#AF8DC3", "////"),
    "tablet_dsp_int8": ("tablet DSP int8", "#D8C6E3", ""),
    "cloud_cpu_fp32": ("cloud CPU fp32", "#084594", ""),
    "cloud_gpu_fp32": ("cloud GPU fp32", "#6BAED6", ""),
}

plt.rcParams.update(
    {
        "font.size": 9,
        "axes.titlesize": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "axes.axisbelow": True,
        "grid.color": "#DDDDDD",
        "hatch.linewidth": 0.5,
        "legend.frameon": False,
        "figure.constrained_layout.use": True,
        "pdf.fonttype": 42,
    }
)


def panels(count: int, height: float = 2.2):
    """`count` panels above one another, sharing the x axis."""
    return plt.subplots(count, 1, figsize=(8.5, height * count + 0.6), sharex=True, squeeze=False)


def legend_above(figure, handles, labels, columns: int) -> None:
    figure.legend(handles, labels, loc="outside upper center", ncols=columns)


def save(figure, folder: Path, name: str) -> None:
    """As PNG and PDF, without the date: the same numbers give the same files."""
    figure.align_ylabels()
    figure.savefig(folder / f"{name}.png", dpi=150)
    figure.savefig(folder / f"{name}.pdf", metadata={"CreationDate": None})
    plt.close(figure)
