#!/usr/bin/env python3
"""Compares `autoscale explain --csv` with the reference model.

Usage: compare_explain.py PROGRAM SOURCE_TREE

All phones x all DNNs x all actions, under settings that touch every term of the model: latency,
energy, every stage and cause, accuracy, legality, verdict and Opt's choice. Exit code 1 and one line
per difference above 1e-9 relative. Needs PyYAML.
"""

import csv
import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from reference_model import CAUSES, PHONES, STAGES, Data, Setting, all_actions, opt, si

TOLERANCE = 1e-9

SETTINGS = {
    "calm": Setting(),
    "CPU co-runner": Setting(co_cpu=0.9, co_memory=0.1),
    "memory co-runner": Setting(co_cpu=0.15, co_memory=0.9),
    "full load": Setting(co_cpu=1.0, co_memory=1.0),
    "weak cloud": Setting(signal={"wifi": -85.0}),
    "weak tablet": Setting(signal={"wifi_direct": -85.0}),
    "both weak": Setting(signal={"wifi": -85.0, "wifi_direct": -85.0}),
    "between table points": Setting(signal={"wifi": -72.3, "wifi_direct": -72.3}),
    "outside the tables": Setting(signal={"wifi": -101.0, "wifi_direct": -20.0}),
    "marginal": Setting(accounting="marginal"),
    "paper equations": Setting(accounting="paper_equations"),
    "measured power": Setting(power_level="measured"),
    "paper power": Setting(power_level="paper"),
    "quantisation-aware, target 65": Setting(accuracy_set="quantisation_aware", accuracy_target=65.0),
    "post-training, target 65": Setting(accuracy_target=65.0),
    "unattainable accuracy": Setting(accuracy_target=100.0),
    "warm": Setting(),
    "JPEG": Setting(upload="jpeg"),
    "wide Wi-Fi": Setting(cloud_link="wifi_80mhz"),
    "LTE": Setting(cloud_link="lte"),
    "weak LTE": Setting(cloud_link="lte", signal={"lte": -105.0}),
    "BLE": Setting(tablet_link="bluetooth_le"),
    "weak BLE": Setting(tablet_link="bluetooth_le", signal={"bluetooth_le": -87.7}),
    "everything at once": Setting(
        co_cpu=0.37, co_memory=0.61, cloud_link="lte", tablet_link="bluetooth_le",
        signal={"lte": -98.6, "bluetooth_le": -85.1}, accounting="paper_equations",
        power_level="measured", accuracy_set="quantisation_aware", upload="jpeg"),
}


def arguments(device, dnn, setting):
    """The command line that asks the program for the same."""
    words = ["--device", device, "--dnn", dnn, "--csv", "--accounting", setting.accounting,
             "--co-cpu", str(setting.co_cpu), "--co-mem", str(setting.co_memory),
             "--cloud-link", setting.cloud_link, "--tablet-link", setting.tablet_link,
             "--accuracy", str(setting.accuracy_target), "--accuracy-set", setting.accuracy_set,
             "--upload", setting.upload]
    if setting.power_level:
        words += ["--power-level", setting.power_level]
    if not any(setting.cold.values()):
        words.append("--warm")
    for link, dbm in setting.signal.items():
        words += ["--link", f"{link}={dbm}dBm"]
    return words


def close(a, b):
    return abs(a - b) <= TOLERANCE * max(abs(a), abs(b))


def compare_action(row, expected, setting):
    """Names of what differs between a row of the program and the reference."""
    numbers = {"frequency_mhz": expected.frequency_hz / 1e6, "accuracy_percent": expected.accuracy}
    if expected.legal:
        numbers |= {"latency_ms": expected.latency_s * 1e3, "energy_mj": expected.energy_j * 1e3,
                    "server_energy_mj": expected.server_j * 1e3}
        numbers |= {f"{s}_ms": expected.seconds[s] * 1e3 for s in STAGES}
        numbers |= {f"{c}_mj": expected.joules[c] * 1e3 for c in CAUSES}
    allowed = (expected.legal and expected.accuracy >= setting.accuracy_target
               and expected.latency_s <= setting.qos_s)
    texts = {"name": expected.name, "legal": str(int(expected.legal)), "allowed": str(int(allowed))}
    wrong = [f"{k}: {row[k]} != {v}" for k, v in texts.items() if row[k] != v]
    return wrong + [f"{k}: {row[k]} != {v!r}" for k, v in numbers.items() if not close(float(row[k]), v)]


def compare(program, data, name, device, dnn):
    """(differences, actions compared) of one setting, phone and DNN."""
    use_case = data.default_use_case(dnn)
    setting = replace(SETTINGS[name], qos_s=si(data.use_cases[use_case]["qos"]["value"]),
                      cold={} if name.startswith("warm") else data.idle_links(use_case))
    process = subprocess.run([program, "explain", *arguments(device, dnn, setting)],
                             capture_output=True, text=True, check=False)
    where = f"{name}: {dnn} on {device}"
    if process.returncode != 0:
        return [f"{where}: {process.stderr.strip()}"], 0
    found = list(csv.DictReader(io.StringIO(process.stdout)))
    expected = all_actions(data, device, dnn, setting)
    if len(found) != len(expected):
        return [f"{where}: {len(found)} actions, expected {len(expected)}"], 0
    wrong = []
    for row, action in zip(found, expected):
        wrong += [f"{where}: {action.name}: {text}" for text in compare_action(row, action, setting)]
    chosen = [i for i, row in enumerate(found) if row["opt"] == "1"]
    if chosen != [opt(expected, setting)]:
        wrong.append(f"{where}: Opt takes {chosen}, expected {opt(expected, setting)}")
    return wrong, len(found)


def main(program, root):
    os.environ.setdefault("AUTOSCALE_DATA", root)
    data = Data(root)
    cases = [(s, p, d) for s in SETTINGS for p in PHONES for d in sorted(data.dnns)]
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(lambda case: compare(program, data, *case), cases))
    wrong = [text for texts, _ in results for text in texts]
    print("\n".join(wrong[:50]))
    print(f"{sum(n for _, n in results)} actions in {len(cases)} cases compared, {len(wrong)} differences")
    return 1 if wrong or not cases else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
