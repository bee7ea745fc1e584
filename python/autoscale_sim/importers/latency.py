"""Latencies: logs of benchmarks to rows of NAME.latency.csv (docs/adding_data.md), with their spread.

read() tells the formats apart by what stands in a file:

  TFLite benchmark_model   its console text, with several options also its summary of all of them; the result it
                           writes as text or binary (BenchmarkResult); the CSV of its operator profile
  MLPerf LoadGen           mlperf_log_summary.txt and mlperf_log_detail.txt of a SingleStream performance run
  tables                   network, processor, precision, ms, a row per run; or as AI Benchmark shows its results, a
                           row per network and a column per processor and precision, such as "CPU-FP" or "GPU FP16"

Sources: tensorflow/lite/tools/benchmark (benchmark_model.cc, proto/benchmark_result.proto); mlcommons/inference,
loadgen (SingleStream's latency is per query, in ns).
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .latency_logs import READERS, Run
from .spread import Mean, mean_of, quantile
from .text import InputError, date_of, is_binary, read_text
from .writing import comment, folders, rounded

PROCESSORS = ("cpu", "gpu", "dsp")
PRECISIONS = ("fp32", "fp16", "int8")
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Latency:
    """What all runs of one network on one processor at one precision say. Milliseconds.

    mean.half_width is of the mean over runs; with one run it is that of its inferences taken as independent, which
    is too narrow where they are not. noise is the coefficient of variation of a single inference within a run, nan if
    no run tells it.
    """

    dnn: str
    processor: str
    precision: str
    mean: Mean
    noise: float
    runs: tuple[Run, ...]


def read(file: str | Path) -> list[Run]:
    """The runs in a file of any format above. Raises InputError."""
    text = None if is_binary(file) else read_text(file)
    for knows, reader in READERS:
        if knows(text, file):
            return reader(text, file)
    raise InputError(file, 0, "is in none of the formats that are known: TFLite benchmark_model, MLPerf LoadGen, or a "
                              "table with the columns network, processor, precision and ms")


def completed(runs: Iterable[Run], dnn: str = "", processor: str = "", precision: str = "",
              known: Sequence[str] = ()) -> list[Run]:
    """Runs with the names of this project. What is given stands for all runs; else a network is the longest name in
    `known` that its own begins with, or its own. Raises InputError where something is still open."""
    named = []
    for run in runs:
        run = replace(run, dnn=dnn or known_name(run.dnn, known), processor=processor or run.processor,
                      precision=precision or run.precision)
        for what, value, legal in (("network", run.dnn, None), ("processor", run.processor, PROCESSORS),
                                   ("precision", run.precision, PRECISIONS)):
            option = "--dnn" if what == "network" else f"--{what}"
            if not value:
                raise InputError(run.file, run.line, f"does not say the {what}: give it as {option}")
            if legal and value not in legal:
                raise InputError(run.file, run.line, f"unknown {what} '{value}': {', '.join(legal)}")
        named.append(run)
    return named


def known_name(name: str, known: Sequence[str]) -> str:
    """The longest of `known` that `name` begins with, whatever stands between its words; else `name` as a file name."""
    own = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    tight = own.replace("_", "")
    fitting = [k for k in known if tight.startswith(k.replace("_", ""))]
    return max(fitting, key=len, default=own)


def known_dnns(data: Sequence[str | Path] = ()) -> list[str]:
    """The networks that the data folders have."""
    return sorted({f.stem for folder in folders(data) for f in (folder / "workloads/dnns").glob("*.yaml")})


def summed_up(runs: Iterable[Run]) -> list[Latency]:
    """One Latency for every network, processor and precision, in this order."""
    groups: dict[Key, list[Run]] = defaultdict(list)
    for run in runs:
        groups[run.dnn, run.processor, run.precision].append(run)
    return [Latency(*key, mean_of_runs(group), noise_of(group), tuple(group)) for key, group in sorted(groups.items())]


def mean_of_runs(runs: Sequence[Run]) -> Mean:
    """Over runs, each counted once; of a single run by its own inferences."""
    if len(runs) > 1:
        return mean_of([run.ms for run in runs])
    run = runs[0]
    half = quantile(run.count - 1) * run.sd_ms / math.sqrt(run.count) if run.count > 1 else math.inf
    return Mean(run.ms, half if math.isfinite(half) else math.inf, 1, math.nan)


def noise_of(runs: Sequence[Run]) -> float:
    """Coefficient of variation within runs, pooled over those that tell it."""
    told = [(run.sd_ms / run.ms) ** 2 for run in runs if math.isfinite(run.sd_ms)]
    return math.sqrt(sum(told) / len(told)) if told else math.nan


def table(latencies: Sequence[Latency], device: str) -> str:
    """NAME.latency.csv: the rows of workloads/latency.csv for `device`, each with what it was measured by."""
    head = comment(f"Latencies of {device}, mean of one inference at the top operating point.",
                   "origin: measured; rule names tool, file, date and spread. uncertainty_percent: half width of",
                   "the 95 % interval of the mean over runs; empty for a single value.")
    lines = ["device,dnn,processor,precision,latency_ms,basis,uncertainty_percent,rule"]
    for row in latencies:
        uncertainty = f"{rounded(100 * row.mean.relative, 3):g}" if math.isfinite(row.mean.half_width) else ""
        lines.append(f"{device},{row.dnn},{row.processor},{row.precision},{rounded(row.mean.value, 5):g},"
                     f'measured_same_device,{uncertainty},"{how(row)}"')
    return head + "\n".join(lines) + "\n"


def how(latency: Latency) -> str:
    """Where a latency comes from, in words."""
    runs = latency.runs
    files = sorted({Path(run.file).name for run in runs})
    tools = sorted({run.tool for run in runs})
    inferences = sum(run.count for run in runs)
    text = f"{' and '.join(tools)}, {len(runs)} run{'s' * (len(runs) > 1)} of {inferences} inferences in all, " \
           f"{', '.join(files)} ({max(date_of(run.file) for run in runs)})"
    if len(runs) > 1:
        text += f"; standard deviation between runs {rounded(latency.mean.deviation, 3):g} ms"
    if math.isfinite(latency.noise):
        text += f"; within a run {rounded(100 * latency.noise, 3):g} %"
    return text.replace('"', "'")


def noise_by_processor(latencies: Sequence[Latency]) -> dict[str, float]:
    """What `noise_cv` of a profile's processors is, where runs tell it: pooled over networks."""
    found = {p: [row.noise for row in latencies if row.processor == p and math.isfinite(row.noise)]
             for p in PROCESSORS}
    return {p: float(np.sqrt(np.mean(np.square(values)))) for p, values in found.items() if values}


def how_noise(latencies: Sequence[Latency], processor: str) -> str:
    """Where a processor's noise comes from, in words."""
    runs = [run for row in latencies if row.processor == processor for run in row.runs if math.isfinite(run.sd_ms)]
    tools = ", ".join(sorted({run.tool for run in runs}))
    return f"standard deviation over mean within {len(runs)} runs, pooled: {tools}, " \
           f"{', '.join(sorted({Path(run.file).name for run in runs}))} ({max(date_of(run.file) for run in runs)})"


def report(latencies: Sequence[Latency]) -> list[list[str]]:
    """The spread as rows of text, header first."""
    rows = [["network", "processor", "precision", "runs", "ms", "95 % +-", "between runs", "within a run"]]
    for row in latencies:
        mean = row.mean
        rows.append([row.dnn, row.processor, row.precision, str(len(row.runs)), f"{mean.value:.3f}",
                     f"{mean.half_width:.3f}" if math.isfinite(mean.half_width) else "-",
                     f"{100 * mean.deviation / mean.value:.1f} %" if len(row.runs) > 1 else "-",
                     f"{100 * row.noise:.1f} %" if math.isfinite(row.noise) else "-"])
    return rows


