"""The subcommands of `autoscale import` that read logs: arguments, what is printed, what is written."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import Any

from . import batterystats, frequencies, latency, power, power_logs, power_profile, profile
from .command import text_table
from .text import InputError
from .writing import dump, load_yaml, measured, rounded, write_whole


def add_parser(kinds: Any) -> None:
    """Adds all of them."""
    add_latency(kinds)
    add_power(kinds)
    add_power_profile(kinds)
    add_batterystats(kinds)
    add_frequencies(kinds)


def new(kinds: Any, name: str, what: str, example: str, run: Any, several: bool = False) -> argparse.ArgumentParser:
    sub = kinds.add_parser(name, help=what, description=what + ".", epilog=f"Example: autoscale import {example}")
    sub.add_argument("files" if several else "file", metavar="FILE", nargs="+" if several else None)
    sub.set_defaults(run=run)
    return sub


def number_from(low: float, above: bool = False) -> Any:
    """What argparse reads as a finite number of at least `low`, or above it."""
    def read(text: str) -> float:
        value = float(text)
        if not math.isfinite(value) or value < low or (above and value == low):
            raise argparse.ArgumentTypeError(f"expected {'more than' if above else 'at least'} {low:g}, got '{text}'")
        return value

    read.__name__ = "number"
    return read


POSITIVE, AT_LEAST_0, ANY = number_from(0, above=True), number_from(0), number_from(-1e12)


def add_target(sub: argparse.ArgumentParser) -> None:
    """Where a profile's numbers go."""
    sub.add_argument("--into", metavar="PROFILE", help="profile to write or bring up to date; default: print it")
    sub.add_argument("--base", metavar="NAME", default="", help="a new profile begins with this one: a name or a file")
    sub.add_argument("--name", default="", help="marketing name of a new profile")
    sub.add_argument("--data", metavar="DIR", action="append", default=[], help="folder of your own with profiles")


def open_target(options: argparse.Namespace) -> profile.Profile | None:
    """The profile that the options name; None if none is."""
    if options.into:
        return profile.open_profile(options.into, options.base, options.name, options.data)
    if options.base:
        raise InputError("--base", 0, "goes with --into")
    return None


def finish(target: profile.Profile | None, changes: dict[str, Any]) -> None:
    """Writes the changes into the profile, or prints them as the pieces of one that they are."""
    if target is None:
        pieces = dict(changes)
        if "processors" in pieces:
            pieces["processors"] = [{"name": kind, **change} for kind, change in pieces["processors"].items()]
        print(dump(pieces), end="")
        return
    profile.save(profile.with_changes(target, changes))
    print(f"{target.file}: {', '.join(sorted(changes)) or 'latencies of its own'}")


# ---------------------------------------------------------------- latency

def add_latency(kinds: Any) -> None:
    sub = new(kinds, "latency", "Latencies of networks, from the logs of benchmarks",
              "latency logs/*.txt --device my_phone --out my_data/device_profiles/my_phone.latency.csv", run_latency,
              several=True)
    sub.add_argument("--device", required=True, metavar="NAME", help="stem of the profile that the rows are for")
    sub.add_argument("--out", metavar="CSV", help="default: print the table")
    sub.add_argument("--into", metavar="PROFILE", help="profile of these latencies: it no longer borrows others, and "
                                                       "takes over the noise of each processor (noise_cv)")
    sub.add_argument("--dnn", default="", help="network, where the files do not say it, or say another name")
    sub.add_argument("--processor", default="", choices=("", *latency.PROCESSORS))
    sub.add_argument("--precision", default="", choices=("", *latency.PRECISIONS))
    sub.add_argument("--data", metavar="DIR", action="append", default=[], help="folder of your own with networks")


def run_latency(options: argparse.Namespace) -> None:
    twice = next((f for i, f in enumerate(options.files) if f in options.files[:i]), None)
    if twice:
        raise InputError(twice, 0, "is given twice")
    runs = [run for file in options.files for run in latency.read(file)]
    named = latency.completed(runs, options.dnn, options.processor, options.precision, latency.known_dnns(options.data))
    latencies = latency.summed_up(named)
    table = latency.table(latencies, options.device)
    if not options.out:
        print(table, end="")
        return
    write_whole(options.out, table)
    print(text_table(latency.report(latencies)))
    taken = {f"{run.dnn} as {done.dnn}" for run, done in zip(runs, named) if run.dnn not in ("", done.dnn)}
    if taken:
        print(f"taken: {', '.join(sorted(taken))}")
    noise = latency.noise_by_processor(latencies)
    print(", ".join(f"noise_cv of {processor}: {rounded(cv, 2):g}" for processor, cv in noise.items()))
    if options.into:
        target = profile.with_own_latencies(profile.open_profile(options.into, data=options.data))
        finish(target, {"processors": {
            processor: {"noise_cv": measured(rounded(cv, 3), latency.how_noise(latencies, processor))}
            for processor, cv in noise.items()}} if noise else {})
        return
    beside = Path(options.out).with_name(f"{options.device}.yaml")
    if beside.is_file() and "latency_from" in load_yaml(beside):
        print(f"{beside}: warning: borrows its latencies and does not see this table; --into {beside} ends that",
              file=sys.stderr)


# ---------------------------------------------------------------- power

def add_power(kinds: Any) -> None:
    sub = new(kinds, "power", "Power of operating points, from a meter's log",
              "power monsoon.csv --activities activities.csv --into my_data/device_profiles/my_phone.yaml", run_power)
    sub.add_argument("--activities", required=True, metavar="CSV", help="start, end (s) and label: idle, cpu@MHz")
    sub.add_argument("--volts", type=POSITIVE, help="voltage of the supply, where the log has currents only")
    sub.add_argument("--rail", action="append", default=[], help="a power rail of Perfetto that counts (repeatable)")
    sub.add_argument("--settle", type=AT_LEAST_0, default=0.5, metavar="S", help="left out at both ends of each; 0.5")
    sub.add_argument("--offset", type=ANY, default=0.0, metavar="S", help="added to the times of activities")
    add_target(sub)


def run_power(options: argparse.Namespace) -> None:
    energy = power_logs.read(options.file, options.volts, options.rail)
    powers = power.measure(energy, power.read_activities(options.activities), options.settle, options.offset)
    print(text_table(power.report(powers)))
    changes, points = power.changes(powers, energy)
    target = open_target(options)
    if target is None:
        return
    changes["processors"] = {
        kind: profile.with_powers(target.processor(kind), {mhz: p.above_idle.value for mhz, p in found.items()},
                                  power.how_points(found, energy)) for kind, found in points.items()}
    finish(target, {key: value for key, value in changes.items() if value})


# ---------------------------------------------------------------- power_profile.xml

def add_power_profile(kinds: Any) -> None:
    sub = new(kinds, "power-profile", "Powers by the vendor, from Android's power_profile.xml",
              "power-profile power_profile.xml --into my_data/device_profiles/my_phone.yaml", run_power_profile)
    sub.add_argument("--volts", type=POSITIVE, default=3.85, help="nominal voltage of the battery; 3.85")
    sub.add_argument("--cluster", type=int, help="CPU cluster; default: that with the highest clock")
    sub.add_argument("--cores", type=int, help="cores of it that work; default: all")
    add_target(sub)


def run_power_profile(options: argparse.Namespace) -> None:
    read = power_profile.read(options.file)
    screen = power_profile.screen_w(read, options.volts)
    if screen is not None:
        print(f"# screen at its darkest: {screen:.3g} W, which a baseline_power with the screen on contains")
    finish(open_target(options), power_profile.changes(read, options.volts, options.cluster, options.cores))


# ---------------------------------------------------------------- batterystats

def add_batterystats(kinds: Any) -> None:
    sub = new(kinds, "batterystats", "The battery and the mean power of a session, from dumpsys batterystats",
              "batterystats batterystats.txt --volts 3.85", run_batterystats)
    sub.add_argument("--volts", type=POSITIVE, default=3.85, help="nominal voltage of the battery; 3.85")
    sub.add_argument("--baseline", action="store_true", help="the phone was awake and idle: its power is the baseline")
    add_target(sub)


def run_batterystats(options: argparse.Namespace) -> None:
    session = batterystats.read(options.file)
    rows = [["# charge", "mAh", "mean W"]]
    named = [("fuel gauge, at least", session.actual_mah[0]), ("fuel gauge, at most", session.actual_mah[1]),
             ("Android's tables", session.computed_mah), *session.components_mah.items()]
    rows += [[f"# {name}", f"{mah:g}", f"{session.watts(mah, options.volts):.3f}"] for name, mah in named]
    print(text_table(rows))
    finish(open_target(options), batterystats.changes(session, options.volts, options.baseline))


# ---------------------------------------------------------------- frequencies

def add_frequencies(kinds: Any) -> None:
    sub = new(kinds, "frequencies", "Operating points, from a dump of sysfs",
              "frequencies sysfs.txt --base mi8pro --into my_data/device_profiles/my_phone.yaml", run_frequencies)
    sub.add_argument("--policy", type=int, help="the CPU's cpufreq policy; default: that with the highest clock")
    add_target(sub)


def run_frequencies(options: argparse.Namespace) -> None:
    domains = frequencies.read(options.file)
    print(text_table([["# domain", "cores", "points", "MHz"]] + [
        [f"# {d.domain}", " ".join(map(str, d.cores)) or "-", str(len(d.mhz)), f"{d.mhz[0]:g} to {d.mhz[-1]:g}"]
        for d in domains]))
    cpu = frequencies.fastest_cpu(domains, options.policy)
    if options.policy is not None and cpu is None:
        raise InputError(options.file, 0, f"has no policy{options.policy}")
    found = {kind: d for kind, d in (("cpu", cpu), ("gpu", frequencies.gpu_of(domains))) if d}
    target = open_target(options)
    changes = {}
    for kind, clocks in found.items():
        how = frequencies.how(clocks, options.file)
        changes[kind] = {"model": frequencies.model(clocks)} | (
            profile.refitted(target.processor(kind), clocks.mhz, how) if target else
            {"frequency": profile.measured_list("MHz", clocks.mhz, how)})
    finish(target, {"processors": changes})
