#!/usr/bin/env python3
"""Compares simulated requests with the reference model.

Usage: compare_requests.py PROGRAM SOURCE_TREE

Runs scenarios without noise through `autoscale run --requests` and recomputes every request:
each stage to within the nanosecond to which times are rounded up; energies by cause to 1e-9 relative
from the stages as simulated, and to what that rounding explains from the reference's own times (the
total to 1e-6). Radio promotion and tail
follow from the completion times in the file. Exit code 1 and one line per difference. Needs PyYAML.
"""

import copy
import csv
import json
import math
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from reference_model import (CAUSES, PHONES, STAGES, Data, Setting, all_actions, busy_power, charge_local,
                             charge_remote, promotion_after, si, tail_states, value)

FROM_STAGES = 1e-9
FROM_MODEL = 1e-6
NANOSECOND = 1.01e-9  # the times in the file are rounded doubles
ROUNDING_J = 5e-8  # five stages rounded up by a nanosecond, at 10 W at most
DECISION_S = 7.3e-6  # of a policy that deliberates: the scenario's default

BASE = """
name: independent
devices: [{profile: mi8pro}, {profile: galaxy_s10e}, {profile: moto_x_force}]
noise: false
servers: {cloud: {profile: cloud_server, workers: {cpu: 3, gpu: 3}}}
arrivals: {renewal: {interval: {exponential: {mean: 5 s}}}}
policies: [edge_cpu_fp32, edge_best, cloud, connected_edge, opt, random, autoscale]
"""
PHASES = "phases: [{name: test, inferences: 40, learn: true, explore: true}]\n"


@dataclass(frozen=True)
class Case:
    """A scenario's text beyond the base, and the setting its requests meet."""

    text: str
    setting: Setting
    tails: bool = False


CASES = {
    "S1": Case("environment: S1", Setting()),
    "S2 measured power": Case(
        "environment: S2\npower_level: measured", Setting(co_cpu=0.9, co_memory=0.1, power_level="measured")),
    "S3 marginal": Case(
        "environment: S3\naccounting: marginal", Setting(co_cpu=0.15, co_memory=0.9, accounting="marginal")),
    "fp32 tensors, all anchors": Case(
        "upload: tensor_fp32\ndetections: anchors", Setting(upload="tensor_fp32", detections="anchors")),
    "S4 JPEG": Case("environment: S4\nupload: jpeg", Setting(signal={"wifi": -85.0}, upload="jpeg")),
    "S5 paper equations": Case(
        "environment: S5\naccounting: paper_equations",
        Setting(signal={"wifi_direct": -85.0}, accounting="paper_equations")),
    "tails": Case(
        "links: {cloud: {technology: lte}, tablet: {technology: bluetooth_le}}\ntails: true\n"
        "cloud_signal: {constant: {level: -91.4 dBm}}\ntablet_signal: weak",
        Setting(cloud_link="lte", tablet_link="bluetooth_le",
                signal={"lte": -91.4, "bluetooth_le": -90.0}), tails=True),
    "translation with tails": Case(
        "use_case: translation\ntails: true\nconstraints: {accuracy_set: quantisation_aware}",
        Setting(accuracy_set="quantisation_aware"), tails=True),
    "5G standalone on an LTE radio": Case(
        "links: {cloud: {technology: nr_low}}\ntails: true\ncloud_signal: {constant: {level: -71.3 dBm}}\n"
        "overrides: {device_profiles/links/nr_low: {name: lte}}",
        Setting(cloud_link="nr_low", signal={"nr_low": -71.3}), tails=True),
    "5G non-standalone on an LTE radio": Case(
        "links: {cloud: {technology: nr_mmwave}}\ntails: true\ncloud_signal: weak\n"
        "overrides: {device_profiles/links/nr_mmwave: {name: lte}}",
        Setting(cloud_link="nr_mmwave", signal={"nr_mmwave": -110.0}), tails=True),
    "camera": Case("use_case: streaming\narrivals: {periodic: {period: 33.333333 ms}}", Setting()),
    "hot": Case("arrivals: {closed_loop: {think: {constant: {value: 0 s}}}}\n"
                "phases: [{name: test, inferences: 300, learn: true, explore: true}]", Setting()),
}


def overridden(data, text):
    """The data with the link files that a scenario changes."""
    changed = copy.copy(data)
    overrides = yaml.safe_load(text).get("overrides", {})
    changed.links = {name: link | overrides.get(f"device_profiles/links/{name}", {})
                     for name, link in data.links.items()}
    return changed


def simulate(program, text, folder):
    """The rows of requests.csv of a scenario."""
    scenario = Path(folder) / "scenario.yaml"
    merged = yaml.safe_load(BASE + PHASES) | yaml.safe_load(text)
    scenario.write_text(json.dumps(merged), encoding="utf-8")  # JSON is YAML
    out = Path(folder) / "out"
    subprocess.run([program, "run", str(scenario), "--requests", "--out", str(out), "--jobs", "2"],
                   check=True, stdout=subprocess.DEVNULL)
    with open(out / "requests.csv", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


class Radio:
    """When each link of each phone was used last; gives promotion and tail of the next use."""

    def __init__(self, data):
        self.data = data
        self.last_s = {}

    def charge(self, key, link, decided_s):
        """(promotion, its power, tail) of a request that decides at `decided_s`."""
        states = self.data.links[link]
        tail = math.fsum(value(state["time"]) for state in tail_states(states))
        idle = decided_s - self.last_s.get(key, -math.inf)
        return *promotion_after(states, idle), max(0.0, min(idle, tail))

    def cold(self, key, link, begins_s):
        """Whether a transfer that begins at `begins_s` starts slowly."""
        return self.data.cold_after(link, begins_s - self.last_s.get(key, -math.inf))


def recharged(data, device, action, seconds, setting, link):
    """The action with other seconds by stage, and the joules that follow from them."""
    # The pauses of slow start are rounded up apart from the transfer.
    pauses = {stage: math.ceil(s * 1e9) / 1e9 for stage, s in action.pause_s.items()}
    again = replace(action, seconds=seconds, pause_s=pauses)
    if link:
        charge_remote(again, data, device, link, setting)
        return again
    target, point = action.name.split("@")
    _, kind, precision = target.split("_")
    processor = next(p for p in data.devices[device]["processors"] if p["name"] == kind)
    power = busy_power(data.devices[device], processor, int(point), precision, setting.power_level)
    charge_local(again, data, device, power, kind, setting)
    return again


def close(a, b, tolerance):
    return abs(a - b) <= tolerance * max(abs(a), abs(b))


class Comparison:
    """One scenario's requests against the reference."""

    def __init__(self, data, name, case, qos_s):
        self.data, self.name, self.case, self.qos_s = data, name, case, qos_s
        self.radio = Radio(data)
        self.free_s = {}  # when each phone finished its request before
        self.tables = {}
        self.wrong = []

    def action(self, row, setting):
        """The executed action under a request's setting, without waiting, decision and radio states."""
        key = (row["device_type"], row["dnn"], *(link for link, cold in setting.cold.items() if cold))
        if key not in self.tables:
            of_case = replace(self.case.setting, cold=setting.cold)
            self.tables[key] = {a.name: a for a in all_actions(self.data, *key[:2], of_case)}
        return self.tables[key][row["executed"]]

    def check(self, row):
        phone = (row["run_id"], row["device"])
        where = f"{self.name}: {row['run_id']} phone {row['device']} request {row['request']}"
        arrival, wait = float(row["arrival_s"]), float(row["wait_ms"]) / 1e3
        expected_wait = max(0.0, self.free_s.get(phone, 0.0) - arrival)
        self.expect(abs(wait - expected_wait) < 1e-8, where, "wait", wait, expected_wait)
        end = self.free_s[phone] = arrival + float(row["latency_ms"]) / 1e3
        setting, link = self.setting_of(row, arrival + wait)
        if link:
            self.radio.last_s[(*phone, link)] = end
        seconds = self.action(row, setting).seconds | {
            "wait": wait, "decision": float(row["decision_ms"]) / 1e3,
            "promotion": setting.promotion_s.get(link, 0.0)}
        self.check_stages(row, seconds, where)
        self.check_energy(row, seconds, setting, link, where)

    def setting_of(self, row, decided_s):
        """The conditions of a request, and the link it used or None."""
        setting, site = self.case.setting, row["executed"].split("_")[0]
        if site == "phone":
            return setting, None
        link = setting.cloud_link if site == "cloud" else setting.tablet_link
        if self.case.tails:
            promotion, power, tail = self.radio.charge((row["run_id"], row["device"], link), link, decided_s)
            setting = replace(setting, promotion_s={link: promotion}, promotion_w={link: power},
                              tail_s={link: tail})
        begins_s = decided_s + float(row["decision_ms"]) / 1e3 + setting.promotion_s.get(link, 0.0)
        cold = self.radio.cold((row["run_id"], row["device"], link), link, begins_s)
        return replace(setting, cold={link: cold}), link

    def check_stages(self, row, seconds, where):
        for stage in STAGES:
            found = float(row[f"{stage}_ms"]) / 1e3
            # Two halves of a round trip, pauses and transfer: each is rounded up.
            slack = (2 if stage in ("network", "upload", "download") else 1) * NANOSECOND
            self.expect(abs(found - seconds[stage]) <= slack, where, stage, found, seconds[stage])
        decision = DECISION_S if row["policy"] == "autoscale" else 0.0
        self.expect(close(seconds["decision"], decision, FROM_STAGES), where, "decision",
                    seconds["decision"], decision)
        latency = float(row["latency_ms"]) / 1e3
        total = math.fsum(float(row[f"{s}_ms"]) / 1e3 for s in STAGES)
        self.expect(close(latency, total, FROM_STAGES), where, "latency", latency, total)
        self.expect(row["qos_met"] == str(int(latency <= self.qos_s)), where, "qos_met", row["qos_met"],
                    latency)

    def check_energy(self, row, seconds, setting, link, where):
        device, action = row["device_type"], self.action(row, setting)
        simulated = {s: float(row[f"{s}_ms"]) / 1e3 for s in STAGES}
        exact = recharged(self.data, device, action, simulated, setting, link)
        model = recharged(self.data, device, action, seconds, setting, link)
        for cause in CAUSES:
            found, expected = float(row[f"{cause}_mj"]) / 1e3, exact.joules[cause]
            # The tail's time is a difference of two large times of the file.
            least = ROUNDING_J if cause == "radio_tail" else 0.0
            self.expect(close(found, expected, FROM_STAGES) or abs(found - expected) < least,
                        where, cause, found, expected)
            self.expect(abs(found - model.joules[cause]) < ROUNDING_J, where, f"{cause} unrounded", found,
                        model.joules[cause])
        total = float(row["energy_mj"]) / 1e3
        parts = math.fsum(float(row[f"{c}_mj"]) / 1e3 for c in CAUSES)
        self.expect(close(total, parts, FROM_STAGES), where, "energy", total, parts)
        self.expect(close(total, model.energy_j, FROM_MODEL), where, "energy unrounded", total,
                    model.energy_j)
        server = float(row["server_energy_mj"]) / 1e3
        self.expect(close(server, action.server_j, FROM_MODEL), where, "server energy", server,
                    action.server_j)
        accurate = action.accuracy >= setting.accuracy_target
        self.expect(row["accuracy_met"] == str(int(accurate)), where, "accuracy_met",
                    row["accuracy_met"], accurate)

    def expect(self, holds, where, what, found, expected):
        if not holds:
            self.wrong.append(f"{where}: {what}: {found} != {expected}")


def main(program, root):
    os.environ.setdefault("AUTOSCALE_DATA", root)
    data = Data(root)
    wrong, total, executed = [], 0, set()
    for name, case in CASES.items():
        use_case = data.use_cases[yaml.safe_load(case.text).get("use_case", "non_streaming")]
        with tempfile.TemporaryDirectory() as folder:
            found = simulate(program, case.text, folder)
        comparison = Comparison(overridden(data, case.text), name, case, si(use_case["qos"]["value"]))
        for row in found:
            comparison.check(row)
        wrong += comparison.wrong
        total += len(found)
        executed |= {(row["device_type"], row["executed"]) for row in found}
        if not found:
            wrong.append(f"{name}: no requests")
    actions = sum(len(all_actions(data, p, "mobilenet_v1", Setting())) for p in PHONES)
    print("\n".join(wrong[:50]))
    print(f"{total} requests on {len(executed)} of {actions} actions compared, {len(wrong)} differences")
    return 1 if wrong or len(executed) != actions else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
