"""Draws results: of `autoscale run --out`, of `autoscale sweep --out`, of Python's frames.

    scripts/plot.sh, python -m autoscale_sim.plots    command.py
    autoscale_sim.plot                                ../figures.py

From what is asked for to the figure: drawing.py chooses a kind of plot; source.py says what there is, in
a folder (folder.py) or in frames (frames.py); roles.py settles which column goes where; view.py has the
rows and their means (intervals.py); kinds/ draws, one file per kind, with the panels and colours of
grid.py, series.py and style.py. episode.py draws an episode of the Gymnasium environment, with the
panels that the kind `timeline` has too (panels.py). settings.py says what a row of a sweep sets.

Nothing here uses the rest of autoscale_sim or its compiled module, so that a tree can draw before it is
built; nothing uses autoscale_report, which draws with this. tests/plots/imports_test.py sees to it. Needs
Matplotlib; importing the package alone does not.
"""
