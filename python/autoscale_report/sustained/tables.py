"""The tables of record: laws, whole runs predicted from their first minute, and runs of which no more was given."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from autoscale_report.sustained import predict
from autoscale_report.sustained.predict import Calibration
from autoscale_report.sustained.runs import Run

PACK_J = 16.5 * 3600  # the phone's battery
TOGETHER = "together"

Row = dict[str, str]


def number(value: float | None, form: str = ".1f") -> str:
    return "" if value is None else format(value, form)


def percent(log_error: float) -> str:
    return format(100 * math.expm1(log_error), "+.0f")


def groups(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """All runs, and those of one processor."""
    found = {TOGETHER: list(runs)}
    for run in runs:
        found.setdefault(run.processor, []).append(run)
    return found


def laws(runs: Sequence[Run], calibrations: dict[str, Calibration]) -> list[Row]:
    rows = []
    for name, given in groups(runs).items():
        law = calibrations[name].law
        near = predict.near_laws(given, law)
        row = {"runs": name, "given": str(len(given)), "whole": str(sum(run.whole for run in given))}
        for key in ("time_constant", "period", "exponent"):
            values = [getattr(other, key) for other in near]
            row |= {key: number(getattr(law, key), "g"), f"{key}_low": number(min(values), "g"),
                    f"{key}_high": number(max(values), "g")}  # fmt: skip
        rows.append(row)
    return rows


def whole(runs: Sequence[Run], calibrations: dict[str, Calibration]) -> list[Row]:
    """What is recorded of whole runs, and the errors of laws of halves that they are not in."""
    rows = []
    for run in runs:
        if not run.whole:
            continue
        power_w = run.published.power_w
        row = {"run": run.name, "power_w": number(power_w, ".2f"),
               "battery_percent": number(power_w and 100 * power_w * run.end_s / PACK_J, ".2f"),
               "first": number(run.series[0][1]), "at_60_s": number(run.first_minute[-1][1]),
               "published": number(run.published.rate), "last_minute": number(run.last_minute)}  # fmt: skip
        for key, name in (("together", TOGETHER), ("processor", run.processor)):
            errors = calibrations[name].errors[run.name]
            row |= {f"{key}_error": percent(median(errors)), f"{key}_least": percent(min(errors)),
                    f"{key}_most": percent(max(errors))}  # fmt: skip
        rows.append(row | {"stays_error": percent(predict.log_error(run.first_minute[-1][1], run.last_minute))})
    return rows


def given(runs: Sequence[Run], calibrations: dict[str, Calibration]) -> list[Row]:
    """Predictions of the runs of which only the first minute was given, beside what is published of them."""
    rows = []
    for run in runs:
        if run.whole:
            continue
        truth = run.published.rate
        row = {"run": run.name, "power_w": number(run.published.power_w, ".2f"), "first": number(run.series[0][1]),
               "at_60_s": number(run.first_minute[-1][1]), "published": number(truth)}  # fmt: skip
        for key, name in (("together", TOGETHER), ("processor", run.processor)):
            value = predict.predicted(run, calibrations[name].law)
            low, high = calibrations[name].interval(value)
            row |= {key: number(value), f"{key}_low": number(low), f"{key}_high": number(high),
                    f"{key}_error": percent(predict.log_error(value, truth)) if truth else ""}  # fmt: skip
        for key, value in (("stays", run.first_minute[-1][1]), ("first", run.series[0][1])):
            row[f"{key}_error"] = percent(predict.log_error(value, truth)) if truth else ""
        rows.append(row)
    return rows


def tables(runs: Sequence[Run]) -> dict[str, list[Row]]:
    calibrations = {name: Calibration.of(of_group) for name, of_group in groups(runs).items()}
    return {of.__name__: of(runs, calibrations) for of in (laws, whole, given)}
