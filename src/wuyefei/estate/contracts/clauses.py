"""The clause checker: what is vague, excessive or void in a contract (row B1). Pure: it reads, it refuses nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from wuyefei.foundation.kernel.errors import Phrase

from .rules import ARBITRATION, GUIDED, ContractDraft, EitherOr, check_dispute

WARN_RATE = Decimal("0.001")
WARN_CAP = Decimal("0.30")

_LAW_585 = Phrase("《民法典》第五百八十五条：约定的违约金过分高于造成的损失的，法院或仲裁机构可以根据当事人的请求适当减少")
_LAW_EITHER = Phrase("法释〔2006〕7号第七条：约定既可申请仲裁也可起诉的，仲裁协议无效")
_LAW_938 = Phrase("《民法典》第九百三十八条：物业服务合同的内容一般包括服务费用的标准和收取办法等条款")
_LAW_944 = Phrase("《民法典》第九百四十四条：不得采取停止供电、供水、供热、供燃气等方式催交物业费")
_LAW_511 = Phrase("《民法典》第五百一十一条：履行期限不明确的，可以随时请求履行，但应当给对方必要的准备时间")
_LAW_PRICE = Phrase("《物业服务收费管理办法》：物业服务收费区分不同情形实行政府指导价或者市场调节价")
_LAW_CLAUSE = Phrase("《民法典》第五百八十五条：违约金由当事人约定")
_LAW_ARBITRATION = Phrase("《仲裁法》：仲裁协议应当载明选定的仲裁委员会")

_UNIT = re.compile(r"元\s*[/／每]\s*(?:建筑)?(?:平方米|平米|㎡|m2|m²)\s*[/／·.•每]?\s*(?:每)?月", re.IGNORECASE)
_EITHER = re.compile(r"仲裁.{0,12}(?:或者?|也可).{0,16}(?:起诉|诉讼|法院)|(?:起诉|诉讼|法院).{0,12}(?:或者?|也可).{0,12}仲裁")
_VAGUE = ("合理费用", "适当收取", "另行通知", "按有关规定", "视情况", "酌情")
_CUT_OFF = re.compile(r"(?:停止?|断|限)(?:供)?(?:电|水|热|暖|燃?气)")


class Severity(StrEnum):
    ERROR = "error"
    """Void or forbidden: such a contract is refused or the clause must go."""
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class ClauseNote:
    """One finding: how grave, about which clause, what is wrong in one sentence, and the source."""

    severity: Severity
    clause: str
    message: str
    source: str


@dataclass(frozen=True, slots=True)
class LocalTerm:
    """A rule of the place that a contract's terms are held against: what it says, its source, whether somebody has
    checked it, and its figures where it has any: a late fee's rate and cap as shares, a ceiling in yuan a m²."""

    topic: str
    says: str
    source: str
    checked: bool
    rate_max: Decimal | None = None
    cap_max: Decimal | None = None
    ceiling: Decimal | None = None


def check_clauses(draft: ContractDraft, text: str = "", local: Sequence[LocalTerm] = ()) -> list[ClauseNote]:
    """Findings about the terms, about the contract's wording where ``text`` holds it, and by the rules of the place; the
    gravest first."""
    found = [*_due(draft), *_late_fee(draft), *_dispute(draft), *_price(draft), *(_wording(text) if text else [])]
    found += [note for term in local for note in _local(draft, term)]
    order = list(Severity)
    return sorted(found, key=lambda note: order.index(note.severity))


def _local(draft: ContractDraft, term: LocalTerm) -> list[ClauseNote]:
    """What a local rule says of the terms: a checked figure that is passed is an error, an unchecked rule a reminder."""
    name = "收费标准" if term.topic == "price" else "违约金"
    over = [
        Phrase("{what} {has} 高于本地规则的 {most}。", what=Phrase(what), has=has, most=most)
        for what, has, most in (
            ("日比例", draft.late_fee_rate, term.rate_max), ("上限", draft.late_fee_cap, term.cap_max),
            ("指导价上限", draft.ceiling_per_m2 if draft.price_regime == GUIDED else None, term.ceiling),
        )
        if has is not None and most is not None and has > most
    ]  # fmt: skip
    if over:
        return [ClauseNote(Severity.ERROR if term.checked else Severity.WARNING, name, message, term.source) for message in over]
    concerned = draft.price_regime == GUIDED if term.topic == "price" else draft.late_fee_rate is not None
    if not concerned:
        return []
    return [ClauseNote(Severity.NOTE, name, term.says if term.checked else Phrase("本地规则（未核对）：{says}。", says=term.says), term.source)]


def _due(draft: ContractDraft) -> list[ClauseNote]:
    if draft.due_day is None:
        return [ClauseNote(Severity.ERROR, "缴费期限", "没有约定缴费日，无法确定逾期和违约金起算日。", _LAW_511)]
    if draft.due_day > 28:
        message = Phrase("缴费日为 {day} 日，月份没有这一天时按当月最后一天。", day=draft.due_day)
        return [ClauseNote(Severity.NOTE, "缴费期限", message, "合同约定")]
    return []


def _late_fee(draft: ContractDraft) -> list[ClauseNote]:
    rate, cap, name = draft.late_fee_rate, draft.late_fee_cap, "违约金"
    if rate is None and cap is None:
        return [ClauseNote(Severity.NOTE, name, "没有违约金约定，逾期不计违约金。", _LAW_CLAUSE)]
    found = []
    if rate is None or cap is None:
        found.append(ClauseNote(Severity.ERROR, name, "违约金的日比例和上限须一并约定。", _LAW_CLAUSE))
    if not draft.late_fee_clause.strip():
        found.append(ClauseNote(Severity.ERROR, name, "没有写明违约金条款，不能收取违约金。", _LAW_CLAUSE))
    if rate is not None and rate > WARN_RATE:
        message = Phrase("日比例 {rate:.4%} 高于 0.1%，可能被认定过分高于损失而调减。", rate=rate)
        found.append(ClauseNote(Severity.WARNING, name, message, _LAW_585))
    if cap is not None and cap > WARN_CAP:
        message = Phrase("上限为应缴费用的 {cap:.0%}，高于 30%，可能被认定过分高于损失而调减。", cap=cap)
        found.append(ClauseNote(Severity.WARNING, name, message, _LAW_585))
    return found


def _dispute(draft: ContractDraft) -> list[ClauseNote]:
    try:
        check_dispute(draft.dispute_path)
    except EitherOr:
        return [ClauseNote(Severity.ERROR, "争议解决", "约定「仲裁或诉讼」，仲裁协议无效。", _LAW_EITHER)]
    if draft.dispute_path == ARBITRATION:
        return [ClauseNote(Severity.NOTE, "争议解决", "选择仲裁的，合同应写明仲裁委员会的名称。", _LAW_ARBITRATION)]
    return []


def _price(draft: ContractDraft) -> list[ClauseNote]:
    found = []
    if not draft.fee_clause.strip():
        found.append(ClauseNote(Severity.WARNING, "收费标准", "没有写明收费条款的编号，账单无法引用。", _LAW_938))
    if draft.price_regime == GUIDED and draft.ceiling_per_m2 is None:
        found.append(ClauseNote(Severity.WARNING, "收费标准", "实行政府指导价，但没有填写指导价上限。", _LAW_PRICE))
    if draft.price_regime == GUIDED and not draft.service_grade.strip():
        found.append(ClauseNote(Severity.NOTE, "收费标准", "实行政府指导价的，应写明对应的服务等级。", _LAW_PRICE))
    return found


def _wording(text: str) -> list[ClauseNote]:
    found = []
    if not _UNIT.search(text):
        message = Phrase("没有写明「元/平方米·月」这样的计价单位，收费标准不明确。")
        found.append(ClauseNote(Severity.WARNING, "计价单位", message, _LAW_938))
    if not re.search(r"建筑面积|套内", text):
        message = Phrase("没有写明按建筑面积还是套内面积计费。")
        found.append(ClauseNote(Severity.WARNING, "计价单位", message, _LAW_938))
    for word in _VAGUE:
        if word in text:
            found.append(ClauseNote(Severity.WARNING, "用语", Phrase("「{word}」含义不明确，请写明标准或金额。", word=word), _LAW_938))
    if _EITHER.search(text):
        found.append(ClauseNote(Severity.ERROR, "争议解决", "约定「仲裁或诉讼」，仲裁协议无效。", _LAW_EITHER))
    if _CUT_OFF.search(text):
        message = Phrase("不能以停水、停电等方式催缴物业费，这样的条款须删除。")
        found.append(ClauseNote(Severity.ERROR, "催缴方式", message, _LAW_944))
    return found
