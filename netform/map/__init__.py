"""The ground: the territory of each site, who borders whom, and the boundaries of networks.

Geometry lives here and where a picture is drawn; nothing here knows rules or costs.
"""
