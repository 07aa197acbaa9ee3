"""What a plan is, as plain values: networks, areas, edges, and divisions of practices of any kind.

Nothing here computes or reads; every other part of netform may import it.
"""
