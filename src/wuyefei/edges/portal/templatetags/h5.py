"""Icons and status of the phone pages, from a small sprite of their own: the first screen stays light."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.text import mask_name

from ..words import period

register = template.Library()
SPRITE = "portal/h5.svg"
_TEXT = (Path(__file__).parents[1] / "static" / SPRITE).read_text(encoding="utf-8")
NAMES = frozenset(re.findall(r'<symbol id="([^"]+)"', _TEXT))


def _known(name: str) -> str:
    if name not in NAMES:
        raise ValueError(f"no icon named {name!r} in {SPRITE}")
    return f"{static(SPRITE)}#{name}"


@register.simple_tag
def pic(name: str, cls: str = "") -> SafeString:
    """A drawing hidden from screen readers: words stand beside it or in ``aria-label``."""
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', f"i {cls}".strip(), _known(name))


@register.simple_tag
def stand(state: object, cls: str = "") -> SafeString:
    """A bill's state: glyph and word."""
    kind, words = getattr(state, "kind", ""), getattr(state, "words", "")
    html = '<span class="st st-{} {}"><svg aria-hidden="true"><use href="{}"/></svg>{}</span>'
    return format_html(html, kind, cls, _known(f"st-{kind}"), words)


@register.filter
def masked(name: str) -> str:
    """陈予安 → 陈**."""
    return mask_name(name)


@register.filter
def said(words: str) -> str:
    """Words of ours in the reader's language; what somebody typed stays as it is."""
    return _(words)


@register.filter
def quarter(first: dt.date) -> str:
    """2026 年三季度."""
    return period(first, Month(first.year, first.month).plus(2).last)


@register.filter
def quarter_code(first: dt.date) -> str:
    """2026Q3, for an address."""
    return f"{first.year}Q{(first.month + 2) // 3}"
