"""The guide: pages by task, read with ``netform guide TOPIC`` and by eye in the repository.

They are text that comes with the package; nothing here computes, and what a page says of options is written by
`netform.cli.guide` and held to them by a test.
"""
