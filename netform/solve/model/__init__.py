"""The nouns of the solver: problems, columns, plan models, solutions, side rows, budgets and deadlines.

No search lives here.
"""
