"""How the figures look: colours that colour-blind readers can tell apart on white and on black, sizes,
files. Importing it changes no setting of Matplotlib's: it may be a notebook that does."""

from __future__ import annotations

import os
import warnings
from contextlib import contextmanager
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.ticker import LogLocator, NullLocator

from .fonts import families

# Okabe and Ito, "Color Universal Design", 2008.
ORANGE, SKY, GREEN = "#E69F00", "#56B4E9", "#009E73"
BLUE, VERMILION, PURPLE, GREY = "#0072B2", "#D55E00", "#CC79A7", "#999999"

POLICIES = {
    "edge_cpu_fp32": ("Edge (CPU FP32)", GREY),
    "edge_best": ("Edge (Best)", ORANGE),
    "cloud": ("Cloud", SKY),
    "connected_edge": ("Connected Edge", PURPLE),
    "autoscale": ("AutoScale", BLUE),
    "opt": ("Opt", VERMILION),
    "random": ("Random", GREEN),
}
# A hue per site, a shade and a hatch per processor and precision.
TARGETS = {
    "phone_cpu_fp32": ("phone CPU fp32", "#B35806", ""),
    "phone_cpu_int8": ("phone CPU int8", "#F1A340", ""),
    "phone_gpu_fp32": ("phone GPU fp32", "#F1A340", "////"),
    "phone_gpu_fp16": ("phone GPU fp16", "#FEE0B6", "////"),
    "phone_dsp_int8": ("phone DSP int8", "#FEE0B6", ""),
    "tablet_cpu_fp32": ("tablet CPU fp32", "#8E44A0", ""),
    "tablet_gpu_fp16": ("tablet GPU fp16", "#AF8DC3", "////"),
    "tablet_dsp_int8": ("tablet DSP int8", "#D8C6E3", ""),
    "cloud_cpu_fp32": ("cloud CPU fp32", "#2171B5", ""),
    "cloud_gpu_fp32": ("cloud GPU fp32", "#9ECAE1", ""),
}

MANY_DECADES = 1000  # largest over least value on an axis
LINE = "#808080"  # of reference lines and error bars, on either background

BASE = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "hatch.linewidth": 0.5,
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
    "pdf.fonttype": 42,
}
# Text is drawn as it is written: a dollar sign begins no formula.
AS_WRITTEN = {"text.parse_math": False, "text.usetex": False, "axes.formatter.use_mathtext": False}

# Text, background and grid.
THEMES = {"light": ("#1A1A1A", "#FFFFFF", "#DDDDDD"), "dark": ("#E6E6E6", "#16181C", "#3A3D42")}


@contextmanager
def themed(theme: str):
    """Figures drawn and written inside look like this; the reader's own figures stay as they are."""
    text, background, grid = THEMES[theme]
    settings = {name: text for name in ("text.color", "axes.labelcolor", "xtick.color",
                                        "ytick.color", "axes.edgecolor")}  # fmt: skip
    settings |= {name: background for name in ("figure.facecolor", "axes.facecolor")}
    settings |= {"savefig.facecolor": background, "grid.color": grid}
    with as_written(), plt.rc_context({**BASE, **settings}):
        yield


@contextmanager
def as_written():
    """Texts made inside are drawn character by character, in every font that is there."""
    with plt.rc_context({**AS_WRITTEN, "font.family": families()}):
        yield


def background() -> str:
    """The present background: for edges that set bars apart."""
    return plt.rcParams["axes.facecolor"]


def legend_above(figure, handles, labels, columns: int) -> None:
    """The labels as they are written: Matplotlib by itself leaves out those that begin with "_"."""
    places = [str(place) for place in range(len(labels))]
    legend = figure.legend(handles, places, loc="outside upper center", ncols=columns)
    for text, label in zip(legend.get_texts(), labels):
        text.set_text(label)


def log_scale(panel, which: str = "y") -> None:
    """Logarithmic axis, x or y, with plain numbers at 1, 2 and 5; over many decades at 1 alone."""
    panel.set(**{f"{which}scale": "log"})
    log_ticks(getattr(panel, f"{which}axis"))


def log_ticks(axis) -> None:
    """Those of log_scale(), on an axis that is logarithmic already."""
    low, high = axis.get_view_interval()
    axis.set_major_locator(LogLocator(subs=(1,) if 0 < MANY_DECADES * low < high else (1, 2, 5)))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_locator(NullLocator())


def save(canvas, path: Path, ending: str, dpi: int) -> None:
    if ending == ".pdf":
        canvas.draw_without_rendering()
        canvas.set_layout_engine("none")  # stays as it is laid out for a PNG
        canvas.savefig(path, format="pdf", metadata={"CreationDate": None})
    else:
        canvas.savefig(path, format="png", dpi=dpi)


def write(canvas, path: Path, dpi: int = 150) -> None:
    """A PNG or a PDF, as the name ends. Without the date: the same numbers give the same file."""
    part = path.with_name(f".{path.name}.part")  # never half a file under its name
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing from")  # fonts.notes() says it once
            save(canvas, part, path.suffix, dpi)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
