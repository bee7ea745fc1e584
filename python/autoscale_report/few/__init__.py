"""Who is right after how many inferences: planners with a wrong cost model, learners with none, and `residual`,
which learns what its model errs by. Sweeps of scenarios/sweeps, tables of record, a figure, results/residual.md."""

from autoscale_report import ROOT

RECORD = ROOT / "results/reference/few_inferences"
# Columns of breakdown.csv, and what the page calls them.
MEASURES = {"gap_expected": "gap to Opt", "agreement_near": "within 3 % of Opt", "agreement_target": "same target",
            "qos_violation_ratio": "QoS missed"}  # fmt: skip
SWEEPS = ("few_inferences", "one_ignorance", "cold_start", "recovery", "planner_error", "learning_curves")
