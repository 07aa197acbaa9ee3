"""Plans near the optimum of a plan model: the next best, the most different, the Pareto front."""
