"""A person who opens addresses, and what their answers hold."""

from __future__ import annotations

import io
import json
import re
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import unquote

from django.apps import apps
from django.core.cache import cache
from django.db import connection, models, transaction
from django.test import Client
from python_calamine import CalamineWorkbook

from tests.architecture.place import Mark
from wuyefei.foundation.access.actor import Actor, load_actor
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.sessions import expired, pass_factor

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXTUAL = ("text/html", "text/plain", "text/csv", "text/javascript", "application/json")
ROOMS = ("wuyefei.",)


@dataclass(frozen=True)
class Answer:
    """``text``: everything the answer says, whatever its format."""

    status: int
    text: str
    location: str

    def holds(self, marks: Iterable[Mark]) -> list[str]:
        return [text for mark in marks for text in mark.texts if text in self.text]


class Walker:
    """A browser of one person; every request is undone unless ``keep``.

    What is undone is undone back to one savepoint that stands for all requests of the person: two commands less for each.
    """

    def __init__(self, user: User | None, *, factor: bool = True) -> None:
        self.client = Client()
        self.user = user
        if user is not None:
            self.client.force_login(user)
            session = self.client.session
            expired(session)  # as after signing in: the session knows when it began and need not be written by each page
            if factor:
                pass_factor(session, user)
            session.save()
        self.point = transaction.savepoint()
        self.key = {name: morsel.value for name, morsel in self.client.cookies.items()}

    @property
    def actor(self) -> Actor:
        assert self.user is not None
        return load_actor(User.objects.get(pk=self.user.pk))

    def send(self, method: str, path: str, data: dict[str, Any] | None = None, *, keep: bool = False, **headers: str) -> Answer:
        cache.clear()
        self.client.cookies = SimpleCookie(self.key)
        answer = self._send(method, path, data or {}, headers)
        if keep and answer.status != 500:
            transaction.savepoint_commit(self.point)
            self.point = transaction.savepoint()
        else:
            transaction.savepoint_rollback(self.point)
            transaction.set_rollback(False)
        return answer

    @contextmanager
    def kept(self, path: str, data: dict[str, Any]) -> Iterator[Answer]:
        """Post, look at what has become of the database, undo."""
        cache.clear()
        self.client.cookies = SimpleCookie(self.key)
        with transaction.atomic():
            yield self._send("post", path, data, {})
            transaction.set_rollback(True)

    def _send(self, method: str, path: str, data: dict[str, Any], headers: dict[str, str]) -> Answer:
        try:
            response = getattr(self.client, method)(path, data, headers=headers)
            text = _text(response)
        except Exception:
            return Answer(500, traceback.format_exc(), "")
        return Answer(response.status_code, text, response.headers.get("Location", ""))


def _text(response: Any) -> str:
    """The body as text, a workbook as the text of all its cells, and the headers."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    heads = unquote(_plain("\n".join(f"{name}: {value}" for name, value in response.headers.items())))
    if kind == XLSX:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]
        assert rows, "an empty workbook"
        return heads + json.dumps([book.sheet_names, rows], ensure_ascii=False, default=str)
    if kind in TEXTUAL:
        return heads + _plain(content.decode())
    assert kind in ("application/pdf", "image/svg+xml", "image/png", "image/jpeg", "") or not content, f"no way to read {kind}"
    return heads


def _plain(text: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), text)


def business_models() -> list[type[models.Model]]:
    """Every table of the rooms."""
    return [model for model in apps.get_models() if model.__module__.startswith(ROOMS) and model._meta.managed]


UNWATCHED = {"access_signinevent"}


def fingerprint() -> dict[str, tuple[int, str]]:
    """Rows and a checksum of every table of the rooms."""
    found = {}
    with connection.cursor() as cursor:
        for model in business_models():
            table = model._meta.db_table
            if table in UNWATCHED:
                continue
            cursor.execute(f"SELECT count(*), coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM \"{table}\" t")
            found[table] = cursor.fetchone()
    return found


def crossings_sql() -> str:
    """A query for every row that points to a row of another community or organisation."""
    parts = []
    for model in business_models():
        own = {field.attname for field in model._meta.concrete_fields}
        for field in model._meta.concrete_fields:
            target = field.related_model if isinstance(field, models.ForeignKey) else None
            if target is None:
                continue
            theirs = {column.attname for column in target._meta.concrete_fields}
            for shared in ("community_id", "organisation_id"):
                if shared in own and shared in theirs and field.attname != shared:
                    parts.append(
                        f"SELECT '{model._meta.label}.{field.name}' FROM \"{model._meta.db_table}\" a"  # noqa: S608
                        f' JOIN "{target._meta.db_table}" b ON a."{field.column}" = b.id WHERE a.{shared} <> b.{shared}'
                    )
    return " UNION ALL ".join(parts)


def crossings(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return sorted({row[0] for row in cursor.fetchall()})
