"""The reproduction of the paper and the leaderboard: runs scenarios, judges claims from their CSV files,
draws figures, writes pages.

    scripts/reproduce.sh      python -m autoscale_report.reproduce
    scripts/reproduce.sh today  python -m autoscale_report.today
    scripts/leaderboard.sh    python -m autoscale_report.leaderboard
    scripts/validate.sh       python -m autoscale_report.validation
    scripts/sustained.sh      python -m autoscale_report.sustained

It draws with autoscale_sim.plots, which knows nothing of it, and uses no other part of autoscale_sim but
the importers of networks (autoscale_report.validation): the simulator is run as a program. It is no part
of the wheel, because it is about this repository: it reads scenarios/paper/ and results/reference/ and
says in its pages which revision made them.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]  # of the repository
NUMBERS = "%.12g"  # of tables: finer than what is compared, coarser than what a machine changes
