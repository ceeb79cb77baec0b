"""The sheet for the notice board 公示单: a fund's year in sums. Of nobody by name or room."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.utils.translation import override

from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform.typesetting import typeset

from .models import Fund
from .queries import statement_of
from .rules.aid import FundKind

TEMPLATE = Path(__file__).with_name("notice.typ")
BY_NOBODY = "本表只公布合计，不公布捐款人和受助人的姓名、房号。每笔入账和资助由两人以上经办、审批，余额与会计账簿一致。"


def notice(fund: Fund, year: int, today: dt.date) -> bytes:
    """A PDF/A in Chinese, the same bytes for the same figures on the same day."""
    with override("zh-hans"):
        found = statement_of(fund, year, today)
    facts = [["小区", fund.community.name], ["名称", fund.name], ["期间", f"{found.first} 至 {found.last}"]]
    if fund.kind == FundKind.SUBSIDY:
        facts += [["拨付单位", fund.source], ["政策", fund.measure.name if fund.measure else ""]]
    if fund.paper:
        facts.append(["文件", fund.paper])
    data = {
        "title": f"{fund.name}收支公示", "organisation": fund.organisation.seal_name or fund.organisation.name, "facts": facts,
        "sums": [["期初结余", yuan_text(found.opening_fen)], *([source, yuan_text(fen)] for source, fen in found.came.items()),
                 ["收入合计", yuan_text(found.in_fen)], [f"资助支出（{found.households} 户次）", yuan_text(found.out_fen)], ["期末结余", yuan_text(found.closing_fen)]],
        "rows": [[str(row.month), yuan_text(row.in_fen), yuan_text(row.out_fen), str(row.households), yuan_text(row.closing_fen)] for row in found.rows],
        "note": BY_NOBODY, "on": str(today),
    }  # fmt: skip
    return typeset(TEMPLATE, data, on=today)
