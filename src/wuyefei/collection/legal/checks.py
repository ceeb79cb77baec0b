"""What ``verify`` proves of the legal road."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check
from wuyefei.money.billing.public import Adjustment, Receivable
from wuyefei.money.concessions.public import PlanBill
from wuyefei.money.payments.public import Allocation
from wuyefei.relations.contacts.public import Contact

from .actions.bankruptcy import proven, standing
from .actions.papers import digest
from .models import Claim, Event, Letter, Matter, Paper
from .queries.matters import deadlines_of, limitation_of, past_of
from .rules.road import STEP_NAMES, Step, replay

BATCH = 200
R, C, E, A, P, M = (model._meta.db_table for model in (Receivable, Claim, Event, Adjustment, Allocation, Matter))


def steps(organisation_id: int) -> Iterator[Yielded]:
    """A matter stands where its events lead; they are numbered without a gap; closed ones hold no bill, open ones all of theirs."""
    rows = Matter.objects.filter(organisation_id=organisation_id)
    yield Examined(rows.count())
    for row in rows.order_by("pk").iterator(chunk_size=BATCH):
        found = list(Event.objects.filter(matter=row).order_by("number").values_list("number", "kind"))
        wrong = _step_of(row, [kind for _number, kind in found])
        if [number for number, _kind in found] != list(range(1, row.events + 1)):
            wrong = "经过的编号不连续"
        held = Claim.objects.filter(matter=row, released_at__isnull=True).exists()
        if held == (row.closed_on is not None):
            wrong = "已结案的案件还占着账单，或者未结的没有账单"
        if wrong:
            yield Finding("legal.steps", M, row.pk, wrong)


def _step_of(row: Matter, kinds: list[str]) -> str:
    try:
        step = replay(kinds)
    except DomainError as error:
        return error.text
    if step != row.step:
        return f"阶段是{STEP_NAMES[Step(row.step)]}，按经过应为{STEP_NAMES[step]}"
    return ""


def deadlines(organisation_id: int) -> Iterator[Yielded]:
    """The next deadline and the end of limitation are those that the facts gave when they were last worked out. Matters whose
    bills have moved since wait for the night."""
    rows = Matter.objects.filter(organisation_id=organisation_id, worked_at__isnull=False).select_related("organisation")
    yield Examined(rows.count())
    for row in rows.order_by("pk").iterator(chunk_size=BATCH):
        if _moved_since(row):
            continue
        if row.closed_on is not None:
            wanted = (row.closed_on, "", row.limitation_on)
        else:
            assert row.worked_at is not None
            last = limitation_of(row)
            first = deadlines_of(past_of(row), row.worked_at.astimezone(CHINA).date(), last)[0]
            wanted = (first.on, str(first.what), last)
        if (row.next_on, row.next_what, row.limitation_on) != wanted:
            yield Finding("legal.deadlines", M, row.pk, f"下一期限应为 {wanted[0]} {wanted[1]}，时效届满应为 {wanted[2]}")


def _moved_since(row: Matter) -> bool:
    bills = list(Claim.objects.filter(matter=row).values_list("receivable_id", flat=True))
    since = {"receivable_id__in": bills, "booked_at__gte": row.worked_at}
    plans = list(PlanBill.objects.filter(receivable_id__in=bills).values_list("plan_id", flat=True))
    signed = AuditEntry.objects.filter(subject_type="plan", subject_id__in=plans, action="concessions.sign", at__gte=row.worked_at)
    return signed.exists() or Allocation.objects.filter(**since).exists() or Adjustment.objects.filter(**since).exists()


def claims(organisation_id: int) -> Iterator[Yielded]:
    """The principal frozen in a claim is what the books held when the matter was opened; what came in since is in the books alone.
    Entries of the very moment may stand on either side of it."""
    yield Examined(Claim.objects.filter(organisation_id=organisation_id).count())
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT c.id, c.principal_fen, before.fen FROM {C} c JOIN {R} r ON r.id = c.receivable_id
            JOIN {E} e ON e.matter_id = c.matter_id AND e.kind = 'open' CROSS JOIN LATERAL (SELECT r.amount_fen
              + coalesce((SELECT sum(amount_fen) FROM {A} WHERE receivable_id = r.id AND booked_at < e.made_at), 0)
              - coalesce((SELECT sum(amount_fen) FROM {P} WHERE receivable_id = r.id AND part = 'principal' AND booked_at < e.made_at), 0) AS fen,
              coalesce((SELECT sum(amount_fen) FROM {A} WHERE receivable_id = r.id AND booked_at = e.made_at), 0)
              - coalesce((SELECT sum(amount_fen) FROM {P} WHERE receivable_id = r.id AND part = 'principal' AND booked_at = e.made_at), 0) AS just) before
            WHERE c.organisation_id = %s AND c.principal_fen NOT IN (before.fen, before.fen + before.just) ORDER BY c.id""",
            [organisation_id],
        )
        for row_id, frozen_fen, booked_fen in cursor.fetchall():
            yield Finding("legal.claims", C, row_id, f"立案时本金记为 {yuan_text(frozen_fen)}，账上是 {yuan_text(int(booked_fen))}")


def letters(organisation_id: int) -> Iterator[Yielded]:
    """A letter asks for what its paper says, of bills of its matter; its days are in order; a posted one stands in the contact log."""
    rows = Letter.objects.filter(organisation_id=organisation_id).select_related("paper")
    yield Examined(rows.count())
    for row in rows.order_by("pk").iterator(chunk_size=BATCH):
        wrong = _letter(row)
        if wrong:
            yield Finding("legal.letters", Letter._meta.db_table, row.pk, wrong)


def _letter(row: Letter) -> str:
    mine = set(Claim.objects.filter(matter_id=row.matter_id).values_list("receivable_id", flat=True))
    if not set(row.receivable_ids) <= mine:
        return "函里有不在案件中的账单"
    sums = [block["rows"][-1][5] for part in row.paper.data["parts"] for block in part["blocks"] if block["k"] == "table"]
    if sums[:1] != [yuan_text(row.principal_fen)]:
        return f"函的本金记为 {yuan_text(row.principal_fen)}，文书上是 {sums[:1]}"
    days = [day for day in (row.made_on, row.posted_on, row.delivered_on or row.returned_on, row.followed_on) if day is not None]
    if days != sorted(days) or (row.posted_on is None and len(days) > 1):
        return "出函、交寄、送达、回访的日期次序不对"
    if (row.posted_on is not None) != Contact.objects.filter(source_ref=f"legal.letter:{row.pk}").exists():
        return "交寄与联系记录不一致"
    return ""


def papers(organisation_id: int) -> Iterator[Yielded]:
    """The digest of a paper, and of each part of an evidence pack, reproduces from what is kept."""
    rows = Paper.objects.filter(organisation_id=organisation_id)
    yield Examined(rows.count())
    for row in rows.order_by("pk").iterator(chunk_size=BATCH):
        parts = [part for part in row.data["parts"] if "digest" in part]
        sound = all(part["digest"] == digest({"title": part["title"], "blocks": part["blocks"]}) for part in parts)
        if digest(row.data) != row.digest or not sound:
            yield Finding("legal.papers", Paper._meta.db_table, row.pk, "文书的内容与 SHA-256 不符")


def bankrupt(organisation_id: int) -> Iterator[Yielded]:
    """Where a claim of an open matter stands in a bankruptcy, the law guard knows of it."""
    rows = Matter.objects.filter(organisation_id=organisation_id, closed_on__isnull=True, worked_at__isnull=False)
    found = rows.filter(pk__in=Event.objects.filter(organisation_id=organisation_id, kind="declare", facts__way="bankrupt").values("matter_id"))
    yield Examined(found.count())
    for row in found.order_by("pk"):
        if standing(row) is not None and not proven(row):
            yield Finding("legal.bankrupt", M, row.pk, "已申报破产债权，联系守护里没有登记破产")


def register() -> None:
    register_check("legal.steps", "法务：阶段与经过", steps)
    register_check("legal.deadlines", "法务：期限与时效", deadlines)
    register_check("legal.claims", "法务：请求与账簿", claims)
    register_check("legal.letters", "法务：催款函", letters)
    register_check("legal.bankrupt", "法务：申报了破产债权的不再催收", bankrupt)
    register_check("legal.papers", "法务：文书的 SHA-256", papers)
