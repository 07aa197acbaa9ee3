"""How many examples a property is tried on: a few by default, all of them where time does not count.

Two profiles of hypothesis (``tests/conftest.py`` loads one). Under *quick* a property sees a share of its examples,
and the same ones at each run, so that a test fails by what was changed and by nothing else. Under *thorough*, which
``scripts/test -m slow`` and ``--hypothesis-profile=thorough`` use, it sees all of them, drawn anew at each run.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

__all__ = ["QUICK", "THOROUGH", "examples", "register_profiles"]

QUICK, THOROUGH = "quick", "thorough"

# Of a property that says nothing else, under the thorough profile.
MANY = 100

# Under the quick one: a share of the examples, so that the whole suite is run before every commit; and never so few
# that a property sees only the simplest of them, which hypothesis draws first.
SHARE, LEAST = 8, 8


def register_profiles() -> None:
    """Make both profiles known to hypothesis.

    Neither fails a test by the clock: an example may compile a kernel, or wait for another process.
    """
    for name in (QUICK, THOROUGH):
        settings.register_profile(
            name,
            max_examples=_count(MANY, name),
            deadline=None,
            derandomize=name == QUICK,
            print_blob=True,
            suppress_health_check=[HealthCheck.too_slow],
        )


def examples(count: int, *allowed: HealthCheck) -> settings:
    """Try a property on so many examples under the thorough profile, and on a share of them under the quick one.

    Parameters
    ----------
    count : int
    allowed : HealthCheck
        Checks of hypothesis that the property need not pass.
    """
    return settings(
        max_examples=_count(count, settings.get_current_profile_name()),
        suppress_health_check=[HealthCheck.too_slow, *allowed],
    )


def _count(count: int, profile: str) -> int:
    return count if profile == THOROUGH else min(count, max(LEAST, count // SHARE))
