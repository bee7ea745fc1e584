#!/usr/bin/env python3
"""The load from which a server's share of an answer is less than the phone's own, by hand: from the data files alone

    phone   (P decode_power + P_idle) t,  t from the published rates of the NPU, at its cheapest clock
    server  (P_idle + P_listen) t(b) + W(b) / b t(b),  t(b) = prompt / prefill rate + (m - 1) token_time(b)

against the study's record, which comes from sweeps; and how crossings are read from costs.
"""

import math
import sys
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "python"))

from autoscale_report.today import ANSWER, crossings, sites  # noqa: E402
from autoscale_report.today.markdown import rows_of  # noqa: E402
from autoscale_report.today.sites import FULL, HELPER, PHONE, SERVER, Joules  # noqa: E402

DNN = "llama_3_2_3b"
PROMPT, OUTPUT = ANSWER["prompt"], ANSWER["output"]


def data(path):
    return yaml.safe_load((ROOT / f"{path}.yaml").read_text())


def value(entry):
    """A number whose unit is the base unit, which all here are."""
    return float(str(entry["value"]).split()[0])


def npu_rates(phone):
    """Length of the prompt, prefill and decode rates."""
    for line in (ROOT / "workloads/generation.csv").read_text().splitlines():
        cells = line.split(",", 7)
        if cells[:4] == [phone, DNN, "dsp", "int4"]:
            return tuple(map(float, cells[4:7]))
    raise LookupError(phone)


def npu_seconds(phone, processor, frequency):
    """Time to read the prompt and time to write the answer at a clock."""
    network = data(f"workloads/generative/{DNN}")
    known, prefill_rate, decode_rate = npu_rates(phone)
    attention = 2 * value(network["layers"]) * value(network["attention_width"]) / value(network["parameters"])
    cache = 2 * value(network["layers"]) * value(network["kv_width"]) * 2 / (value(network["weights"]["int4"]) * 1e9)
    overhead = value(processor["overhead"]) / 1e3
    # Per token: compute C with attention to the n tokens before, weights W with the cache of them.
    #   known / prefill_rate = overhead + W + C (known + attention known^2 / 2)
    #   1 / decode_rate      = C (1 + attention known) + W (1 + cache known)
    read, write = known + attention * known**2 / 2, 1 + attention * known
    held = 1 + cache * known
    compute = ((known / prefill_rate - overhead) * held - 1 / decode_rate) / (read * held - write)
    weights = known / prefill_rate - overhead - compute * read
    slow = processor["frequency"]["values"][-1] / frequency
    follows = value(processor["generation"]["memory_clock"])

    def seconds(of_compute, of_memory):
        return slow * (of_compute + follows * of_memory) + (1 - follows) * of_memory

    pairs = sum(PROMPT + i for i in range(1, OUTPUT))
    return (overhead + seconds(compute * (PROMPT + attention * PROMPT**2 / 2), weights),
            seconds(compute * (OUTPUT - 1 + attention * pairs), weights * (OUTPUT - 1 + cache * pairs)))  # fmt: skip


def npu_joules(phone):
    """By clock, ascending; all of them are in time."""
    profile = data(f"device_profiles/{phone}")
    (processor,) = (p for p in profile["processors"] if p["name"] == "dsp")
    found = []
    for frequency, power in zip(processor["frequency"]["values"], processor["power"]["values"]):
        read, write = npu_seconds(phone, processor, frequency)
        phases = processor["generation"]
        found.append(power * (value(phases["prefill_power"]) * read + value(phases["decode_power"]) * write)
                     + value(profile["baseline_power"]) * (read + write))  # fmt: skip
    return found


def between(x, xs, ys):
    for low, high, below, above in zip(xs, xs[1:], ys, ys[1:]):
        if x <= high:
            return below + (above - below) * (x - low) / (high - low)
    raise ValueError(x)


def server_joules(phone, others):
    """Those of the phone that waits and the server's share."""
    (batching,) = data("device_profiles/h100")["batching"]
    profile = data(f"device_profiles/{phone}")
    sequences = others + 1
    points = batching["concurrency"]["values"]
    token = between(sequences, points, batching["token_time"]["values"]) / 1e3
    power = between(sequences, points, batching["power"]["values"])
    seconds = PROMPT / value(batching["prefill_rate"]) + (OUTPUT - 1) * token
    waiting = value(profile["baseline_power"]) + value(profile["radios"]["wifi"]["listen_power"])
    return (waiting + power / sequences) * seconds


def crossing_by_hand(phone, joules):
    low, high = 7.0, 255.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (middle, high) if server_joules(phone, middle) > joules else (low, middle)
    return low


class ByHand(unittest.TestCase):
    def test_the_server_passes_the_npu_where_the_record_says(self):
        """At the cheapest clock. Transfers, round trips and the Wi-Fi's tail, 0.1 J of some 60, are left out by hand,
        and the sweep is read between its loads."""
        for phone in ("galaxy_s25", "iphone_17_pro"):
            (row,) = (r for r in rows_of("crossings")
                      if (r["phone"], int(r["prompt"]), int(r["output"])) == (phone, PROMPT, OUTPUT))
            by_hand = crossing_by_hand(phone, min(npu_joules(phone)))
            self.assertAlmostEqual(float(row["cheapest, one grid"]) / by_hand, 1, delta=0.02, msg=(phone, by_hand))

    def test_costs_of_the_record(self):
        for phone in ("galaxy_s25", "iphone_17_pro"):
            for row in rows_of("load"):
                if (row["phone"], int(row["prompt"]), int(row["output"])) != (phone, PROMPT, OUTPUT):
                    continue
                self.assertAlmostEqual(float(row["phone_j"]) / min(npu_joules(phone)), 1, delta=0.005)
                if int(row["others"]) >= 7:
                    total = float(row["server_j"]) + float(row["server_own_j"])
                    self.assertAlmostEqual(total / server_joules(phone, int(row["others"])), 1, delta=0.005)

    def test_a_laptop_at_the_low_end_of_its_power_is_still_dearer(self):
        """19 W: device_profiles/laptop_rtx4050.yaml."""
        (processor,) = data("device_profiles/laptop_rtx4050")["processors"]
        share = 19 / processor["power"]["values"][-1]
        for row in rows_of("load"):
            if (int(row["prompt"]), int(row["output"])) == (PROMPT, OUTPUT) and row["phone_j"]:
                self.assertGreater(share * float(row["helper_own_j"]), float(row["phone_j"]))


class Reading(unittest.TestCase):
    def test_between_two_loads_on_logarithms(self):
        self.assertAlmostEqual(crossings.crossing([1, 4], [math.log(2), -math.log(2)]), 2)
        self.assertEqual(crossings.crossing([1, 4], [-0.1, -0.2]), crossings.ALWAYS)
        self.assertEqual(crossings.crossing([1, 4], [0.2, 0.1]), crossings.NEVER)

    def test_a_site_that_is_late_does_not_run(self):
        server = {SERVER: Joules(1, 10)}
        self.assertEqual(crossings.of_sites({1: server}, 1), crossings.ALWAYS)
        self.assertEqual(crossings.of_sites({1: {PHONE: Joules(1)}}, 1), crossings.NEVER)

    def test_what_the_server_counts(self):
        found = {PHONE: Joules(5), HELPER: Joules(2, 20), SERVER: Joules(3, 1)}
        self.assertEqual(sites.winner(found, 0, helper=True), HELPER)
        self.assertEqual(sites.winner(found, 0, helper=False), SERVER)
        self.assertEqual(sites.winner(found, 2.5, helper=True), PHONE)

    def test_rows_of_a_point(self):
        def row(policy, late=0.0, **shares):
            return {"policy": policy, "energy_mean_mj": 1000, "server_energy_mean_mj": 500, "qos_violation_ratio": late,
                    **shares}  # fmt: skip

        found = sites.sites([row("opt", share_phone_dsp_int4=0), row("edge_best"), row("cloud", 1.0),
                             row("connected_edge"), row("edge_cpu_fp32")])  # fmt: skip
        self.assertEqual(found, {FULL: Joules(1, 0.5), HELPER: Joules(1, 0.5)})  # Opt left the phone
        self.assertIn(PHONE, sites.sites([row("opt", share_phone_dsp_int4=1)]))


if __name__ == "__main__":
    unittest.main()
