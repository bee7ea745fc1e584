"""How long each class of layers takes inside a DNN: the share that the roofline gives it.

`autoscale explain` prints whole inferences only. The law stands in workloads/roofline.yaml; the
result holds at the top operating point and is as good as that law: a rule for sharing a published
latency, not a measurement of layers.
"""

from __future__ import annotations

import csv
from collections import Counter
from functools import cache
from pathlib import Path

import yaml

ELEMENT_BYTES = {"fp32": 4, "fp16": 2, "int8": 1}
OVERHEAD = "overhead"


@cache
def load(path: Path) -> dict:
    return yaml.safe_load(path.read_text())


@cache
def rows(path: Path) -> list[dict[str, str]]:
    """The rows of one of the data tables, which begin with comments."""
    with path.open(newline="") as stream:
        return list(csv.DictReader(line for line in stream if not line.startswith("#")))


def class_work(root: Path, dnn: str, processor: str, precision: str) -> Counter:
    """(class, "compute" or "memory") -> work in MAC and MAC-equivalents, summed over blocks."""
    roofline = load(root / "workloads/roofline.yaml")
    ridge = roofline[processor][precision]["ridge"]["value"]
    costs = roofline["class_memory_cost"][processor]
    config = load(root / f"workloads/dnns/{dnn}.yaml")
    scale = config["block_scale"]["value"]
    work: Counter = Counter()
    for block in rows(root / "workloads/blocks" / config["blocks"]):
        kind = block["class"]
        if kind == "input":
            continue
        elements = (int(block["in_elements"]) + int(block["out_elements"])) * scale
        size = (elements + int(block["params"])) * ELEMENT_BYTES[precision]
        work[kind, "compute"] += int(block["macs"]) * scale
        work[kind, "memory"] += size * ridge * costs[kind]["value"]
    return work


def class_times(root: Path, device: str, dnn: str, processor: str) -> dict[str, dict[str, float]]:
    """Precision -> class -> ms, for the precisions with a latency of their own in latency.csv."""
    profile = load(root / f"device_profiles/{device}.yaml")
    overheads = {p["name"]: p["overhead"]["value"] for p in profile["processors"]}
    times = {}
    for row in rows(root / "workloads/latency.csv"):
        if (row["device"], row["dnn"], row["processor"]) != (device, dnn, processor):
            continue
        overhead = float(overheads[processor].removesuffix(" ms"))
        work = class_work(root, dnn, processor, row["precision"])
        per_work = (float(row["latency_ms"]) - overhead) / work.total()
        times[row["precision"]] = {OVERHEAD: overhead}
        for (kind, _), amount in work.items():
            times[row["precision"]].setdefault(kind, 0.0)
            times[row["precision"]][kind] += amount * per_work
    return times
