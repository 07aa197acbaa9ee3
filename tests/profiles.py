"""How many examples a property test draws: few, the same each time, or many under the ``thorough`` profile."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

__all__ = ["examples"]

# A few seconds a test become a few minutes.
TIMES = 100


def examples(few: int) -> settings:
    """Draw so many examples, the same each time; under ``--hypothesis-profile=thorough`` many, and others each time."""
    thorough = settings.get_current_profile_name() == "thorough"
    return settings(
        deadline=None,
        max_examples=few * TIMES if thorough else few,
        derandomize=not thorough,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
