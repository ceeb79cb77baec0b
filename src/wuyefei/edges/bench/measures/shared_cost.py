"""A shared cost worked out and written for many participants beside COPY of its finished lines."""

from __future__ import annotations

import io
from collections.abc import Iterator

from django.db import connection, transaction

from wuyefei.estate.tariffs.public import By, ChargeItem
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.platform import clock
from wuyefei.money.sheets.public import Head, Scope, SharedTerms, Sheet, draft_shared

from ..estate import Firm, found, settle
from ..ground import analyse
from ..harness import Figure, Watch, measurement, note, noted

COLUMNS = "organisation_id, community_id, sheet_id, property_id, payer_id, service_from, service_to, quantity, amount_fen, inputs"
TOTAL_FEN, ROUNDS = 123_456_789, 2


@measurement("shared_cost", "十万户按面积分摊一笔公摊，写成计费单，对照直接 COPY 同样的行", 100_000)
def shared_cost(homes: int) -> Iterator[Figure]:
    firm = found()
    with noted(f"建立 2 × {homes} 户"):
        ours, twin = settle(firm, "甲", homes), settle(firm, "乙", homes)
        analyse()
    work, bare = Watch(), Watch()
    for number in range(ROUNDS):
        for turn in (0, 1) if number % 2 else (1, 0):
            if turn:
                with work:
                    sheet = _shared(firm, ours, number)
                assert sheet.amount_fen == TOTAL_FEN, "what was shared is not what there was to share"
            else:
                _copied(firm, twin, number, bare)
    note(f"{homes} 户，每次 {work.seconds / ROUNDS:.2f} s，COPY {bare.seconds / ROUNDS:.2f} s")
    yield Figure("shared_cost_times", homes, work.seconds, bare.seconds, 2)


def _shared(firm: Firm, place: Community, number: int) -> Sheet:
    month = firm.month
    item = ChargeItem.objects.get(organisation=firm.organisation, code="service")
    head = Head(item.pk, f"公共用电 {number}", Span(month.first, month.last), clock.today())
    return draft_shared(head, SharedTerms(TOTAL_FEN, By.AREA, Scope(kinds=("residential",))), actor=firm.maker, community=place)


def _copied(firm: Firm, place: Community, number: int, bare: Watch) -> None:
    """The twin's finished lines, written anew with every key and check of the table."""
    sheet = _shared(firm, place, number)
    with transaction.atomic(), connection.cursor() as cursor:
        with cursor.copy(f"COPY (SELECT {COLUMNS} FROM sheets_line WHERE sheet_id = {sheet.pk} ORDER BY id) TO STDOUT") as copy:
            text = b"".join(bytes(block) for block in copy)
        cursor.execute("DELETE FROM sheets_line WHERE sheet_id = %s", [sheet.pk])
    stream = io.BytesIO(text)
    with bare, transaction.atomic(), connection.cursor() as cursor, cursor.copy(f"COPY sheets_line ({COLUMNS}) FROM STDIN") as copy:
        while block := stream.read(256 * 1024):
            copy.write(block)
