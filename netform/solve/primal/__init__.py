"""Plans found by search: first ones by random spanning trees, then neighbourhood search.

`netform.solve.primal.first_plan` is the door; every plan has a value that is compared as a tuple, never as one number.
"""
