"""Close the gap between incumbent and bound: trial cutoffs, cuts, branching, until the two meet.

It works on a set partitioning over listed columns; what the columns mean is not its business.
"""
