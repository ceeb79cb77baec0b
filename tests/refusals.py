"""A way to show that a refused act has changed nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps

from wuyefei.foundation.kernel.errors import DomainError

ROOMS = ("properties", "people", "occupancy", "tariffs", "contracts", "platform")


def _state() -> dict[str, list[tuple[object, ...]]]:
    """Every row of the estate and of the audit trail."""
    models = [model for room in ROOMS for model in apps.get_app_config(room).get_models()]
    return {
        model.__name__: [
            tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)
            for row in model._default_manager.order_by("pk").values_list()
        ]
        for model in models
    }


class Refusals:
    @contextmanager
    def __call__(self, error: type[DomainError], code: str = "") -> Iterator[pytest.ExceptionInfo[DomainError]]:
        """What runs inside is refused with ``error`` (and ``code``) and leaves every row as it was."""
        before = _state()
        with pytest.raises(error) as caught:
            yield caught
        assert not code or caught.value.code == code
        assert _state() == before
