"""Why there is no plan, why there are exceptions, and what would remove them: every sentence about the solver.

It reads what the solver returns and asks it smaller questions; it makes no plan.
"""
