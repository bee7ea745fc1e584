"""The subcommand `autoscale calibrate`: arguments, what is printed, what is written."""

from __future__ import annotations

import argparse
import fnmatch
import math
from collections.abc import Sequence
from typing import Any

from . import calibrate, design, profile
from .calibrate import Calibration, Request
from .command import text_table
from .parameters import Parameter, parameters_of, variant
from .simulator import Simulator
from .text import InputError, named_with_date
from .writing import comment, dump, rounded, write_whole

COLUMNS = ", ".join(calibrate.REQUEST_COLUMNS)


def add_parser(kinds: Any) -> None:
    """Adds the subcommand."""
    sub = kinds.add_parser("calibrate", help="fit a profile's free parameters to requests that were measured",
                           description="Fits the free parameters of a profile to requests that were measured, with "
                                       "intervals, and says what to measure next.",
                           epilog="Example: autoscale calibrate requests.csv --base mi8pro --into my_phone.yaml")
    sub.add_argument("file", metavar="REQUESTS", help=f"table of requests: {COLUMNS}; all but dnn, site, processor, "
                                                      "precision and one figure may be missing")
    sub.add_argument("--into", metavar="PROFILE", required=True, help="profile to write or bring up to date")
    sub.add_argument("--base", metavar="NAME", default="", help="a new profile begins with this one: a name or a file")
    sub.add_argument("--name", default="", help="marketing name of a new profile")
    sub.add_argument("--data", metavar="DIR", action="append", default=[], help="folder of your own with data")
    sub.add_argument("--fit", metavar="PATTERN", action="append", default=[],
                     help="parameters that are free, such as 'cpu.*' (repeatable); default: all that requests can see")
    sub.add_argument("--hold", metavar="PATTERN", action="append", default=[], help="parameters that stay (repeatable)")
    sub.add_argument("--robust", action="store_true", help="weaken outliers: soft_l1 instead of squares")
    sub.add_argument("--cloud-link", default="wifi", metavar="LINK", help="link to the cloud; wifi")
    sub.add_argument("--tablet-link", default="wifi_direct", metavar="LINK", help="link to the tablet; wifi_direct")
    sub.add_argument("--accounting", default="whole_phone", choices=("whole_phone", "marginal", "paper_equations"),
                     help="what energy_mj contains of the baseline power; whole_phone")
    sub.add_argument("--residuals", metavar="CSV", help="write measured, fitted and what the base said of every figure")
    sub.add_argument("--dry-run", action="store_true", help="print, and write no profile")
    sub.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    requests = calibrate.read_requests(options.file)
    target = profile.open_profile(options.into, options.base, options.name, options.data)
    sites = {request.site for request in requests}
    links = {site: link for site, link in (("cloud", options.cloud_link), ("tablet", options.tablet_link))
             if site in sites}
    processors = list(dict.fromkeys(r.processor for r in requests if r.site == "phone"))
    parameters = chosen(parameters_of(target, processors, links, options.data), options.fit, options.hold)
    simulator = Simulator(target, options.cloud_link, options.tablet_link,
                          ["--accounting", options.accounting], options.data)
    found = calibrate.calibrate(simulator, requests, parameters, options.robust)
    print(report(found, design.suggestions(simulator, requests, parameters, found)))
    if options.residuals:
        write_whole(options.residuals, residual_table(found))
    if not options.dry_run:
        write(target, found, options.file)


def chosen(parameters: Sequence[Parameter], fit: Sequence[str], hold: Sequence[str]) -> list[Parameter]:
    """Those that `fit` names (none: all) and `hold` does not. Raises InputError for a pattern that fits nothing."""
    names = [p.name for p in parameters]
    for pattern in (*fit, *hold):
        if not fnmatch.filter(names, pattern):
            raise InputError("--fit or --hold", 0, f"'{pattern}' is no parameter here; there are {', '.join(names)}")

    def among(name: str, patterns: Sequence[str]) -> bool:
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)

    kept = [p for p in parameters if (not fit or among(p.name, fit)) and not among(p.name, hold)]
    if not kept:
        raise InputError("--fit or --hold", 0, "leave no parameter free")
    return kept


def write(target: profile.Profile, found: Calibration, file: str) -> None:
    """The profile with what was fitted, and a file beside it for each link that was."""
    how = [f"autoscale calibrate, {len({id(r.request) for r in found.residuals})} requests of {named_with_date(file)}: "
           f"{e.parameter.name} {number(e.value)}, 95 % {number(e.low)} to {number(e.high)}; was "
           f"{number(e.parameter.base)}" for e in found.estimates]
    values = [rounded(e.value, 5) for e in found.estimates]
    changes = variant([e.parameter for e in found.estimates], values, how)
    profile.save(profile.with_changes(target, changes.profile))
    print(f"{target.file}: {', '.join(e.parameter.name for e in found.estimates)}")
    for name, change in changes.links.items():
        link = target.file.parent / "links" / f"{target.file.stem}_{name}.yaml"
        write_whole(link, comment(f"The link {name} as it was measured with {target.file.stem}.") + dump(change))
        print(f"{link}: the link as measured, for links.cloud.technology or links.tablet.technology of a scenario")


def number(value: float) -> str:
    return f"{rounded(value, 4):g}"


def report(found: Calibration, suggestions: Sequence[design.Suggestion]) -> str:
    """What was found, in words and tables."""
    rows = [["parameter", "base", "fitted", "95 % from", "to", "unit", ""]]
    for e in found.estimates:
        rows.append([e.parameter.name, number(e.parameter.base), number(e.value), number(e.low), number(e.high),
                     e.parameter.unit or "-", "at its bound" if e.at_bound else ""])
    parts = [text_table(rows)]
    if found.held:
        parts.append("Kept as in the base:\n" + "\n".join(f"  {h.parameter.name}: {h.why}" for h in found.held))
    parts.append(text_table([["residuals", "noise %", "base off by %"]] + [
        [group, f"{100 * noise:.2f}", f"{100 * before:.1f}"] for group, noise, before in residual_rows(found)]))
    hard = [f"  {a} and {b}: correlation {c:.2f}" for a, b, c in found.alike]
    if hard:
        parts.append("Hard to tell apart:\n" + "\n".join(hard))
    weak = sorted(found.weakest.items(), key=lambda item: -abs(item[1]))
    worst = ", ".join(f"{w:+.2f} {name}" for name, w in weak[:3] if abs(w) > 0.2)
    parts.append(f"Least known combination (condition number {found.condition:.3g}): {worst}")
    if suggestions:
        first = suggestions[0].parameter.name
        parts.append(f"Measure next, for {first}:\n" + "\n".join(
            f"  {words(s.request)}: its interval keeps {100 * s.keeps:.0f} % of its width; gain {s.gain:.2f}"
            for s in suggestions))
    return "\n\n".join(parts)


def residual_rows(found: Calibration) -> list[tuple[str, float, float]]:
    """Group, its noise, and the root mean square of the base's log errors before the fit."""
    rows = []
    for group, noise in found.noise.items():
        errors = [math.log(r.measured / r.before) for r in found.residuals if group == group_of(r)]
        rows.append((group, noise, math.sqrt(sum(e * e for e in errors) / len(errors))))
    return rows


def group_of(residual: calibrate.Residual) -> str:
    return f"{'phone' if residual.request.site == 'phone' else 'remote'} {residual.figure}"


def words(request: Request) -> str:
    """A request that could be measured, in words."""
    c = request.conditions
    signal = c.cloud_dbm if c.cloud_dbm is not None else c.tablet_dbm
    where = [f"co_cpu {c.co_cpu:g}"] * bool(c.co_cpu) + [f"co_mem {c.co_mem:g}"] * bool(c.co_mem)
    where += [f"{signal:g} dBm"] if signal is not None else []
    return f"{c.dnn} on {request.target} at {request.mhz:g} MHz" + (f", {', '.join(where)}" if where else "")


def residual_table(found: Calibration) -> str:
    """A row per figure: line of the request, measured, fitted, the base before the fit."""
    lines = ["line,figure,measured,fitted,base,log_error"]
    for r in found.residuals:
        line = r.request.row.line if r.request.row else 0
        lines.append(f"{line},{r.figure},{r.measured:.9g},{r.fitted:.9g},{r.before:.9g},"
                     f"{math.log(r.measured / r.fitted):.6g}")
    return "\n".join(lines) + "\n"
