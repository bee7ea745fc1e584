"""Runs the paper's scenarios, judges the paper's claims from their CSV files, draws the figures."""
