"""scripts/reproduce.sh --laboratories: the study from its waves to its tables, in the folder laboratories/."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pandas as pd

from autoscale_report import NUMBERS
from autoscale_report.laboratories import RECORD, outcome
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

SHOWN = 150  # of the laboratories that remain, in remaining.csv


def folder_of(out: Path) -> Path:
    return out / "laboratories"


def cloud(study: Study, design: Design, expected: np.ndarray, variances: np.ndarray) -> Cloud:
    """Of laboratories whose responses [laboratories, responses] are known but for variances, each its own or one
    by response."""
    columns = [list(r.columns) for r in study.readings]
    variances = np.broadcast_to(variances, expected.shape)
    return Cloud(
        study.space, design, study.targets, study.readings,
        np.nan_to_num(implausibility(study.targets, study.readings, expected, variances), nan=np.inf),
        np.stack([expected[:, c] for c in columns]),
        np.stack([np.sqrt(variances[:, c]) for c in columns]), study.space.study["study"]["cutoff"],
    )  # fmt: skip


def emulators_table(study: Study, emulators: list[Emulator], noise: np.ndarray) -> pd.DataFrame:
    """A row per response: how well it is emulated, beside what one simulation leaves open."""
    rows = []
    for response, e, variance in zip(study.responses, emulators, noise):
        near = np.abs(e.left) <= 1.96 * np.sqrt(e.variance(e.seen))
        rows.append((response.claim["id"], response.reading, len(e.left), e.error, np.sqrt(variance), near.mean()))
    return pd.DataFrame(rows, columns=["claim", "reading", "laboratories", "error", "simulation_sd", "within_1.96"])


def remaining_table(study: Study, possible: Cloud, conditioned: list[int]) -> pd.DataFrame:
    """Some of the laboratories that remain: their reading, options and shares of ranges."""
    readings, rows = np.nonzero(possible.remaining(conditioned))
    weights = np.array([r.prior for r in possible.readings])[readings]
    chosen = np.array([], int)
    if len(rows):
        draw = np.random.default_rng(SEED)
        chosen = draw.choice(len(rows), min(SHOWN, len(rows)), replace=False, p=weights / weights.sum())
    picked = possible.design.take(rows[chosen])
    frame = pd.DataFrame([possible.readings[r].options for r in readings[chosen]],
                         columns=[c.id for c in study.space.judged])  # fmt: skip
    for place, choice in enumerate(study.space.choices):
        frame[choice.id] = [choice.options[o].id for o in picked.options[:, place]]
    return pd.concat([frame, pd.DataFrame(picked.shares, columns=[p.id for p in study.space.parameters])], axis=1)


def tables_of(study: Study, waves: list[Wave]) -> tuple[dict[str, pd.DataFrame], dict, str]:
    """All tables, what the study comes to in numbers, and the scenario of the most plausible laboratory."""
    noise = study.noise(waves[0].design)
    emulators = study.emulators(waves)
    prior = from_prior(study.space, study.size.final, SEED)
    expected, variances = study.predicted(emulators, prior)
    possible = cloud(study, prior, expected, variances)
    values = np.vstack([study.table(str(w.number), len(w.design)) for w in waves])
    simulated = cloud(study, joined([w.design for w in waves]), values, noise)
    everything = list(range(len(study.targets)))
    together = consistent(possible, everything)

    known, some = slice(study.size.aside), slice(study.size.candidates)
    recovered = recovery_table(
        study.targets, study.readings, values[known], study.predicted(emulators, waves[0].design.take(known)),
        (expected[some], variances[some]), possible.cutoff,
    )  # fmt: skip
    best = most_plausible(simulated, together)
    laboratory = simulated.design.laboratory(study.space, best.row)
    claims = outcome.claims_table(possible, simulated)
    claims["registered"] = registered_values(study)
    claims["most_plausible"] = values_of(study, values[best.row], best.reading.columns)
    claims["most_plausible_implausibility"] = best.distances
    tables = {
        "laboratories": study.record(waves), "claims": claims,
        "choices": outcome.options_table(possible, simulated, together),
        "parameters": outcome.parameters_table(possible, together),
        "remaining": remaining_table(study, possible, together),
        "emulators": emulators_table(study, emulators, noise), "recovery": recovered,
    }  # fmt: skip
    summary = {
        "laboratories": len(values), "refused": int(np.isnan(values).all(axis=1).sum()),
        "candidates": len(prior), "cutoff": possible.cutoff,
        "remains_by_all_claims": possible.share(possible.remaining(everything)),
        "simulated_that_fit_all": int(simulated.remaining(everything).any(axis=0).sum()),
        "held_together": [study.targets[k].claim for k in together],
        "given_up": [t.claim for k, t in enumerate(study.targets) if k not in together],
        "remains_by_these": possible.share(possible.remaining(together)),
        "simulated_that_fit_these": int(simulated.remaining(together).any(axis=0).sum()),
        "reading": list(best.reading.options), "wave_and_row": place_of(waves, best.row),
        "recovered": int(recovered["remains"].sum()), "known": len(recovered),
        "ruled_out_median": float(recovered["ruled_out"].median()),
    }  # fmt: skip
    return tables, summary, scenario_text(study.space, laboratory, best.reading, len(values))


def place_of(waves: list[Wave], row: int) -> list[int]:
    """Wave and number there of a laboratory among all."""
    for wave in waves:
        if row < len(wave.design):
            return [wave.number, row]
        row -= len(wave.design)
    raise IndexError(row)


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
    if not made.is_file():
        return False
    return made.read_text() == fingerprint(space_of(plan.root, plan.claims), plan, simulator, size_of(plan))


def size_of(plan: Plan) -> Size:
    return QUICK if plan.quick else FULL


def study_of(plan: Plan, simulator: Simulator) -> tuple[Path, str]:
    """The folder of the finished study, else that of the one of record, and in words which."""
    if is_done(plan, simulator):
        return folder_of(simulator.out), "beside this page"
    return RECORD, "of record"


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
