"""Tax invoices of the last days: issued to owners and firms, one taken back by a red letter and made out anew, one that the provider
refused, and one that waits. Lived with the phone till (``online``), which keeps the sandbox providers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial

from wuyefei.edges.sandbox.public import Sandbox, install_invoices, keep
from wuyefei.foundation import environment
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.platform import clock
from wuyefei.money.invoices.public import (
    Invoice,
    InvoiceRequest,
    Title,
    TitleKind,
    ask_invoice,
    ask_red,
    check_sign,
    invoiceable,
    open_allocations,
    put,
    queue,
)
from wuyefei.money.payments.public import Payment

from ..scene import Act, Scene

Door = Callable[[], AbstractContextManager[Sandbox]]
LEAST_DAYS, MOST_DAYS = 10, 45
"""Only payments so many days old are invoiced: what is younger may still turn out to be another household's."""
AMONG, APART = 60, 7
MAIN, BRANCH = "云岫（示例）商贸有限公司", "云岫（示例）商贸有限公司溪口分公司"
REFUSED = "购买方税号在登记信息中查不到，请核对后重新开具"
REDDENED = "抬头误写成分公司，红冲后按总公司重开"


@dataclass(frozen=True)
class Asked:
    """An invoice asked for ``back`` days ago: of which payer of those who can, made out to a person or to a firm; how it ended."""

    back: int
    number: int
    firm: str = ""
    ends: str = "issued"


STORY = (
    Asked(5, 0), Asked(4, 1), Asked(4, 2, BRANCH), Asked(3, 2, MAIN), Asked(2, 3), Asked(2, 4), Asked(1, 5, "晴川（示例）设计工作室", "failed"),
    Asked(1, 6), Asked(0, 7, ends="asked"), Asked(0, 8, ends="asked"),
)  # fmt: skip
RED = 3
"""Days ago on which the firm's first invoice was taken back, just before the second."""


def acts(scene: Scene, door: Door) -> Iterator[Act]:
    """``door`` opens the providers at the moment that is lived."""
    at, today = scene.calendar.at, scene.calendar.today
    for turn, one in enumerate(STORY):
        day = today - DAY * one.back
        if Month.of(day) == scene.calendar.month:
            yield Act(at(day, 8 if not one.back else 14, 40 + turn), partial(_ask, scene, door, one))
    if Month.of(today - DAY * RED) == scene.calendar.month:
        yield Act(at(today - DAY * RED, 14, 20), partial(_redden, scene, door))


def _payments(scene: Scene) -> list[Payment]:
    """One payment of each of some payers, spread over the place; years paid ahead may still be taken back and are left alone."""
    today, prefix = clock.today(), scene.place.prefix
    rows = Payment.objects.filter(
        community_id=scene.community.pk, voided_at__isnull=True, payer__kind="individual", value_date__gte=scene.calendar.today - DAY * MOST_DAYS,
        value_date__lte=min(today, scene.calendar.today - DAY * LEAST_DAYS), prepayments__isnull=True,
    ).exclude(client_key__contains=f":{prefix}NF")  # fmt: skip
    found: dict[int, Payment] = {}
    for row in rows.order_by("value_date", "client_key")[:AMONG]:
        found.setdefault(row.payer_id, row)
    return list(found.values())[::APART] or list(found.values())


def _ask(scene: Scene, door: Door, one: Asked) -> None:
    install_invoices(scene.community.organisation_id, keep(environment.home() / "secrets"), auto_issue=False)
    paid = _payments(scene)
    if len(paid) <= one.number or not invoiceable(open_allocations([paid[one.number].pk]))[0]:
        return
    payment = paid[one.number]
    title = _firm(one.firm) if one.firm else Title(TitleKind.PERSONAL, payment.payer.name)
    row = ask_invoice(InvoiceRequest((payment.pk,), title), actor=scene[Role.CASHIER])
    if one.ends != "asked":
        _issue(scene, door, row, REFUSED if one.ends == "failed" else "")


def _firm(name: str) -> Title:
    body = f"91330100DEM{len(name):02d}A{sum(map(ord, name)) % 1000:03d}"
    return Title(TitleKind.COMPANY, name, body + check_sign(body), email="caiwu@example.com")


def _issue(scene: Scene, door: Door, row: Invoice, refuse: str = "") -> None:
    queue(row.pk, actor=scene[Role.FINANCE])
    with door() as sandbox:
        sandbox.invoices.faults.refuse = refuse
        put(row.pk)
        sandbox.invoices.faults.refuse = ""


def _redden(scene: Scene, door: Door) -> None:
    row = Invoice.objects.filter(community_id=scene.community.pk, buyer_name=BRANCH, state="issued").first()
    if row is not None:
        _issue(scene, door, ask_red(row.pk, (), REDDENED, actor=scene[Role.FINANCE]))
