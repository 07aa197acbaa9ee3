"""Plans: the first one within seconds, and better ones beside the bound.

Nothing here proves anything; every plan that it gives covers every practice once.
"""
