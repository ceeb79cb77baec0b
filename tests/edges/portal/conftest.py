"""The owners' town for phone pages."""

from tests.relations.conftest import town, town_once

__all__ = ["town", "town_once"]
