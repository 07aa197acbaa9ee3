"""Minutes over roads between practices, from an extract of OpenStreetMap on the disk: no server and no network.

What a way may be used for (`ways`), the file read (`extract`), the roads as a graph (`network`), the shortest ways in
it (`shortest`), and the journeys between practices (`journeys`). Nothing here knows rules or plans: what comes out is a
table of minutes that ``--travel`` reads.
"""
