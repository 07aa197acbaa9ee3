"""Reoptimisation: answers to changed rules from what an earlier solution has proven; else the area is solved anew.

Nothing here lists or bounds from the beginning.
"""
