"""Which laboratory would have measured the paper's numbers: history matching over every choice and free
parameter that the paper leaves open (scenarios/paper/laboratories.yaml).

Data flow: hypotheses -> design -> waves (sweeps of the simulator) -> responses -> emulators -> matching ->
tables. After Vernon, Goldstein and Bower, "Galaxy formation: a Bayesian uncertainty analysis", Bayesian
Analysis 5 (2010).
"""

from autoscale_report import ROOT

RECORD = ROOT / "results/reference/laboratories"
SIGNS = {"above": "> ", "below": "< "}  # of a claim that is an ordering, by its side
