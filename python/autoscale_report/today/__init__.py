"""What phones of today should do with a question to a language model: answer it, or ask a laptop or a server.

    sweeps.py       runs the sweeps scenarios/sweeps/today_*.yaml
    sites.py        what an answer costs at each site, and who wins
    crossings.py    from how busy a server on its share of an answer is less than the phone's answer
    learners.py     what learners save, with intervals over replications
    assumptions.py  what is assumed, with its ranges; sensitivity.py moves each alone
    figures.py      figures of docs/pictures/today_*.png
    markdown.py     tables of results/today.md

scripts/reproduce.sh today starts it.
"""

from autoscale_report import ROOT

RECORD = ROOT / "results/reference/today"
PAGE = ROOT / "results/today.md"
SWEEPS = ("today_lengths", "today_load", "today_use", "today_learners", "today_alone")
# As the data files call them, and as the page does.
PHONES = {"galaxy_s25": "Galaxy S25", "iphone_17_pro": "iPhone 17 Pro", "budget_sd4gen2": "budget phone"}
ANSWER = {"prompt": 163, "output": 339}  # mean tokens of workloads/use_cases/chat.yaml before its limits
# Grams of CO2 per kWh of the server's grid over those of the phone's: France's 56 and Germany's 381 of 2023 (Ember and
# Energy Institute, by Our World in Data, ourworldindata.org/grapher/carbon-intensity-electricity), and the reverse.
GRIDS = {"clean server": 56 / 381, "one grid": 1.0, "clean phone": 381 / 56}
