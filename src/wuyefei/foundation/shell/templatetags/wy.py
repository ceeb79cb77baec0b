"""How money, dates, status and icons are written on pages (design README: Money, numbers, dates)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.forms import BoundField
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from wuyefei.foundation.kernel import errors
from wuyefei.foundation.kernel.dates import CHINA, Month
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import clock

from .. import fields, icons, slots

register = template.Library()
NONE = mark_safe('<span class="q">—</span>')


def _fen(value: object) -> int | None:
    """Whole fen, or None for "does not apply". Anything else is a mistake in the page, and never shown as money."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"money is whole fen, not {type(value).__name__}")
    return value


@register.filter
def money(fen: object) -> SafeString:
    """``-120000`` → −1,200.00 for table cells: the unit stands in the head. None → a dash."""
    value = _fen(fen)
    if value is None:
        return NONE
    return format_html('<span class="money{}">{}</span>', "" if value else " zero", yuan_text(value))


@register.filter
def signed(fen: object) -> SafeString:
    """A difference, with its sign: +89.48, −4,620.00, 0.00."""
    value = _fen(fen)
    if value is None:
        return NONE
    plus = "+" if value > 0 else ""
    return format_html('<span class="money{}">{}{}</span>', "" if value else " zero", plus, yuan_text(value))


@register.filter
def yuan(fen: object) -> SafeString:
    """A lone figure: ``-2000`` → −¥20.00, the sign of the currency small."""
    value = _fen(fen)
    if value is None:
        return NONE
    minus = "−" if value < 0 else ""
    return format_html('<span class="money">{}<span class="y">¥</span>{}</span>', minus, yuan_text(abs(value)))


@register.filter
def big_money(fen: object) -> SafeString:
    """A headline figure: as ``yuan``, with the fen set smaller. Put it inside ``class="big"``."""
    value = _fen(fen)
    if value is None:
        return NONE
    minus = "−" if value < 0 else ""
    whole, _dot, part = yuan_text(abs(value)).partition(".")
    html = '<span class="money">{}<span class="y">¥</span>{}<span class="f">.{}</span></span>'
    return format_html(html, minus, whole, part)


@register.filter
def day(value: dt.date | dt.datetime | None) -> SafeString:
    """11-23 in the current year, else 2025-11-23."""
    if not value:
        return NONE
    date = value.astimezone(CHINA).date() if isinstance(value, dt.datetime) else value
    text = f"{date:%m-%d}" if date.year == clock.today().year else date.isoformat()
    return format_html('<time datetime="{}">{}</time>', date.isoformat(), text)


@register.filter
def moment(value: dt.datetime | None) -> SafeString:
    """China time: 11-23 18:42 in the current year, else 2025-11-23 18:42."""
    if not value:
        return NONE
    local = value.astimezone(CHINA)
    text = f"{local:%m-%d %H:%M}" if local.year == clock.today().year else f"{local:%Y-%m-%d %H:%M}"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), text)


@register.filter
def spoken(text: str) -> str:
    """Words of ours, with their facts, in the reader's language."""
    return errors.spoken(text)


@register.filter
def month_text(value: Month | dt.date | str | None) -> str:
    """``2026-11`` → 2026 年 11 月."""
    if not value:
        return "—"
    if isinstance(value, str):
        value = Month.parse(value)
    month = Month.of(value) if isinstance(value, dt.date) else value
    return _("%(year)d 年 %(month)d 月") % {"year": month.year, "month": month.number}


@register.simple_tag
def icon(name: str, cls: str = "") -> SafeString:
    """A drawing from the sprite, hidden from screen readers: words stand beside it or in ``aria-label``."""
    address = f"{static(icons.SPRITE)}#{icons.known(name)}"
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', f"i {cls}".strip(), address)


@register.simple_tag
def status(kind: str, text: object) -> SafeString:
    """Glyph and word. Kinds: due late part paid hold plan dup info void."""
    if kind not in icons.STATUS:
        raise ValueError(f"no status {kind!r}; known: {', '.join(sorted(icons.STATUS))}")
    html = '<span class="st st-{}"><svg aria-hidden="true"><use href="{}#st-{}"/></svg>{}</span>'
    return format_html(html, kind, static(icons.SPRITE), kind, text)


@register.simple_tag
def grade(letter: str) -> SafeString:
    """Debt grade S A B C: a square with 级."""
    return format_html('<span class="gr gr-{}">{}</span>', letter, _("%(letter)s 级") % {"letter": letter})


@register.simple_tag
def klass(letter: str) -> SafeString:
    """Customer class: a round with 类; a longer word such as 企业 stands as it is."""
    text = _("%(letter)s 类") % {"letter": letter} if len(letter) == 1 else letter
    return format_html('<span class="cl">{}</span>', text)


@register.simple_tag(takes_context=True)
def query_with(context: template.Context, **changes: Any) -> str:
    """This page's query with some values changed; None takes a key out. Always begins with ``?``."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        if value is None or value == "":
            query.pop(key, None)
        else:
            query[key] = str(value)
    return "?" + query.urlencode()


@register.simple_tag(takes_context=True)
def slot(context: template.Context, name: str, subject: Any = None) -> SafeString:
    """What rooms above have put into this place of the page."""
    request = context.get("request")
    return slots.fill(name, request, subject) if request is not None else mark_safe("")


@register.simple_tag(takes_context=True)
def again(context: template.Context, name: str) -> SafeString:
    """A block of this page a second time: the title stands in the head and as the heading."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks is not None else None
    return block.nodelist.render(context) if block is not None else mark_safe("")


@register.inclusion_tag("shell/_field.html")
def form_field(field: BoundField, **attrs: Any) -> dict[str, Any]:
    """Label, control, help or error of one field. ``cls="num"`` aligns right; ``wide=True`` spans the form;
    other words become attributes of the control, ``data_x`` as ``data-x``."""
    return fields.describe(field, attrs)
