"""The side menu, filled by rooms in ``AppConfig.ready()``, and what every page shows around its content."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.core.checks import CheckMessage, Error
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.platform import clock

from . import icons

Text = str | Promise
Badge = Callable[[HttpRequest], int]

GROUPS: tuple[Text, ...] = ("", _("收费"), _("催缴"), _("联系"), _("服务"), _("分析"), _("资料"), _("核对"), _("系统"))
"""The groups in the order in which everybody sees them, whatever they may use; one not named here stands last."""


class MayAct(Protocol):
    """What the menu asks of a signed-in person.

    Optional text attributes are shown where present: ``name``, ``role_name``, ``organisation_name``, ``place_name``.
    """

    def may(self, permission: str) -> bool: ...


@dataclass(frozen=True)
class Entry:
    """One line of the menu as registered. ``under`` names the line it belongs to."""

    group: Text
    label: Text
    url_name: str
    icon: str
    permission: str | None
    order: int
    badge: Badge | None = None
    under: str = ""


@dataclass(frozen=True)
class Item:
    """One line of the menu as shown: ``count`` is what waits there, 0 for nothing; ``sub`` stands under the one above."""

    label: Text
    url: str
    icon: str
    current: bool
    count: int = 0
    sub: bool = False


@dataclass(frozen=True)
class Group:
    label: Text
    items: list[Item] = field(default_factory=list)


_entries: dict[str, Entry] = {}


def register_menu(
    group: Text, label: Text, url_name: str, icon: str, permission: str | None, order: int, badge: Badge | None = None,
    *, under: str = "",
) -> None:  # fmt: skip
    """Add a page to the menu under ``group`` (empty for the lines at the top, without a heading).

    Groups stand in the order of ``GROUPS``, lines in that of ``order``. ``permission`` None shows the line to everyone
    signed in. ``badge(request)`` counts what waits there. A page worked on now and then stands ``under`` the line of its
    subject: it is shown while one is on a page of that subject, and what waits there is counted on that line meanwhile;
    who may not use that line has it as a line of its own. The same ``url_name`` registered again replaces the line.
    Raises ``ValueError`` for an unknown icon.
    """
    _entries[url_name] = Entry(group, label, url_name, icons.known(icon), permission, order, badge, under)


def entries() -> list[Entry]:
    """By group and order; what stands under a line follows it."""
    ranks = {str(group): rank for rank, group in enumerate(GROUPS)}

    def place(entry: Entry) -> tuple[object, ...]:
        head = _entries.get(entry.under, entry)
        return ranks.get(str(head.group), len(ranks)), head.order, head.url_name, entry is not head, entry.order, entry.url_name

    return sorted(_entries.values(), key=place)


def build(request: HttpRequest) -> list[Group]:
    """The menu of this person on this page; empty when no one is signed in. Lines without an address are left out."""
    actor: MayAct | None = getattr(request, "actor", None)
    if actor is None:
        return []
    shown: list[tuple[Entry, str]] = []
    for entry in entries():
        if entry.permission and not actor.may(entry.permission):
            continue
        try:
            shown.append((entry, reverse(entry.url_name)))
        except NoReverseMatch:
            continue  # reported by check_addresses
    here = _current(request, shown)
    names = {entry.url_name for entry, _url in shown}
    heads = {entry.url_name: entry.under if entry.under in names else entry.url_name for entry, _url in shown}
    open_head = heads.get(here or "", "")
    badged = [entry for entry, _url in shown if entry.badge]
    groups: dict[str, Group] = {}
    for entry, url in shown:
        name, head = entry.url_name, heads[entry.url_name]
        if head != name and head != open_head:
            continue
        group = groups.setdefault(str(entry.group), Group(entry.group))
        count = sum(
            other.badge(request) for other in badged
            if other.badge and (other.url_name == name or (heads[other.url_name] == name and name != open_head))
        )  # fmt: skip
        group.items.append(Item(entry.label, url, entry.icon, name == here, count, head != name))
    return list(groups.values())


def _current(request: HttpRequest, shown: Sequence[tuple[Entry, str]]) -> str | None:
    """The entry this page belongs to: its own address, else the longest address above it, else its room's first."""
    match = getattr(request, "resolver_match", None)
    if match is None or getattr(match.func, "outside_menu", False):
        return None
    if any(entry.url_name == match.view_name for entry, _ in shown):
        return str(match.view_name)
    above = [(len(url), entry.url_name) for entry, url in shown if url != "/" and request.path.startswith(url)]
    if above:
        return max(above)[1]
    room = match.namespace
    return next((entry.url_name for entry, _ in shown if room and entry.url_name.startswith(f"{room}:")), None)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``menu``, ``today`` and the names around the page.

    ``error_base`` is what an error page extends: the frame, the plain page, or a bare fragment for htmx.
    """
    actor = getattr(request, "actor", None)
    htmx = bool(getattr(request, "htmx", False))
    today: dt.date = clock.today()
    return {
        "menu": [] if htmx else SimpleLazyObject(lambda: build(request)),  # a part drawn by itself has no menu
        "today": today,
        "actor": actor,
        "shell_name": _text(actor, "name") or _text(getattr(request, "user", None), "username"),
        "shell_role": _text(actor, "role_name"),
        "shell_organisation": _text(actor, "organisation_name"),
        "shell_place": _text(actor, "place_name"),
        "error_base": "shell/fragment.html" if htmx else "shell/base.html" if actor else "shell/plain.html",
    }


def _text(thing: object, name: str) -> str:
    value = getattr(thing, name, "") or ""
    return str(value)


def check_addresses(**kwargs: Any) -> list[CheckMessage]:
    """Django system check: every line of the menu has an address."""
    errors: list[CheckMessage] = []
    for entry in entries():
        try:
            reverse(entry.url_name)
        except NoReverseMatch:
            errors.append(Error(f"menu entry {entry.url_name} has no address", id="shell.E001"))
    return errors
