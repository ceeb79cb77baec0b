"""The password hasher of the tests: the real one, at the smallest cost."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class LightArgon2(Argon2PasswordHasher):
    """The same hash at a cost nobody waits for."""

    time_cost = 1
    memory_cost = 16
    parallelism = 1
