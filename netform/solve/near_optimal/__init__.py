"""The plans near the best: the next best, the most different, the Pareto front.

It starts from a proven solution of a plan model.
"""
