"""A file to the bank 报盘: made, taken along, sent, or undone before (product row D1)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable

from django.db import connection, transaction

from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock, vault
from wuyefei.money.billing.public import deferred_on, open_bills

from ..models import DebitBatch, DebitBill, DebitItem, DebitTerms, Mandate
from ..queries import active, due_debits
from ..rules import ANSWER_WITHIN, MOST_ITEMS
from ..rules.choosing import Asked
from ..rules.layouts import Out, Shape, parse_layout, write

DEBIT_LOCK = 0x77790031
AHEAD = dt.timedelta(days=31)
State = DebitBatch.State


class NoTerms(DomainError):
    code = "no_debit_terms"
    message = "这个小区还没有代扣设置，先填商户号和文件的列。"


class NothingToDebit(DomainError):
    code = "nothing_to_debit"
    message = "这一天没有可以代扣的账单。"


class BillsMoved(DomainError):
    code = "debit_bills_moved"
    message = "有 {count} 笔扣款的账单或签约有变化（例如 {number}），请撤销这一批重新生成。"


def lock(organisation_id: int) -> None:
    """One hand at a time on the debits of an organisation; taken before any lock of bills or payments."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [DEBIT_LOCK, organisation_id])


@transaction.atomic
def make_batch(community_id: int, debit_on: dt.date, *, actor: Actor) -> DebitBatch:
    """Gather what is due on a day from all who have signed; each bill waits in one batch at most.

    Raises ``NoTerms``, ``NothingToDebit``, ``Invalid``, ``LayoutRefused``.
    """
    community = get_community(actor, community_id, Permission.DEBIT_WORK)
    if not clock.today() <= debit_on <= clock.today() + AHEAD:
        raise Invalid(field="扣款日", reason="应在今天到一个月之内")
    lock(actor.organisation_id)
    terms = DebitTerms.objects.filter(community=community).first()
    if terms is None:
        raise NoTerms()
    chosen = due_debits(actor, terms, debit_on)
    if not chosen.asked:
        raise NothingToDebit()
    if len(chosen.asked) > MOST_ITEMS:
        raise DomainError("too_many_debits", "一批最多 {most} 笔。", most=MOST_ITEMS)
    number = _number(actor.organisation_id, debit_on)
    standing = {row.payer_id: row for row in active(community.pk)}
    drafts = [(place, f"{number}{place:05d}", one) for place, one in enumerate(chosen.asked, start=1)]
    rows = [_out(place, item, standing[one.payer_id], one.fen, debit_on, terms.merchant, number, terms.note) for place, item, one in drafts]
    data = write(rows, parse_layout(terms.columns, Shape(terms.shape)), Shape(terms.shape))
    batch = DebitBatch.objects.create(
        organisation_id=actor.organisation_id, community=community, number=number, debit_on=debit_on, merchant=terms.merchant, note=terms.note,
        shape=terms.shape, columns=terms.columns, item_count=len(drafts), total_fen=sum(one.fen for one in chosen.asked),
        sha256=hashlib.sha256(data).hexdigest(), left_out={str(why): count for why, count in chosen.left_out.items()}, made_at=clock.now(),
        made_by_id=actor.user_id,
    )  # fmt: skip
    _write_items(batch, drafts, standing)
    audit.record(actor, "debit.batch", batch, after={"items": batch.item_count, "total_fen": batch.total_fen, "sha256": batch.sha256})
    return batch


def _number(organisation_id: int, on: dt.date) -> str:
    head = f"DK{on:%y%m%d}"
    made = DebitBatch.objects.filter(organisation_id=organisation_id, number__startswith=head).count()
    return f"{head}{made + 1:03d}"


def _out(place: int, number: str, row: Mandate, fen: int, on: dt.date, merchant: str, batch: str, note: str) -> Out:
    if row.account_sealed is None:
        raise DomainError("account_gone", "第 {row} 笔的账号已按个人信息请求删除，文件不能再生成。", row=place)
    return Out(place, number, row.holder, vault.open_secret(bytes(row.account_sealed)), row.bank, fen, on, merchant, batch, note)


def _write_items(batch: DebitBatch, drafts: Iterable[tuple[int, str, Asked]], standing: dict[int, Mandate]) -> None:
    rows, bills = [], []
    for place, number, one in drafts:
        item = DebitItem(
            organisation_id=batch.organisation_id, community_id=batch.community_id, batch=batch, mandate=standing[one.payer_id],
            property_id=one.property_id, place=place, number=number, amount_fen=one.fen,
        )  # fmt: skip
        rows.append(item)
        bills += [DebitBill(item=item, receivable_id=bill.receivable_id, amount_fen=bill.fen) for bill in one.bills]
    DebitItem.objects.bulk_create(rows)
    DebitBill.objects.bulk_create(bills)


def locked(batch_id: int, actor: Actor) -> DebitBatch:
    """A batch that the actor may work on, under lock. Raises ``NotFound``, ``Forbidden``."""
    lock(actor.organisation_id)
    found = DebitBatch.objects.select_for_update(of=("self",)).filter(
        pk=batch_id, organisation_id=actor.organisation_id, community_id__in=actor.seen).first()  # fmt: skip
    if found is None:
        raise NotFound()
    actor.require(Permission.DEBIT_WORK, found.community_id)
    return found


def require(batch: DebitBatch, state: str) -> None:
    if batch.state != state:
        raise DomainError("batch_state", "这一批现在是「{state}」，不能这样处理。", state=batch.get_state_display())


@transaction.atomic
def file_of(batch_id: int, *, actor: Actor) -> tuple[str, bytes]:
    """The name and bytes of the file, with the accounts in clear; the trail keeps who took it."""
    batch = locked(batch_id, actor)
    if batch.state == State.UNDONE:
        require(batch, State.DRAFT)
    items = batch.items.select_related("mandate").order_by("place")
    rows = [_out(item.place, item.number, item.mandate, item.amount_fen, batch.debit_on, batch.merchant, batch.number, batch.note) for item in items]
    data = write(rows, parse_layout(batch.columns, Shape(batch.shape)), Shape(batch.shape))
    if hashlib.sha256(data).hexdigest() != batch.sha256:
        raise DomainError("debit_file_differs", "文件与生成时的摘要不同，不能下载。")
    audit.record(actor, "debit.file", batch, after={"items": batch.item_count, "sha256": batch.sha256})
    return f"{batch.number}.{'csv' if batch.shape == Shape.CSV else 'txt'}", data


@transaction.atomic
def send(batch_id: int, *, actor: Actor) -> DebitBatch:
    """The file was given to the bank: from now on only the bank's answer ends its items. Raises ``BillsMoved``."""
    batch = locked(batch_id, actor)
    require(batch, State.DRAFT)
    if batch.debit_on < clock.today():
        raise DomainError("debit_day_past", "扣款日已过，请撤销这一批重新生成。")
    moved = _moved(batch, actor)
    if moved:
        raise BillsMoved(count=len(moved), number=moved[0])
    batch.state, batch.sent_at, batch.sent_by_id = State.SENT, clock.now(), actor.user_id
    batch.save(update_fields=["state", "sent_at", "sent_by"])
    audit.record(actor, "debit.send", batch, after={"items": batch.item_count, "total_fen": batch.total_fen})
    return batch


def _moved(batch: DebitBatch, actor: Actor) -> list[str]:
    """The items of which a bill is not owed any more as it was when the file was made, or whose payer has ended the mandate."""
    rows = list(DebitBill.objects.filter(item__batch=batch).select_related("item__mandate").order_by("item__place", "pk"))
    ids = [row.receivable_id for row in rows]
    deferred = deferred_on(batch.community_id, batch.debit_on)
    now = {
        bill.id: bill.total_fen for bill in open_bills(actor, batch.debit_on, receivable_ids=ids)
        if not bill.held and bill.allocation_order != "agreed" and bill.id not in deferred
    }  # fmt: skip
    wrong = [row.item.number for row in rows if now.get(row.receivable_id) != row.amount_fen or row.item.mandate.ended_at is not None]
    return list(dict.fromkeys(wrong))


@transaction.atomic
def undo(batch_id: int, *, actor: Actor) -> DebitBatch:
    """Before it was sent: its bills are free again."""
    batch = locked(batch_id, actor)
    require(batch, State.DRAFT)
    batch.state, batch.undone_at, batch.undone_by_id = State.UNDONE, clock.now(), actor.user_id
    batch.save(update_fields=["state", "undone_at", "undone_by"])
    batch.items.update(state=DebitItem.State.UNDONE)
    DebitBill.objects.filter(item__batch=batch).update(waiting=False)
    audit.record(actor, "debit.undo", batch)
    return batch


@transaction.atomic
def give_up(batch_id: int, reason: str, *, actor: Actor) -> int:
    """The bank never answered for some items: their bills are free again. A late answer is still taken. Returns how many."""
    batch = locked(batch_id, actor)
    require(batch, State.SENT)
    why = limited(reason, "原因", 200, required=True)
    if clock.today() <= batch.debit_on + ANSWER_WITHIN:
        raise DomainError("answer_may_come", "扣款日后 {days} 天内银行还可能回盘，到 {day} 之后才能结束。",
                          days=ANSWER_WITHIN.days, day=batch.debit_on + ANSWER_WITHIN)  # fmt: skip
    rows = batch.items.filter(state=DebitItem.State.WAITING)
    DebitBill.objects.filter(item__in=rows.values("pk"), waiting=True).update(waiting=False)
    count = rows.update(state=DebitItem.State.GIVEN_UP, words="银行没有回盘")
    if not count:
        raise DomainError("nothing_waits", "这一批没有待回盘的扣款。")
    audit.record(actor, "debit.give_up", batch, after={"items": count}, reason=why)
    return count
