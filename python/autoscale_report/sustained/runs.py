"""Recorded decode rates, and what their source publishes of each run."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from autoscale_report.sustained import RECORD

COLUMNS = ("runtime", "model", "second", "decode_tokens_per_s")
WHOLE_S = 500  # a series that lasts as long is a whole run
MINUTE_S = 60


@dataclass(frozen=True)
class Published:
    """What its source says of a run; a figure that it does not give is None."""

    power_w: float | None
    rate: float | None  # tokens/s after ten minutes

    @classmethod
    def read(cls, row: dict[str, str]) -> Published:
        return cls(*(float(row[key]) if row[key] else None for key in ("power_w", "ten_minutes_tokens_per_s")))


@dataclass(frozen=True)
class Run:
    runtime: str
    model: str
    series: tuple[tuple[float, float], ...]  # s, tokens/s
    published: Published

    @property
    def name(self) -> str:
        return f"{self.model}, {self.runtime}"

    @property
    def processor(self) -> str:
        """MLX and LiteRT-LM run on the GPU."""
        return "neural engine" if "ANE" in self.model else "GPU"

    @property
    def whole(self) -> bool:
        return self.series[-1][0] >= WHOLE_S

    @property
    def first_minute(self) -> tuple[tuple[float, float], ...]:
        return tuple((second, rate) for second, rate in self.series if second <= MINUTE_S)

    @property
    def end_s(self) -> float:
        """End of the ten minutes that are predicted."""
        return self.series[-1][0] if self.whole else 600.0

    @property
    def last_minute(self) -> float:
        """Mean of the samples of the last minute, of a whole run."""
        return fmean(rate for second, rate in self.series if second >= self.series[-1][0] - MINUTE_S)


def read_published() -> dict[tuple[str, str], Published]:
    with (RECORD / "published.csv").open(newline="", encoding="utf-8") as lines:
        return {(row["runtime"], row["model"]): Published.read(row) for row in csv.DictReader(lines)}


class RunsError(Exception):
    """A table that cannot be used; the message says where."""


def read_runs(file: Path) -> list[Run]:
    """Runs of a table runtime,model,second,decode_tokens_per_s, in its order."""
    series: dict[tuple[str, str], list[tuple[float, float]]] = {}
    with file.open(newline="", encoding="utf-8") as lines:
        reader = csv.DictReader(lines)
        for row in reader:
            try:
                sample = float(row["second"]), float(row["decode_tokens_per_s"])
                key = row["runtime"], row["model"]
            except (KeyError, TypeError, ValueError):
                raise RunsError(f"{file}:{reader.line_num}: expected {','.join(COLUMNS)} with numbers in the last two,"
                                f" got {list(row.values())}") from None  # fmt: skip
            if sample[0] < 0 or not 0 < sample[1] < math.inf:
                raise RunsError(f"{file}:{reader.line_num}: expected a time from 0 on and a rate above 0, got {sample}")
            series.setdefault(key, []).append(sample)
    published = read_published()
    runs = [Run(*key, tuple(sorted(samples)), published.get(key, Published(None, None)))
            for key, samples in series.items()]  # fmt: skip
    if not runs:
        raise RunsError(f"{file}: no runs")
    for run in runs:
        if len(run.first_minute) < 2:
            raise RunsError(f"{file}: {run.name}: less than two samples in the first minute")
    for processor in {run.processor for run in runs}:
        if sum(run.whole for run in runs if run.processor == processor) < 2:
            raise RunsError(f"{file}: {processor}: less than two runs of {WHOLE_S} s to calibrate with")
    return runs
