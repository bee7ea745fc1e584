#!/usr/bin/env python3
"""The committed blind predictions are what the code makes of the committed anchors and networks (needs the plots'
packages). Within 0.2 %: where the solver stops differs that much between versions of the libraries."""

import sys
import unittest
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "python"))

from autoscale_report.validation import predict  # noqa: E402


class Record(unittest.TestCase):
    def test_predictions_are_made_anew(self):
        fresh = predict.predictions(*(predict.keys(predict.FOLDER / f"predictions_{n}.csv") for n in predict.NAMES))
        for name, table in fresh.items():
            record = predict.read(predict.FOLDER / f"predictions_{name}.csv")
            self.assertEqual(list(table.columns), list(record.columns))
            for column in set(predict.ESTIMATES) & set(record.columns):
                np.testing.assert_allclose(table[column], record[column].replace("", "nan").astype(float), rtol=2e-3)


if __name__ == "__main__":
    unittest.main()
