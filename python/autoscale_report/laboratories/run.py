"""scripts/reproduce.sh --laboratories: the study from its waves to its tables, in the folder laboratories/."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pandas as pd

from autoscale_report import NUMBERS
from autoscale_report.compare import RECORD
from autoscale_report.laboratories import outcome
from autoscale_report.laboratories.design import Design, from_prior, joined
from autoscale_report.laboratories.emulator import Emulator
from autoscale_report.laboratories.hypotheses import space_of
from autoscale_report.laboratories.matching import implausibility
from autoscale_report.laboratories.outcome import Cloud, consistent
from autoscale_report.laboratories.plausible import most_plausible, scenario_text
from autoscale_report.laboratories.recovery import recovery_table
from autoscale_report.laboratories.study import FULL, QUICK, SEED, Size, Study, Wave, fingerprint
from autoscale_report.plan import Plan
from autoscale_report.simulate import FINGERPRINT, Simulator

TABLES = ("laboratories", "claims", "choices", "parameters", "remaining", "emulators", "recovery")
SHOWN = 300  # of the laboratories that remain, in remaining.csv


def folder_of(out: Path) -> Path:
    return out / "laboratories"


def cloud_of(study: Study, emulators: list[Emulator]) -> tuple[Cloud, np.ndarray, np.ndarray]:
    """The prior's laboratories with their distances; what the emulators expect by response, and its variance."""
    design = from_prior(study.space, study.size.final, SEED)
    expected, variances = study.predicted(emulators, design)
    columns = [list(r.columns) for r in study.readings]
    cloud = Cloud(
        study.space, design, study.targets, study.readings,
        implausibility(study.targets, study.readings, expected, variances),
        np.stack([expected[:, c] for c in columns]),
        np.stack([np.sqrt(variances[:, c]) for c in columns]), study.space.study["study"]["cutoff"],
    )  # fmt: skip
    return cloud, expected, variances


def emulators_table(study: Study, emulators: list[Emulator], noise: np.ndarray) -> pd.DataFrame:
    """A row per response: how well it is emulated, beside what one simulation leaves open."""
    rows = []
    for response, e, variance in zip(study.responses, emulators, noise):
        near = np.abs(e.left) <= 1.96 * np.sqrt(e.variance(e.seen))
        rows.append((response.claim["id"], response.reading, len(e.left), e.error, np.sqrt(variance), near.mean()))
    return pd.DataFrame(rows, columns=["claim", "reading", "laboratories", "error", "simulation_sd", "within_1.96"])


def remaining_table(study: Study, cloud: Cloud, conditioned: list[int]) -> pd.DataFrame:
    """Some of the laboratories that remain: their reading, options and shares of ranges."""
    readings, rows = np.nonzero(cloud.remaining(conditioned))
    weights = np.array([r.prior for r in cloud.readings])[readings]
    count = min(SHOWN, len(rows))
    chosen = np.random.default_rng(SEED).choice(len(rows), count, replace=False, p=weights / weights.sum()) if count else []
    picked = rows[chosen] if count else np.array([], int)
    frame = pd.DataFrame(
        [cloud.readings[r].options for r in (readings[chosen] if count else [])],
        columns=[c.id for c in study.space.judged],
    )
    for place, choice in enumerate(study.space.choices):
        frame[choice.id] = [choice.options[o].id for o in cloud.design.options[picked, place]]
    shares = pd.DataFrame(cloud.design.shares[picked], columns=[p.id for p in study.space.parameters])
    return pd.concat([frame, shares], axis=1)


def tables_of(study: Study, waves: list[Wave]) -> tuple[dict[str, pd.DataFrame], dict, str]:
    """All tables, what the study comes to in numbers, and the scenario of the most plausible laboratory."""
    noise = study.noise(waves[0].design)
    emulators = study.emulators(waves)
    cloud, expected, variances = cloud_of(study, emulators)
    everything = list(range(len(study.targets)))
    together = consistent(cloud, everything)
    known = study.table("1", len(waves[0].design))[: study.size.aside]
    some = slice(study.size.candidates)
    recovered = recovery_table(
        study.targets, study.readings, known,
        study.predicted(emulators, waves[0].design.take(slice(study.size.aside))),
        (expected[some], variances[some]), cloud.cutoff,
    )  # fmt: skip
    design = joined([w.design for w in waves])
    simulated = np.vstack([study.table(str(w.number), len(w.design)) for w in waves])
    best = most_plausible(study.targets, study.readings, simulated, noise, together)
    laboratory = design.laboratory(study.space, best.row)
    claims = outcome.claims_table(cloud)
    claims["registered"] = registered_values(study)
    claims["most_plausible"] = values_of(study, simulated[best.row], best.reading.columns)
    claims["most_plausible_implausibility"] = best.distances
    tables = {
        "laboratories": study.record(waves), "claims": claims,
        "choices": outcome.options_table(cloud, together),
        "parameters": outcome.parameters_table(cloud, together),
        "remaining": remaining_table(study, cloud, together),
        "emulators": emulators_table(study, emulators, noise), "recovery": recovered,
    }  # fmt: skip
    summary = {
        "laboratories": int(len(design)), "refused": int(np.isnan(simulated).all(axis=1).sum()),
        "candidates": len(cloud.design), "cutoff": cloud.cutoff,
        "remains_by_all_claims": cloud.share(cloud.remaining(everything)),
        "held_together": [study.targets[k].claim for k in together],
        "given_up": [t.claim for k, t in enumerate(study.targets) if k not in together],
        "remains_by_these": cloud.share(cloud.remaining(together)),
        "reading": list(best.reading.options),
        "recovered": int(recovered["remains"].sum()), "known": len(recovered),
        "ruled_out_median": float(recovered["ruled_out"].median()),
    }  # fmt: skip
    return tables, summary, scenario_text(study.space, laboratory, best.reading, len(design))


def registered_values(study: Study) -> list[float]:
    """By claim, as the registered laboratory reads it: by the options of the claims file."""
    names = tuple(study.space.study["registered"][c.id] for c in study.space.judged)
    reading = next(r for r in study.readings if r.options == names)
    values = study.scaled(np.array([list(study.registered().values())]))[0]
    return values_of(study, values, reading.columns)


def values_of(study: Study, scaled: np.ndarray, columns) -> list[float]:
    return [float(t.unscale(scaled[c])) for t, c in zip(study.targets, columns)]


def is_done(plan: Plan, simulator: Simulator) -> bool:
    """Whether the tables are there, of a study by this program, these data and these claims."""
    made = folder_of(simulator.out) / FINGERPRINT
    space = space_of(plan.root, plan.claims)
    return made.is_file() and made.read_text() == fingerprint(space, plan, simulator, size_of(plan))


def size_of(plan: Plan) -> Size:
    return QUICK if plan.quick else FULL


def study_of(plan: Plan, simulator: Simulator) -> tuple[Path, str]:
    """The folder of the finished study, else that of the one of record, and in words which."""
    if is_done(plan, simulator):
        return folder_of(simulator.out), "beside this page"
    return RECORD / "laboratories", "of record"


def run(plan: Plan, simulator: Simulator, out: Path) -> None:
    begun, folder = time.monotonic(), folder_of(out)
    study = Study(plan, simulator, folder, size_of(plan))
    tables, summary, scenario = tables_of(study, study.run())
    (folder / FINGERPRINT).unlink(missing_ok=True)
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, float_format="%.5g" if name != "laboratories" else NUMBERS)
    (folder / "laboratory.yaml").write_text(scenario)
    (folder / "summary.json").write_text(json.dumps(summary, indent=2) + "\n")
    (folder / FINGERPRINT).write_text(study.fingerprint)
    shown = tables["claims"][["claim", "paper", "remains_alone", "held_out_p5", "held_out_median", "held_out_p95",
                              "paper_is", "registered", "most_plausible"]]  # fmt: skip
    print(shown.to_string(index=False, float_format=lambda v: f"{v:.4g}"))
    print(json.dumps(summary, indent=2))
    print(f"{time.monotonic() - begun:.0f} s in this call")
