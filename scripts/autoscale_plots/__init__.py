"""Draws what `autoscale run --out` and `autoscale sweep --out` wrote: scripts/plot.sh.

From the command line to the file: command.py reads the arguments and chooses a kind of plot;
folder.py reads the results; roles.py settles which column goes where; view.py has the rows and
their means; kinds/ draws, one file per kind, with the panels and colours of grid.py and series.py.
"""
