"""Settings of every test.

A machine under load is no failure: no example has a deadline. The profile ``ci`` takes the same examples every time,
so that a submission is judged by what it changes; chance finds are for the runs at a desk, and for
``python -m tests.reliability machines``.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("desk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("desk"), derandomize=True, database=None)
settings.load_profile("desk")
