"""Plans near the optimum of a plan model: the next best, the most different, the Pareto front.

They start from an area that is solved (`AreaCase`), and never solve one.
"""
