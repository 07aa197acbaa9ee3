"""Demands that no plan can keep together, found before any search.

Only what is certain is refused here; whatever needs a search is left to solving.
"""
