"""The study: waves of simulated laboratories, each aimed by emulators of those before it.

The first wave fills the space evenly. A later one takes laboratories of the prior that the emulators do
not rule out, or, where they rule out nearly all, those that come nearest. What is finished stands in a
journal, so that an interrupted study goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

import joblib
import numpy as np
import pandas as pd

from autoscale_report.journal import Journal
from autoscale_report.laboratories.design import Design, from_prior, joined, space_filling
from autoscale_report.laboratories.emulator import Emulator
from autoscale_report.laboratories.hypotheses import Space, space_of
from autoscale_report.laboratories.matching import implausibility, readings_of, targets_of
from autoscale_report.laboratories.responses import Reader, names
from autoscale_report.laboratories.waves import Refused, Waves
from autoscale_report.plan import Plan
from autoscale_report.simulate import Simulator

SEED = 2020
TOGETHER = 10  # laboratories of a sweep; they share its seed


class Size(NamedTuple):
    waves: tuple[int, ...]  # laboratories of each
    aside: int  # of the first, that no emulator sees: they test the method
    repeated: int  # of these, simulated again under further seeds
    seeds: int  # of a repeated one, its own apart
    candidates: int  # drawn from the prior for the next wave
    final: int  # drawn from the prior for the outcome


FULL = Size((1000, 500, 500), 40, 10, 4, 20000, 100000)
QUICK = Size((80, 40), 10, 2, 2, 2000, 5000)


def fingerprint(space: Space, plan: Plan, simulator: Simulator, size: Size) -> str:
    """Of everything that responses and designs follow from."""
    ranges = [{k: p[k] for k in ("id", "nominal", "low", "high", "scale", "where")}
              for p in plan.claims["parameters"]]  # fmt: skip
    options = [[(o.id, o.prior, o.settings, o.policy) for o in c.options] for c in space.choices]
    text = json.dumps([simulator.inputs, plan.quick, plan.claims["cases"], ranges, options,
                       space.study["study"], size])  # fmt: skip
    return hashlib.sha256(text.encode()).hexdigest()


class Wave(NamedTuple):
    number: int
    design: Design


def key(wave: str, row: int) -> str:
    """Of a laboratory in the journal."""
    return f"{wave}-{row}"


class Study:
    def __init__(self, plan: Plan, simulator: Simulator, out: Path, size: Size,
                 wanted: Callable[[str], bool] = lambda claim: True):  # fmt: skip
        """With `wanted`, only of some claims."""
        self.plan, self.simulator, self.size = plan, simulator, size
        self.space = space_of(plan.root, plan.claims)
        asked = self.space.study["study"]
        asked["claims"] = [c for c in asked["claims"] if wanted(c["claim"])]
        self.reader = Reader(self.space)
        self.responses = self.reader.responses
        self.targets = targets_of(self.space.study, plan.claims)
        self.readings = readings_of(self.space.judged, self.responses, self.targets)
        self.fingerprint = fingerprint(self.space, plan, simulator, size)
        self.folder = out / self.fingerprint[:12]
        self.waves = Waves(self.space, plan, simulator, self.folder / "sweeps")
        self.journal = Journal(self.folder / "journal.csv", names(self.responses))

    # Simulation.

    def measure(self, wave: str, rows: list[int], design: Design, seed: int) -> list[tuple[int, dict]]:
        """The responses of some laboratories, which share a seed; of one that is refused, the reason."""
        laboratories = [design.laboratory(self.space, row) for row in rows]
        name = f"{wave}_{rows[0]}"
        try:
            found = self.waves.run(name, laboratories, seed)
        except Refused as refusal:
            self.waves.forget(name)
            if len(rows) > 1:
                return [one for row in rows for one in self.measure(wave, [row], design, seed)]
            return [(rows[0], {"refused": str(refusal)})]
        read = [(row, {"refused": "", **self.reader.read(cases)}) for row, cases in zip(rows, found)]
        self.waves.forget(name)
        return read

    def measure_all(self, wave: str, design: Design, seed: int) -> None:
        """Simulates what is not in the journal yet, several sweeps at a time; tells the time left."""
        rows = list(range(len(design)))
        parts = [rows[i : i + TOGETHER] for i in range(0, len(rows), TOGETHER)]
        missing = [
            (seed + i, left) for i, part in enumerate(parts)
            if (left := [r for r in part if key(wave, r) not in self.journal.rows])
        ]  # fmt: skip
        count, done, started = sum(len(left) for _, left in missing), 0, time.monotonic()
        with ThreadPoolExecutor(self.simulator.jobs) as pool:
            running = [pool.submit(self.measure, wave, left, design, s) for s, left in missing]
            try:
                for finished in as_completed(running):
                    for row, values in finished.result():
                        self.journal.add(key(wave, row), values)
                        done += 1
                    left = (time.monotonic() - started) / done * (count - done)
                    print(f"[{done:4}/{count}] laboratories of wave {wave}, about {left:.0f} s left", flush=True)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def table(self, wave: str, count: int) -> np.ndarray:
        """[laboratories, responses] on the scale of comparison; nan for what was refused."""
        rows = [self.journal.rows[key(wave, row)] for row in range(count)]
        values = pd.DataFrame(rows)[names(self.responses)].apply(pd.to_numeric).to_numpy(float)
        return self.scaled(values)

    def scaled(self, values: np.ndarray) -> np.ndarray:
        by_claim = {t.claim: t for t in self.targets}
        columns = [by_claim[r.claim["id"]].scale(values[:, i]) for i, r in enumerate(self.responses)]
        return np.stack(columns, axis=1)

    # What the waves say.

    def noise(self, first: Design) -> np.ndarray:
        """Variance of a single simulated laboratory, by response: over seeds, pooled."""
        design = first.take(slice(self.size.repeated))
        groups = [self.table("1", self.size.repeated)]
        for again in range(self.size.seeds):
            wave = f"again{again + 1}"
            self.measure_all(wave, design, SEED + 10000 * (again + 1))
            groups.append(self.table(wave, len(design)))
        return np.nanmean(np.nanvar(np.stack(groups), axis=0, ddof=1), axis=0)

    def emulators(self, waves: list[Wave]) -> list[Emulator]:
        """One per response, from all waves but what is kept aside."""
        x = np.vstack([w.design.inputs(self.space) for w in waves])[self.size.aside :]
        y = np.vstack([self.table(str(w.number), len(w.design)) for w in waves])[self.size.aside :]
        fitted = joblib.Parallel(self.simulator.jobs)(
            joblib.delayed(fit)(x, y[:, i]) for i in range(len(self.responses))
        )
        return list(fitted)

    def predicted(self, emulators: list[Emulator], design: Design) -> tuple[np.ndarray, np.ndarray]:
        """[laboratories, responses] as the emulators expect them, and the variances of their errors, in which
        the noise of a simulation is included."""
        x = design.inputs(self.space)
        values = list(joblib.Parallel(self.simulator.jobs)(joblib.delayed(e.predict)(x) for e in emulators))
        variances = [e.variance(v) for e, v in zip(emulators, values)]
        return np.stack(values, axis=1), np.stack(variances, axis=1)

    def implausibility(self, emulators: list[Emulator], design: Design) -> np.ndarray:
        """[readings, laboratories, targets]."""
        return implausibility(self.targets, self.readings, *self.predicted(emulators, design))

    def next_design(self, emulators: list[Emulator], number: int, count: int) -> Design:
        """Of the prior's laboratories some that remain, or that come nearest: as many again are drawn from."""
        candidates = from_prior(self.space, self.size.candidates, SEED + number)
        worst = self.implausibility(emulators, candidates).max(axis=2).min(axis=0)  # by the best reading
        cutoff = max(self.space.study["study"]["cutoff"], np.partition(worst, 2 * count)[2 * count])
        kept = np.flatnonzero(worst <= cutoff)
        print(f"wave {number}: {np.mean(worst <= self.space.study['study']['cutoff']):.2%} of the prior is not"
              f" ruled out; drawn from implausibility up to {cutoff:.1f}", flush=True)  # fmt: skip
        chosen = np.random.default_rng([SEED, number]).choice(kept, count, replace=False)
        return candidates.take(chosen)

    def design(self, number: int, waves: list[Wave]) -> Design:
        """That of a wave; kept in a file, as the emulators behind it take minutes."""
        file = self.folder / f"wave_{number}.npz"
        if file.exists():
            kept = np.load(file)
            return Design(kept["shares"], kept["options"])
        count = self.size.waves[number - 1]
        if number == 1:
            design = space_filling(self.space, count, SEED)
        else:
            print(f"wave {number}: emulators of {len(self.responses)} responses", flush=True)
            design = self.next_design(self.emulators(waves), number, count)
        partial = file.with_suffix(".partial.npz")
        np.savez(partial, shares=design.shares, options=design.options)
        partial.rename(file)
        return design

    def registered(self) -> dict[str, float]:
        """The responses of the registered laboratory. One that is refused is no finding: it stops the study."""
        if key("registered", 0) not in self.journal.rows:
            (cases,) = self.waves.run("registered", [self.space.registered()], SEED)
            self.journal.add(key("registered", 0), {"refused": "", **self.reader.read(cases)})
            self.waves.forget("registered")
        row = self.journal.rows[key("registered", 0)]
        return {name: float(row[name]) for name in names(self.responses)}

    def run(self) -> list[Wave]:
        """Simulates all waves."""
        try:
            self.registered()
        except Refused as refusal:
            raise SystemExit(f"error: {refusal}") from refusal
        waves: list[Wave] = []
        for number in range(1, len(self.size.waves) + 1):
            wave = Wave(number, self.design(number, waves))
            self.measure_all(str(number), wave.design, SEED + 1000 * number)
            waves.append(wave)
        return waves

    def record(self, waves: list[Wave]) -> pd.DataFrame:
        """laboratories.csv: every simulated laboratory with what it was and what it gave."""
        design = joined([w.design for w in waves])
        rows = []
        for wave in waves:
            for row in range(len(wave.design)):
                rows.append({"wave": wave.number, "laboratory": row} | self.journal.rows[key(str(wave.number), row)])
        found = pd.DataFrame(rows)
        shares = pd.DataFrame(design.shares, columns=[p.id for p in self.space.parameters])
        options = pd.DataFrame({
            c.id: [c.options[o].id for o in design.options[:, i]] for i, c in enumerate(self.space.choices)
        })  # fmt: skip
        numbers = found[names(self.responses)].apply(pd.to_numeric).map(lambda v: float(f"{v:.5g}"))
        return pd.concat([found[["wave", "laboratory", "refused"]], options, shares, numbers], axis=1)


def fit(x: np.ndarray, y: np.ndarray) -> Emulator:
    known = ~np.isnan(y)
    return Emulator(x[known], y[known])
