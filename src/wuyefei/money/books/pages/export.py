"""The reports as workbooks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from wuyefei.foundation.access.actor import organisation_of
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import audit
from wuyefei.foundation.platform.exports import Cell, Fen, Sheet, workbook_response
from wuyefei.money.ledger.public import ACCOUNT_NAMES, account_page, source_of, trial_totals

from ..queries.reports import MOVED, income, movement_of, trial_balance
from ..queries.scope import Scope
from .common import Asked, account_of

ALL_LINES = 100_000
"""The most lines of one account in a workbook; more are said to be cut off by the workbook itself."""


@require_GET
@needs(Permission.EXPORT)
def export(request: StaffRequest, report: str) -> HttpResponse:
    """One report of the days and places asked for; only communities where exporting is allowed."""
    asked = Asked(request, Permission.EXPORT)
    scope = asked.scope
    if report == "trial":
        sheets = [_trial(scope)]
    elif report == "movement":
        sheets = [_movement(scope)]
    elif report == "income":
        sheets = [_income(scope, by_community=request.GET.get("by") == "community")]
    elif report == "page":
        sheets = [_page(scope, request.GET.get("account", ""))]
    else:
        raise NotFound()
    facts = {"report": report, "from": str(scope.first), "to": str(scope.last), "communities": len(scope.communities)}
    audit.record(asked.actor, "books.export", organisation_of(asked.actor), after=facts)
    return workbook_response(sheets, f"{sheets[0].name}-{scope.first}-{scope.last}.xlsx")


def _money(cells: Sequence[int]) -> list[Cell | Fen]:
    return [Fen(cell) for cell in cells]


def _trial(scope: Scope) -> Sheet:
    rows = trial_balance(scope)
    head = [_("科目编码"), _("科目名称"), _("期初借方"), _("期初贷方"), _("本期借方"), _("本期贷方"), _("期末借方"), _("期末贷方")]
    body = [[row.account.value, _(ACCOUNT_NAMES[row.account]), *_money(row.cells)] for row in rows]
    return Sheet(_("科目余额表"), head, body, lambda: [_("合计"), "", *_money(trial_totals(rows))])


def _movement(scope: Scope) -> Sheet:
    def body() -> Iterator[list[Cell | Fen]]:
        for account in MOVED:
            moved, name = movement_of(scope, account), _(ACCOUNT_NAMES[account])
            yield [account.value, name, _("期初余额"), None, None, Fen(moved.opening_fen)]
            for kind, up, down in moved.lines:
                yield [account.value, name, str(source_of(kind).label), Fen(up), Fen(down), None]
            yield [account.value, name, _("期末余额"), Fen(moved.up_fen), Fen(moved.down_fen), Fen(moved.closing_fen)]

    return Sheet(_("变动表"), [_("科目编码"), _("科目名称"), _("来源"), _("增加"), _("减少"), _("余额")], body())


def _income(scope: Scope, *, by_community: bool) -> Sheet:
    rows = income(scope, by_community=by_community)
    head = [_("小区") if by_community else _("收费项目"), _("当月服务"), _("合同负债转入"), _("调整红冲"), _("合计")]
    cells = [(row.direct_fen, row.released_fen, row.adjusted_fen, row.total_fen) for row in rows]
    sums = [sum(column) for column in zip(*cells, strict=True)] or [0] * 4
    body = [[row.name, *_money(part)] for row, part in zip(rows, cells, strict=True)]
    return Sheet(_("收入表"), head, body, lambda: [_("合计"), *_money(sums)])


def _page(scope: Scope, text: str) -> Sheet:
    chosen = account_of(text)
    page = account_page(scope.actor, scope.communities, chosen, scope.first, scope.last, size=ALL_LINES)
    head = [_("日期"), _("凭证号"), _("小区"), _("来源"), _("摘要"), _("借方"), _("贷方"), _("余额（借正贷负）")]

    def body() -> Iterator[list[Cell | Fen]]:
        yield [scope.first, None, "", "", _("期初余额"), None, None, Fen(page.before_fen)]
        for line in page.lines:
            entry, fen = line.entry, line.amount_fen
            yield [entry.entry_date, entry.pk, entry.community.name, str(source_of(entry.kind).label), entry.memo,
                   Fen(max(fen, 0)), Fen(max(-fen, 0)), Fen(line.balance_fen)]  # fmt: skip

    return Sheet(f"{_('明细账')} {chosen.value}", head, body())
