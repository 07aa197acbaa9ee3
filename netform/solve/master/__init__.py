"""The master problem: its linear relaxation with a safe bound, and subset-row cuts.

No plan is looked for here, but for those that a relaxation or an integer program comes upon.
"""
