"""Which laboratory would have measured the paper's numbers: history matching over every choice and free
parameter that the paper leaves open (scenarios/paper/laboratories.yaml).

Data flow: hypotheses -> design -> waves (sweeps of the simulator) -> responses -> emulators -> matching ->
tables. After Vernon, Goldstein and Bower, "Galaxy formation: a Bayesian uncertainty analysis", Bayesian
Analysis 5 (2010).
"""
