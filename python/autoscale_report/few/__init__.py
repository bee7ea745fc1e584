"""Who is right after how many inferences: planners with a wrong cost model, learners with none, and `residual`,
which learns what its model errs by. Sweeps of scenarios/sweeps, tables of record, a figure, results/residual.md."""

from autoscale_report import ROOT

RECORD = ROOT / "results/reference/few_inferences"
SWEEPS = ("few_inferences", "one_ignorance", "cold_start", "recovery", "planner_error", "learning_curves")
