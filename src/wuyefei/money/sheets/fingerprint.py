"""The fingerprint of a sheet's lines: what was looked at is what is booked."""

from __future__ import annotations

import hashlib

from django.db import connection

from .models import Line, Sheet

_DIGEST = """
SELECT encode(sha256(COALESCE(string_agg(line, '' ORDER BY id), '')::bytea), 'hex') FROM (
  SELECT id, md5(concat_ws('|', id, property_id, payer_id, service_from, service_to, quantity, amount_fen, inputs)) AS line
  FROM sheets_line WHERE sheet_id = %s OFFSET 0) lines
"""


def digest(sheet: Sheet) -> str:
    """The fingerprint of all lines of a sheet."""
    with connection.cursor() as cursor:
        cursor.execute(_DIGEST, [sheet.pk])
        return str(cursor.fetchone()[0])


def as_asked(sheet: Sheet, fingerprint: str) -> bool:
    """Whether the lines are still those that were submitted. One that was submitted to an earlier version of the
    program, and waits, has the fingerprint that was taken then."""
    return fingerprint == digest(sheet) or fingerprint == _earlier(sheet)


def _earlier(sheet: Sheet) -> str:
    rows = Line.objects.filter(sheet=sheet).order_by("pk").values_list("property_id", "payer_id", "amount_fen", "inputs")
    found = hashlib.sha256()
    for row in rows.iterator(chunk_size=2000):
        found.update(repr(row).encode())
    return found.hexdigest()
