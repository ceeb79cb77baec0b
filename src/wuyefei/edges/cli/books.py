"""``bill``, ``verify``, ``export`` and ``report``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError, spoken
from wuyefei.foundation.kernel.money import yuan

from . import boot
from .boot import Outcome
from .speech import said

if TYPE_CHECKING:
    from wuyefei.money.billing.public import DraftResult

REASONS = {
    "no_price": "没有生效的价格", "no_payer": "没有缴费人", "no_area": "没有面积", "no_quantity": "没有计费数量",
    "no_heads": "没有登记居住的人", "bad_formula": "公式算不出金额", "zero": "金额为零",
}  # fmt: skip


def bill(args: argparse.Namespace) -> Outcome:
    """Draft a month's run of a community; with ``--publish`` confirm it and have a second identity publish it."""
    boot.ready()
    from wuyefei.foundation.access.actor import SYSTEM, service_actor
    from wuyefei.money.billing.public import Selection, draft_run

    community = boot.community_named(args.community, args.organisation)
    month = Month.parse(args.period)
    by_hand = args.as_user is not None
    maker = (
        boot.acting(args.as_user, community.organisation_id)
        if by_hand
        else service_actor(community.organisation_id, SYSTEM)
    )
    result = draft_run(community.pk, month, actor=maker, selection=Selection())
    document = _bill_document(result, community.name, month)
    if args.publish and result.run is not None:
        if by_hand and args.publish_as is None:
            raise DomainError(
                "second_person", "草稿已保存。发布要由第二个人完成：加 --publish-as 用户名，或由另一人在出账页发布。"
            )
        publisher = boot.acting(args.publish_as, community.organisation_id)
        from django.db import transaction

        from wuyefei.foundation.approvals.actions import decide
        from wuyefei.money.billing.public import confirm_run

        with transaction.atomic():  # a publisher who is refused leaves the draft a draft
            request = confirm_run(result.run.pk, actor=maker)
            decide(request.pk, approved=True, actor=publisher)
        document["state"] = "published"
    return Outcome(document, _bill_text(document))


def _bill_document(result: DraftResult, name: str, month: Month) -> dict[str, object]:
    return {
        "community": name,
        "period": str(month),
        "run": result.run.pk if result.run else None,
        "state": "draft" if result.run else "nothing_to_bill",
        "lines": result.line_count,
        "amount": yuan(result.amount_fen),
        "gaps": [
            {"property": gap.property_code, "from": str(gap.span.first), "to": str(gap.span.last), "reason": gap.reason}
            for gap in result.gaps
        ],
    }


def _bill_text(document: dict[str, object]) -> str:
    states = {"draft": said("草稿"), "published": said("已发布"), "nothing_to_bill": said("没有应出的账单")}
    text = said("{community} {period}：{status}，{lines} 行，{amount} 元", community=document['community'], period=document['period'], status=states[str(document['state'])], lines=document['lines'], amount=document['amount'])
    gaps = document["gaps"]
    if isinstance(gaps, list) and gaps:
        text += said("\n{count} 处不能出账：", count=len(gaps)) + "; ".join(
            f"{gap['property']} {spoken(REASONS.get(str(gap['reason']), gap['reason']))}" for gap in gaps[:20]
        )
    return text


def verify(args: argparse.Namespace) -> Outcome:
    """Prove the books of every organisation (or one); the first row that does not hold is named."""
    boot.ready()
    from wuyefei.foundation.access.models import Organisation
    from wuyefei.foundation.shell.verify import run_checks

    rows = Organisation.objects.order_by("pk")
    if args.organisation:
        rows = rows.filter(pk=boot.organisation_id_of(args.organisation))
    organisations, lines, holds = [], [], True
    for organisation in rows:
        report = run_checks(organisation.pk)
        holds = holds and report.holds
        organisations.append(
            {
                "organisation": organisation.name,
                "holds": report.holds,
                "checks": [
                    {
                        "name": check.name, "label": spoken(check.label), "examined": check.examined, "found": check.found,
                        "findings": [{"table": f.table, "row": f.row_id, "what": spoken(f.what)} for f in check.findings],
                    }
                    for check in report.checks
                ],
            }
        )  # fmt: skip
        lines.append(f"{organisation.name}")
        for check in report.checks:
            lines.append(f"  {'✓' if not check.found else '✗'} {spoken(check.label)} ({check.examined})")
            lines += [said("      {table} #{row}：{what}", table=finding.table, row=finding.row_id, what=finding.what) for finding in check.findings[:10]]
    if not organisations:
        lines.append(said("还没有任何企业。"))
    lines.append(said("账目全部相符。") if holds else said("账目有不符，见上。"))
    return Outcome({"holds": holds, "organisations": organisations}, "\n".join(lines), done=holds)
