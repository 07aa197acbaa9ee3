"""How much property tests try: ``--hypothesis-profile=thorough`` draws anew each time, and many times as much."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("thorough", derandomize=False, deadline=None, print_blob=True)
