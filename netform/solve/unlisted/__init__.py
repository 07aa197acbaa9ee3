"""Columns and bounds for questions whose feasible networks cannot be listed.

The assignment model with its centre (`netform.solve.unlisted.centre_model`) plans a few large networks and bounds what
any plan costs.
"""
