"""Columns and bounds for questions whose feasible networks cannot be listed."""
