"""Columns and bounds for questions whose feasible networks cannot be listed.

`planner` is the door; whatever can be listed after all is solved by `netform.solve.exact`.
"""
