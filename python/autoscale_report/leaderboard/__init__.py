"""Compares every policy of the registry under one training budget: the leaderboard."""
