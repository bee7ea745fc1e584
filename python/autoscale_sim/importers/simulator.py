"""What the simulator's own model says of requests: `autoscale explain --requests`, with a changed profile and links.

A calibration asks for many variants of one profile at once. Each is a folder with small YAML files that include the
base, so no law of the model is written down here a second time.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas

from .profile import Profile, with_changes
from .text import InputError

SOURCE_TREE = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Conditions:
    """What a prediction depends on beside the target: network, load by co-running apps (0 to 1), signals in dBm (None:
    regular), and whether the connections are warm."""

    dnn: str
    co_cpu: float = 0.0
    co_mem: float = 0.0
    cloud_dbm: float | None = None
    tablet_dbm: float | None = None
    warm: bool = False


@dataclass(frozen=True)
class Variant:
    """What a variant changes: of the profile, as profile.with_changes takes it, and of links by their names."""

    profile: Mapping[str, Any]
    links: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Predictions:
    """Latency in ms and energy in mJ, [variant, conditions, action]; nan where the network cannot run there."""

    actions: list[str]
    mhz: np.ndarray
    latency_ms: np.ndarray
    energy_mj: np.ndarray

    def action(self, target: str, mhz: float | None) -> int | None:
        """The action of a target such as phone_cpu_fp32 at a clock (to 1 %; None: its top); None if there is none."""
        points = [i for i, name in enumerate(self.actions) if name.partition("@")[0] == target]
        if not points or mhz is None:
            return points[-1] if points else None
        nearest = min(points, key=lambda i: abs(self.mhz[i] - mhz))
        return nearest if abs(self.mhz[nearest] - mhz) <= 0.01 * mhz else None


def program() -> str:
    """The simulator: $AUTOSCALE_PROGRAM, else that of the source tree's build, else the installed package's, else
    `autoscale` of the path."""
    named = os.environ.get("AUTOSCALE_PROGRAM") or str(SOURCE_TREE / "build/release/autoscale")
    places = (named, str(Path(__file__).parents[1] / "data/bin/autoscale"), "autoscale")
    found = next(filter(None, map(shutil.which, places)), None)
    if not found:
        raise InputError("autoscale", 0, "the program is not built: scripts/build.sh, or name it in AUTOSCALE_PROGRAM")
    return found


class Simulator:
    """Predictions for variants of one profile.

    base: the profile. cloud_link, tablet_link: names or files of links. options: words for `explain` that hold for all
    requests, such as ["--accounting", "marginal"]. data: folders of the user's own.
    """

    def __init__(self, base: Profile, cloud_link: str = "wifi", tablet_link: str = "wifi_direct",
                 options: Sequence[str] = (), data: Sequence[str | Path] = ()):
        self.base = base
        self.links = {"cloud_link": cloud_link, "tablet_link": tablet_link}
        self.options = [*options, *(word for folder in data for word in ("--data", str(folder)))]

    def predict(self, variants: Sequence[Variant], requests: Sequence[Conditions]) -> Predictions:
        """Raises InputError with what the program says."""
        with tempfile.TemporaryDirectory(prefix="autoscale_") as scratch:
            rows = []
            for i, variant in enumerate(variants):
                device, links = self._write(Path(scratch) / str(i), variant)
                rows += [{"device": device, **links, **_cells(request)} for request in requests]
            return self._ask(Path(scratch) / "requests.csv", rows, len(variants), len(requests))

    def _write(self, folder: Path, variant: Variant) -> tuple[str, dict[str, str]]:
        """A variant's files: the profile under its own stem, which its latencies are found by."""
        changed = with_changes(self.base, variant.profile)
        device = folder / self.base.file.name
        own = self.base.file.with_name(f"{self.base.file.stem}.latency.csv")
        device.parent.mkdir()
        device.write_text(json.dumps(changed.whole))  # which is YAML, and quick
        if own.is_file() and self.base.file.parent.name != "device_profiles":
            shutil.copy(own, folder)  # in a data folder it is found without
        links = dict(self.links)
        for key, name in self.links.items():
            if change := variant.links.get(Path(name).stem):
                path = folder / f"{Path(name).stem}.yaml"
                path.write_text(json.dumps(change))
                links[key] = str(path)
        return str(device), links

    def _ask(self, file: Path, rows: Sequence[dict[str, str]], variants: int, requests: int) -> Predictions:
        with open(file, "w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        words = [program(), "explain", "--device", rows[0]["device"], "--dnn", rows[0]["dnn"], "--requests", str(file)]
        done = subprocess.run([*words, *self.options], capture_output=True, text=True)
        if done.returncode:
            said = re.sub(rf"{re.escape(str(file.parent))}/\d+/", f"{self.base.file.parent}/", done.stderr.strip())
            raise InputError("the simulator", 0, said or f"exit code {done.returncode}")
        frame = pandas.read_csv(io.StringIO(done.stdout), usecols=["request", "name", "frequency_mhz", "latency_ms",
                                                                   "energy_mj"])
        first = frame[frame.request == 1]
        shape = (variants, requests, len(first))
        return Predictions(first.name.tolist(), first.frequency_mhz.to_numpy(float),
                           frame.latency_ms.to_numpy(float).reshape(shape),
                           frame.energy_mj.to_numpy(float).reshape(shape))


def _cells(request: Conditions) -> dict[str, str]:
    def text(value: float | None) -> str:
        return "" if value is None else repr(float(value))

    return {"dnn": request.dnn, "co_cpu": text(request.co_cpu), "co_mem": text(request.co_mem),
            "cloud_dbm": text(request.cloud_dbm), "tablet_dbm": text(request.tablet_dbm),
            "warm": "1" if request.warm else "0"}
