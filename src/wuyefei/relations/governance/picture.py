"""The composition as a picture, for messages: it says what a hundred yuan of fee pays for and names nobody (product row E2)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from wuyefei.foundation.access.models import Community
from wuyefei.foundation.platform.typesetting import picture

from .queries import composition
from .rules import Part

TEMPLATE = Path(__file__).with_name("composition.typ")
PPI = 144
"""Twice the size at which it is shown: sharp on a phone, some twenty kilobytes."""


def composition_picture(community_id: int) -> bytes:
    """A PNG of the composition last published in a community, 640 pixels wide."""
    name = Community.objects.filter(pk=community_id).values_list("name", flat=True).get()
    return _drawn(name, composition(community_id))


@lru_cache(maxsize=64)
def _drawn(community: str, parts: tuple[Part, ...]) -> bytes:
    """Drawn once for all messages of a community."""
    data = {"community": community, "parts": [{"name": part.name, "percent": part.percent} for part in parts]}
    return picture(TEMPLATE, data, "png", PPI)[0]
