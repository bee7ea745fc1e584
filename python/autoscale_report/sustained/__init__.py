"""Does the skin's limit of sim/models/thermal.h do what a phone did? Decode rates of an iPhone 17 Pro over ten
minutes, predicted from their first minute.

    runs.py     recorded series, and what their source publishes of them
    skin.py     the equations of sim/models/thermal.cpp and a processor that is always busy
    tables.py   what is of record; figure.py draws it
    predict.py  what is fitted: to a run its first minute, to all runs three constants; halves left out
    markdown.py tables of results/sustained.md

scripts/sustained.sh starts it.
"""

from autoscale_report import ROOT

RECORD = ROOT / "results/reference/sustained"
PAGE = ROOT / "results/sustained.md"
