"""A list of communities in a query is one value, however many there are."""

from __future__ import annotations

from typing import Any

from django.db.models import ForeignKey
from django.db.models.fields.related_lookups import RelatedIn

from .models import Community


class InPlaces(RelatedIn):
    """``community_id__in`` of several plain ids as ``= ANY`` of one array.

    The rows are the same. A placeholder an id costs as much, in a firm of two hundred communities, as the rest of a page's
    statement. One id alone stays an equation, which an index in the order of a page can use; a subquery is left to Django.
    """

    def get_prep_lookup(self) -> Any:
        return sorted(self.rhs) if self._several() else super().get_prep_lookup()

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if not self._several():
            return super().as_sql(compiler, connection)
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::bigint[])", [*params, self.rhs]

    def _several(self) -> bool:
        if getattr(self.lhs.output_field, "related_model", None) is not Community or not isinstance(self.rhs, (frozenset, set, list, tuple)):
            return False
        return len(self.rhs) > 1 and all(type(one) is int for one in self.rhs)


def register() -> None:
    """For every key to a community."""
    ForeignKey.register_lookup(InPlaces)
