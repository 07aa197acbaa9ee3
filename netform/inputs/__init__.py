"""The files beside the practice list, and where practices are: places, minutes, edges, registrations, plans.

Every reader turns bytes into checked values, with all faults of a file at once; nothing here draws or plans.
"""
