"""One page that explores a folder of results: a self-contained HTML file that needs no network.

`autoscale report FOLDER` runs this package, as `python -m autoscale_sim.explore FOLDER` does:

    command.py    arguments, messages, exit codes
    results.py    any folder of results: its tables, what their columns mean, its manifest
    tables.py     a table as the page has it: dimensions, measures with intervals, few enough rows
    averages.py   means over replications, and over more where rows are still too many
    timeline.py   timeline.json, a run over time
    origin.py     the scenario and the command line of a row
    page.py       the page: page.html, page.css, what the *.js do (data.js first), libraries.py
    embed.py      the same charts in a page with a text of its own, such as the reproduction's report
    libraries.py  Vega-Lite, which draws, out of the Python package vl-convert-python, with its licences

It reads tables with autoscale_sim.plots, of which it uses what needs no Matplotlib, and nothing of the
compiled module. Wrong input is a PlotError that names the file.
"""
