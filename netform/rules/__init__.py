"""What is demanded of a plan: bands, weights, rates and demands, read, kept and checked against each other.

Nothing here reads a list or solves: rules know practices by their codes, and neighbours by a graph they are given.
"""
