"""Addresses of pages that other rooms may or may not have."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse


def address(*names: str, **kwargs: Any) -> str:
    """The first of the named pages that this installation has; empty where it has none."""
    for name in names:
        try:
            return reverse(name, kwargs=kwargs or None)
        except NoReverseMatch:
            continue
    return ""
