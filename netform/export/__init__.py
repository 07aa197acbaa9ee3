"""Publishing a result: what each command publishes, the formats, and the one module that writes.

`publication` says what a publication is made of, `formats` holds the formats for all of them (to add one is one line),
and `plan`, `score`, `compare`, `front` and `alternatives` say what each command has. Only `files` writes.
"""
