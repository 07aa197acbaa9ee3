"""A sweep: many scenarios over many areas, each pair planned once and kept.

Reading order is the order of the data: `file` reads SWEEP.toml into scenarios, `grounds` cuts the list into areas,
`tasks` pairs the two and gives each pair its key, `planning` plans and audits one, `local` and `cluster` do many at
a time, `results` keeps what they find, and `table` shows it.
"""
