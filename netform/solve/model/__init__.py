"""The nouns of the solver: problems, columns, plan models, solutions, rules over a plan, and when to stop.

Plain data and no search: everything else in the solver stands on it.
"""
