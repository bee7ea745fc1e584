"""The free parameters of scenarios/paper/claims.yaml say what the data files say, and
results/parameters.md shows them as they are. Standard library and PyYAML."""

import csv
import dataclasses
import re
import statistics
import sys
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "python"))

from autoscale_report.parameter_table import NAME, table, with_table  # noqa: E402
from autoscale_report.parameters import (  # noqa: E402
    at,
    data_file,
    gpu_power,
    parameters_of,
    settings,
)

CLAIMS = yaml.safe_load((ROOT / "scenarios/paper/claims.yaml").read_text())
PARAMETERS = parameters_of(CLAIMS)
BY_ID = {p.id: p for p in PARAMETERS}
NOMINAL = {p.id: p.nominal for p in PARAMETERS}
# A base precision of each processor: those for which the fractions of roofline.yaml were solved.
PRECISIONS = {"cpu": ("fp32", 4), "gpu": ("fp16", 2), "dsp": ("int8", 1)}  # bytes per element


def found(file, path):
    return at(data_file(ROOT, file), path)


def csv_rows(path):
    lines = path.read_text().splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def dnns_of_the_paper():
    return sorted({d for names in CLAIMS["cases"]["use_cases"].values() for d in names})


def devices_of_the_paper():
    return {*CLAIMS["cases"]["devices"], "galaxy_tab_s6", "cloud_server"}  # and the servers a scenario has by default


def number_and_unit(place):
    """Of a quantity such as "4 s"; a bare number is a share or a factor, an accuracy in percent."""
    value = found(place.file, place.path)
    if not isinstance(value, str):
        return value, "%" if place.path.startswith("accuracy.") else "1"
    number, unit = value.split(" ", 1)
    return float(number), unit


def compute_fraction(kind, block_class, cost, tokens_scale=None):
    """Time-weighted mean over the paper's DNNs of the compute-bound fraction of a block class whose
    memory cost is `cost`, by the formula in workloads/roofline.yaml."""
    roofline = data_file(ROOT, "workloads/roofline")
    precision, element_bytes = PRECISIONS[kind]
    ridge = roofline[kind][precision]["ridge"]["value"]
    costs = {c: v["value"] for c, v in roofline["class_memory_cost"][kind].items()}
    costs |= {"input": 0, block_class: cost}
    fractions, weights = [], []
    for name in dnns_of_the_paper():
        dnn = data_file(ROOT, f"workloads/dnns/{name}")
        scale = tokens_scale or dnn["block_scale"]["value"]
        total = compute = memory = 0.0
        for row in csv_rows(ROOT / "workloads/blocks" / dnn["blocks"]):
            macs = float(row["macs"]) * scale
            elements = (float(row["in_elements"]) + float(row["out_elements"])) * scale
            moved = (elements + float(row["params"])) * element_bytes * ridge
            moved *= costs[row["class"]]
            total += macs + moved
            if row["class"] == block_class:
                compute, memory = compute + macs, memory + moved
        if compute:
            fractions.append(compute / (compute + memory))
            weights.append((compute + memory) / total)
    return sum(f * w for f, w in zip(fractions, weights)) / sum(weights)


class Parameters(unittest.TestCase):
    def test_every_parameter_is_complete(self):
        self.assertEqual(len(BY_ID), len(PARAMETERS))
        for p in PARAMETERS:
            with self.subTest(p.id):
                self.assertTrue(p.text and p.unit and len(p.basis) > 10)
                self.assertLess(p.low, p.high)
                self.assertLessEqual(p.low, p.nominal)
                self.assertLessEqual(p.nominal, p.high)
                self.assertIn(p.scale, ("linear", "log", "choice"))
                self.assertTrue(p.places or p.setting)
                self.assertEqual(p.at(0), p.low)
                self.assertAlmostEqual(p.at(1), p.high)

    def test_nominal_values_are_those_of_the_data_files(self):
        for p in PARAMETERS:
            for place in p.places:
                if place.change in ("value", "rtt_p90"):
                    with self.subTest(p.id, place=place):
                        self.assertEqual(number_and_unit(place), (p.nominal, p.unit))

    def test_nominal_values_change_nothing(self):
        self.assertEqual(settings(ROOT, PARAMETERS, NOMINAL), {})

    def test_the_table_of_the_results_is_up_to_date(self):
        page = (ROOT / "results/parameters.md").read_text()
        hint = "run PYTHONPATH=python python3 -m autoscale_report.parameter_table"
        self.assertEqual(with_table(page, NAME, table(PARAMETERS)), page, hint)


class NominalOfDerivedValues(unittest.TestCase):
    """Where a file holds not the parameter itself but what follows from it."""

    def test_ninetieth_percentiles(self):
        def quantity(file, path):
            return float(found(file, path).split()[0])

        self.assertEqual(quantity("scenarios/environments/D2", "co_runner.bursts.burst_p90"),
                         2 * NOMINAL["web_burst"])  # fmt: skip
        self.assertEqual(quantity("device_profiles/links/wifi_direct", "rtt.p90.value"),
                         2 * NOMINAL["p2p_rtt"])  # fmt: skip

    def test_first_trip(self):
        for place in BY_ID["thermal_trip"].places:
            self.assertEqual(found(place.file, place.path)[0], NOMINAL["thermal_trip"])

    def test_peer_to_peer_rate(self):
        for way in ("uplink", "downlink"):
            wifi = found("device_profiles/links/wifi", f"{way}.rate.values")
            p2p = found("device_profiles/links/wifi_direct", f"{way}.rate.values")
            for fast, rate in zip(wifi, p2p, strict=True):
                self.assertAlmostEqual(rate, NOMINAL["p2p_rate"] * fast, delta=0.005)

    def test_wifi_width(self):
        width = BY_ID["wifi_width"]
        common = yaml.safe_load((ROOT / "scenarios/paper/common.yaml").read_text())
        self.assertNotIn("links", common)  # the default: wifi
        self.assertEqual(width.choices[width.nominal], "wifi")
        for value, name in width.choices.items():
            text = (ROOT / f"device_profiles/links/{name}.yaml").read_text()
            self.assertIn(f"{value} MHz channel", text)

    def test_gpu_power(self):
        for place in BY_ID["gpu_power_floor"].places:
            gpu = found(place.file, "processors[1]")
            shape = gpu_power(gpu, NOMINAL["gpu_power_floor"], NOMINAL["gpu_power_exponent"])
            for power, expected in zip(gpu["power"]["values"], shape, strict=True):
                self.assertAlmostEqual(power, expected, delta=5.1e-5)

    def test_gpu_fp32(self):
        moto = found("device_profiles/moto_x_force", "processors[1].precisions.fp16.compute_factor")
        self.assertAlmostEqual(moto["value"], 1 / NOMINAL["gpu_fp32"])
        fp16 = found("workloads/roofline", "gpu.fp16.ridge.value")
        fp32 = found("workloads/roofline", "gpu.fp32.ridge.value")
        self.assertAlmostEqual(fp32, fp16 * 2 / 4 / NOMINAL["gpu_fp32"], delta=0.005)

    def test_int8_rate(self):
        fp32 = found("workloads/roofline", "cpu.fp32.ridge.value")
        int8 = found("workloads/roofline", "cpu.int8.ridge.value")
        self.assertAlmostEqual(int8, fp32 * NOMINAL["int8_rate"], delta=0.05)

    def test_accuracies(self):
        for name, reference in (("accuracy_ssd", "fp32"), ("accuracy_dsp", "int8")):
            for place in BY_ID[name].places:
                change = found(place.file, place.path)
                change -= found(place.file, f"accuracy.post_training.{reference}.value")
                self.assertAlmostEqual(change, NOMINAL[name])

    def test_latency_factors(self):
        used, devices = dnns_of_the_paper(), devices_of_the_paper()
        rows = [r for r in csv_rows(ROOT / "workloads/latency.csv") if r["dnn"] in used and r["device"] in devices]
        moved = []
        for p in (p for p in PARAMETERS if any(q.change == "latency" for q in p.places)):
            self.assertEqual(p.nominal, 1)
            processors = []
            for place in p.places:
                processor = found(place.file, place.path.removesuffix(".latency_factor"))
                self.assertNotIn("latency_factor", processor)  # a factor of 1
                processors.append((Path(place.file).name, processor["name"]))
            moved += processors
            if p.id == "latency_mi8pro_gpu":
                continue  # from other figures: tests/independent/anchors_test.py
            uncertain = [float(r["uncertainty_percent"]) for r in rows
                         if (r["device"], r["processor"]) in processors]  # fmt: skip
            self.assertAlmostEqual(p.high, 1 + statistics.median(uncertain) / 100)
            self.assertAlmostEqual(p.low, 1 / p.high, delta=5e-4)
        self.assertEqual(sorted(moved), sorted({(r["device"], r["processor"]) for r in rows}))

    def test_compute_fractions_over_their_ranges(self):
        for name, block_class, scale in (("compute_conv", "conv", None),
                                         ("compute_depthwise", "depthwise", None),
                                         ("compute_attention", "attention", 1)):  # fmt: skip
            p = BY_ID[name]
            for value in (p.low, p.nominal, p.high):
                factor = (1 - value) / value * p.nominal / (1 - p.nominal)
                for kind in PRECISIONS:
                    with self.subTest(name, value=value, kind=kind):
                        costs = found("workloads/roofline", f"class_memory_cost.{kind}")
                        cost = factor * costs[block_class]["value"]
                        fraction = compute_fraction(kind, block_class, cost, scale)
                        self.assertAlmostEqual(fraction, value, delta=0.01)


class Settings(unittest.TestCase):
    """What a run is given, worked out by hand."""

    def overrides(self, **values):
        given = settings(ROOT, PARAMETERS, NOMINAL | values)
        return yaml.safe_load(given["overrides"])

    def test_a_value_keeps_the_form_of_the_file(self):
        self.assertEqual(self.overrides(baseline_mi8pro=0.4),
                         {"device_profiles/mi8pro": {"baseline_power.value": "0.4 W"}})  # fmt: skip
        self.assertEqual(self.overrides(s2_cpu=0.75),
                         {"scenarios/environments/S2": {"co_runner.steady.cpu": 0.75}})  # fmt: skip

    def test_what_follows_moves_along(self):
        wifi = self.overrides(wifi_rtt=20)["device_profiles/links/wifi"]
        self.assertEqual(wifi, {"rtt.median.value": "20 ms"})
        p2p = self.overrides(p2p_rtt=8)["device_profiles/links/wifi_direct"]
        self.assertEqual(p2p, {"rtt.median.value": "8 ms", "rtt.p90.value": "16 ms"})
        trips = self.overrides(thermal_trip=60)["device_profiles/mi8pro"]
        self.assertEqual(trips, {"thermal.trips.values": [60, 70]})

    def test_the_tail_of_the_round_trip_goes_its_own_way_but_not_below_the_median(self):
        for median, p90, written in ((5, 40, "40 ms"), (4, 5, "5 ms"), (12, 8, "12 ms"), (3, 10, "10 ms")):
            for file in ("wifi", "wifi_80mhz"):
                given = self.overrides(wifi_rtt=median, rtt_p90=p90)[f"device_profiles/links/{file}"]
                self.assertEqual(given["rtt.p90.value"], written)
        # The median alone leaves the file's own percentile, which no median of its range exceeds.
        self.assertLessEqual(BY_ID["wifi_rtt"].high, BY_ID["rtt_p90"].nominal)

    def test_changes_of_one_place_add_up(self):
        given = self.overrides(accuracy_mobilenet_v3=50, accuracy_dsp=-1)
        v3 = given["workloads/dnns/mobilenet_v3_large"]
        self.assertEqual(v3, {"accuracy.post_training.int8.value": 50,
                              "accuracy.post_training.dsp.value": 49})  # fmt: skip
        both = self.overrides(gpu_power_floor=0.2, gpu_power_exponent=1.8)
        lowest = both["device_profiles/moto_x_force"]["processors[1].power.values"][0]
        self.assertAlmostEqual(lowest, 2.0 * (0.2 + 0.8 * (190 / 600) ** 1.8))

    def test_latency_and_setting(self):
        both = self.overrides(latency_mi8pro=1.2, latency_mi8pro_gpu=1.5)["device_profiles/mi8pro"]
        self.assertEqual({path: factor["value"] for path, factor in both.items()},
                         {"processors[0].latency_factor": 1.2, "processors[1].latency_factor": 1.5,
                          "processors[2].latency_factor": 1.2})  # fmt: skip
        self.assertEqual(settings(ROOT, PARAMETERS, NOMINAL | {"wifi_width": 80}),
                         {"links.cloud.technology": "wifi_80mhz"})  # fmt: skip

    def test_shares_of_a_range(self):
        burst = BY_ID["web_burst"]  # 1 to 4 s
        self.assertEqual(burst.at(0.5), 2)
        self.assertEqual(dataclasses.replace(burst, scale="linear").at(0.5), 2.5)
        width = BY_ID["wifi_width"]
        self.assertEqual([width.at(s) for s in (0, 0.49, 0.5, 1)], [20, 20, 80, 80])

    def test_every_path_exists(self):
        for p in PARAMETERS:
            for place in p.places:
                self.assertTrue(re.fullmatch(r"[a-z_0-9]+((\.[a-z_0-9]+)|(\[\d+\]))*", place.path))
                if place.change != "latency":
                    found(place.file, place.path)  # raises when it does not


if __name__ == "__main__":
    unittest.main()
