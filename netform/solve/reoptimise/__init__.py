"""Answers to changed rules out of what an earlier solution has proven.

A question that cannot be answered so is solved anew by the area's solver.
"""
