"""Time per class of layers (fig_layers) against the independent model's roofline and latency.csv.

Needs PyYAML.
"""

import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "tests/independent")]

from autoscale_report.layers import class_times, class_work
from reference_model import PHONES, Data

RUNS = [("cpu", "fp32"), ("cpu", "int8"), ("gpu", "fp32"), ("gpu", "fp16"), ("dsp", "int8")]


class ClassesOfLayers(unittest.TestCase):
    def test_compute_and_memory_are_those_of_the_independent_model(self):
        model = Data(ROOT)
        for dnn, blocks in list(model.blocks.items()):
            for run in RUNS:
                work = class_work(ROOT, dnn, *run)
                compute = {kind: value for (kind, what), value in work.items() if what == "compute"}
                memory = {kind: value for (kind, what), value in work.items() if what == "memory"}
                model.blocks[dnn] = blocks
                self.assert_split(model, dnn, run, sum(compute.values()), sum(memory.values()))
                for kind in compute:  # the independent model, left with the blocks of one class
                    model.blocks[dnn] = [b for b in blocks if b["class"] == kind]
                    self.assert_split(model, dnn, run, compute[kind], memory[kind])

    def assert_split(self, model, dnn, run, compute, memory):
        expected, _ = model.split(dnn, *run, 1.0)
        self.assertAlmostEqual(compute / (compute + memory), expected, places=12)

    def test_times_add_up_to_the_latency_of_the_table(self):
        for (device, dnn, processor, precision), seconds in Data(ROOT).latency.items():
            if device in PHONES:
                times = class_times(ROOT, device, dnn, processor)[precision]
                self.assertAlmostEqual(sum(times.values()), 1e3 * seconds, places=9)
                self.assertGreater(min(times.values()), 0)


if __name__ == "__main__":
    unittest.main()
