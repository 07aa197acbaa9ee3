"""Where the feasible networks are too many to keep: they are priced as they are met, or by search.

The master and its bound are the same as for listed columns; only their source differs.
"""
