"""Any division of practices scored as it stands, compared with another, or looked at before it is planned.

It judges what it is given by the definitions, and never looks for a better plan.
"""
