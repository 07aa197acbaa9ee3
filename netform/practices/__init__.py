"""Reading practice lists of every shape: bytes to text, text to rows, rows to practices.

All faults of a list are gathered and told at once; where a practice lies is found elsewhere (`netform.inputs`).
"""
