"""The owners' town."""

from tests.relations.conftest import town, town_once

__all__ = ["town", "town_once"]
