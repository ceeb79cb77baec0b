"""The one table of what may be done in a matter: from which step, to which, with which facts, and when a second person decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.foundation.kernel.text import limited

from .eligibility import Road


class Step(StrEnum):
    PREPARE = "prepare"
    DEMAND = "demand"
    MEDIATION = "mediation"
    PERFORMING = "performing"
    COURT = "court"
    JUDGED = "judged"
    ENFORCEMENT = "enforcement"
    CLOSED = "closed"


STEP_NAMES: dict[Step, str] = {
    Step.PREPARE: "准备", Step.DEMAND: "催告", Step.MEDIATION: "调解", Step.PERFORMING: "履行协议", Step.COURT: "诉讼",
    Step.JUDGED: "已判决", Step.ENFORCEMENT: "执行", Step.CLOSED: "已结",
}  # fmt: skip
BOARD = tuple(step for step in Step if step is not Step.CLOSED)


@dataclass(frozen=True, slots=True)
class Field:
    """A fact of an act. ``kind``: day, money, text or choice. A day is not in the future unless ``ahead``."""

    name: str
    label: str
    kind: str = "text"
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """``to`` None: the step stays. ``road``: the debts must be eligible for it. ``yields``: a second person decides where less
    than the whole is kept."""

    code: str
    name: str
    steps: tuple[Step, ...]
    to: Step | None = None
    fields: tuple[Field, ...] = ()
    road: Road | None = None
    yields: bool = False


_S = Step
_OPEN = BOARD
_BEFORE = (_S.PREPARE, _S.DEMAND, _S.MEDIATION, _S.PERFORMING)
_ON = Field("on", "日期", "day")
_NOTE = Field("note", "说明", required=False)
_COURT = Field("court", "法院")
_NUMBER = Field("number", "案号", required=False)
EARLY = (("limitation", "时效将满"), ("assets", "财产可能转移"), ("grade_s", "S 级欠费"), ("commercial", "商业客户"))
TRACKS = (("small", "小额诉讼，预计 1–3 个月"), ("ordinary", "普通程序，预计 3–6 个月"))
MEASURES = (("freeze", "冻结、划拨账户"), ("seize", "查封、扣押财产"), ("wages", "扣留收入"), ("share", "参与分配"), ("none", "终结本次执行"))
SOURCES = (
    ("registry", "不动产登记机构"), ("credit", "国家企业信用信息公示系统"), ("court", "中国执行信息公开网"), ("debtor", "本人陈述"), ("seen", "现场了解"),
)
TARGETS = (("account", "银行存款"), ("goods", "动产"), ("land", "不动产和其他财产权"))
ENDS = (("paid", "缴清"), ("settled", "按协议履行完毕"), ("given_up", "放弃追索"), ("mistake", "立案有误"))
CREDITORS = (("share", "参与分配（个人、非法人组织，已取得执行依据）"), ("bankrupt", "破产债权（企业法人）"))
PROCEEDINGS = (
    ("distributed", "分配完毕，裁定终结（一百二十条）"), ("empty", "没有财产，裁定终结（四十三条、一百二十条）"), ("settled", "和解协议或者重整计划执行完毕"),
    ("paid", "全部债务已清偿（一百零八条）"), ("dismissed", "驳回破产申请（十二条）"), ("mistake", "登记有误，没有破产程序"),
)
"""How a bankruptcy ends, with the articles of the Enterprise Bankruptcy Law."""
BODIES = (("street", "街道调解委员会"), ("community", "社区调解室"), ("association", "行业协会"), ("court", "法院委派调解"))

ACTS: dict[str, Act] = {
    act.code: act
    for act in (
        Act("answered", "对方答复", (_S.DEMAND,), fields=(_ON, Field("agrees", "是否书面同意履行", "choice", choices=(("yes", "同意"), ("no", "不同意"))), _NOTE)),
        Act("early", "决定提前起诉", _BEFORE, fields=(_ON, Field("ground", "理由", "choice", choices=EARLY), Field("note", "依据"))),
        Act("mediate", "申请调解", (_S.PREPARE, _S.DEMAND), _S.MEDIATION, (_ON, Field("body", "调解机构", "choice", choices=BODIES), _NOTE), Road.MEDIATION),
        Act(
            "agreed", "达成调解协议", (_S.MEDIATION,), _S.PERFORMING,
            (_ON, Field("agreed_fen", "协议金额", "money"), Field("last_on", "最后一期日期", "day", ahead=True), Field("times", "期数", "text"), _NOTE),
            yields=True,
        ),
        Act("failed", "调解不成", (_S.MEDIATION,), _S.DEMAND, (_ON, _NOTE)),
        Act("ask_confirm", "申请司法确认", (_S.PERFORMING,), fields=(_ON, _COURT)),
        Act("confirmed", "司法确认裁定", (_S.PERFORMING,), fields=(_ON, _NUMBER)),
        Act("breached", "没有按协议履行", (_S.PERFORMING,), _S.DEMAND, (_ON, _NOTE)),
        Act(
            "assets", "财产查询", _OPEN,
            fields=(
                _ON, Field("source", "从哪里查到", "choice", choices=SOURCES), Field("note", "查到的财产"), Field("mortgage", "抵押"),
                Field("seizure", "查封"), Field("expected_fen", "预计可收回", "money"),
            ),
        ),
        Act("urged", "业委会已督促", (*_BEFORE, _S.COURT), fields=(_ON, Field("note", "督促函编号、送达情况"))),
        Act("file", "起诉", _BEFORE, _S.COURT, (_ON, _COURT, Field("track", "程序", "choice", choices=TRACKS), Field("fee_fen", "诉讼费", "money")), Road.SUIT),
        Act("order", "申请支付令", _BEFORE, _S.COURT, (_ON, _COURT, Field("fee_fen", "申请费", "money")), Road.SUIT),
        Act("objected", "支付令被异议", (_S.COURT,), _S.DEMAND, (_ON, _NOTE)),
        Act("accepted", "法院立案", (_S.COURT,), fields=(_ON, Field("number", "案号"))),
        Act("served", "支付令已送达", (_S.COURT,), fields=(_ON, Field("number", "文书号"))),
        Act(
            "preserve", "申请财产保全", (*_BEFORE, _S.COURT),
            fields=(_ON, _COURT, Field("amount_fen", "保全金额", "money"), Field("fee_fen", "保全费", "money"), Field("security", "担保"), _NOTE),
        ),
        Act(
            "preserved", "财产已保全", (*_BEFORE, _S.COURT),
            fields=(_ON, Field("number", "裁定书号"), Field("target", "保全的财产", "choice", choices=TARGETS), _NOTE),
        ),
        Act("hearing", "开庭", (_S.COURT,), fields=(Field("on", "开庭日", "day", ahead=True), _NOTE)),
        Act(
            "judged", "判决、裁定生效", (_S.COURT, _S.PERFORMING), _S.JUDGED,
            (_ON, Field("number", "文书号"), Field("perform_by", "履行期限最后一日", "day", False, ahead=True), Field("awarded_fen", "判决金额", "money")),
        ),
        Act("enforce", "申请执行", (_S.JUDGED,), _S.ENFORCEMENT, (_ON, _COURT, _NUMBER), Road.ENFORCEMENT),
        Act("measure", "执行措施", (_S.ENFORCEMENT,), fields=(_ON, Field("measure", "措施", "choice", choices=MEASURES), _NOTE)),
        Act(
            "declare", "申报债权", _OPEN,
            fields=(
                _ON, Field("way", "方式", "choice", choices=CREDITORS), Field("court", "执行法院或者管理人"), _NUMBER,
                Field("declared_fen", "申报金额", "money"), Field("due_on", "申报期限最后一日", "day", False, ahead=True),
                Field("since", "受理破产之日", "day", False), _NOTE,
            ),
        ),
        Act("admitted", "债权得到确认", _OPEN, fields=(_ON, Field("admitted_fen", "确认金额", "money"), _NOTE)),
        Act("shared", "收到分配方案", _OPEN, fields=(_ON, Field("share_fen", "方案中我方金额", "money"), _NOTE)),
        Act("distributed", "分配终结", _OPEN, fields=(_ON, Field("number", "文书号"), _NOTE)),
        Act(
            "ended", "破产程序终结", (*_OPEN, _S.CLOSED),
            fields=(_ON, Field("how", "怎样终结", "choice", choices=PROCEEDINGS), Field("number", "裁定书号", required=False), _NOTE),
        ),
        Act("cost", "支出费用", _OPEN, fields=(_ON, Field("cost_fen", "金额", "money"), Field("note", "用途"))),
        Act("obstacle", "时效中止", _OPEN, fields=(Field("on", "障碍起", "day"), Field("ends", "障碍止", "day", False), Field("note", "原因"))),
        Act("close", "结案", _OPEN, _S.CLOSED, (_ON, Field("end", "结果", "choice", choices=ENDS), Field("note", "说明")), yields=True),
    )
}  # fmt: skip
LETTER_STEPS = (_S.PREPARE, _S.DEMAND, _S.MEDIATION, _S.PERFORMING)
"""Where a demand letter may be made; posting it in ``PREPARE`` leads to ``DEMAND``."""
BY_FACTS = {"letter": "出具催款函", "voided": "催款函作废", "sms": "催款函短信", "call": "安排送达后回访", "posted": "催款函已交寄", "delivered": "催款函已送达", "returned": "催款函退回", "paper": "出具文书", "paid": "已缴清，自动结案", "written_off": "已核销销案，自动结案", "open": "立案", "paid_out": "支付费用", "cost_back": "法院退费", "awarded": "费用判由对方负担", "borne": "费用由我方负担", "cost_undone": "费用登记冲回", "dividend": "收到分配款", "asked": "提请复核", "refused": "复核退回"}
"""Events that other actions write."""
EVENT_NAMES = BY_FACTS | {act.code: act.name for act in ACTS.values()}


class NotNow(DomainError):
    code = "not_in_this_step"
    message = "现在是「{state}」，不能「{what}」，没有改动。"


class NothingLeft(DomainError):
    code = "nothing_left"
    message = "这个案件已经没有欠费，不用再出文书。"


class NotAsked(DomainError):
    code = "not_asked_to_preserve"
    message = "还没有登记申请财产保全，先登记金额和担保。"


class NotJudged(DomainError):
    code = "not_judged"
    message = "还没有生效的判决、裁定，不能申请执行。"


def acts_in(step: Step) -> list[Act]:
    """What may be done in a step, in the order of the table."""
    return [act for act in ACTS.values() if step in act.steps]


def next_step(act: Act, step: Step) -> Step:
    """Where the act leads; raises ``NotNow`` where the table does not hold it."""
    if step not in act.steps:
        raise NotNow(state=STEP_NAMES[step], what=act.name)
    return act.to or step


def replay(kinds: Iterable[str]) -> Step:
    """The step to which the events of a matter lead; raises ``NotNow`` where the table does not hold one of them."""
    step = Step.PREPARE
    for kind in kinds:
        if kind == "posted" and step is Step.PREPARE:
            step = Step.DEMAND
        elif kind in ("paid", "written_off"):
            step = Step.CLOSED
        elif kind in ACTS:
            step = next_step(ACTS[kind], step)
    return step


def read_facts(act: Act, given: Mapping[str, Any], today: dt.date) -> dict[str, Any]:
    """The facts of an act from what people typed: days as ISO texts, money in fen. Raises ``Invalid`` naming the field."""
    return {field.name: _read(field, str(given.get(field.name) or "").strip(), today) for field in act.fields}


def _read(field: Field, text: str, today: dt.date) -> Any:
    if not text:
        if field.required:
            raise Invalid(field=field.label, reason="不能为空")
        return None
    if field.kind == "day":
        day = parse_day(text, field.label)
        if day > today and not field.ahead:
            raise Invalid(field=field.label, reason="不能在今天以后")
        return day.isoformat()
    if field.kind == "money":
        fen = parse_yuan(text[:20], field.label)
        if fen < 0:
            raise Invalid(field=field.label, reason="不能小于 0")
        return fen
    if field.kind == "choice":
        if text not in dict(field.choices):
            raise Invalid(field=field.label, reason="请选一项")
        return text
    return limited(text, field.label, 200)


def gives_up(act: Act, facts: Mapping[str, Any], owed_fen: int) -> int:
    """How much of what is owed the act lets go, in fen: a second person decides where it is more than nothing."""
    if act.code == "agreed":
        return max(owed_fen - int(facts["agreed_fen"]), 0)
    return owed_fen if act.code == "close" else 0
