"""Roles, permissions and the sign-in policy, each stated once (product row A6)."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum


class Role(StrEnum):
    GROUP_MANAGER = "group_manager"
    PROJECT_MANAGER = "project_manager"
    CASHIER = "cashier"
    FINANCE = "finance"
    FINANCE_LEAD = "finance_lead"
    COLLECTOR = "collector"
    HOUSEKEEPER = "housekeeper"
    LEGAL = "legal"
    RELATIONS_MANAGER = "relations_manager"
    DELIVERY_TEAM = "delivery_team"
    MENTOR = "mentor"
    FUND_SUPERVISOR = "fund_supervisor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    INTEGRATOR = "integrator"


ROLE_NAMES: dict[Role, str] = {
    Role.GROUP_MANAGER: "集团/区域管理者",
    Role.PROJECT_MANAGER: "项目经理",
    Role.CASHIER: "收银员",
    Role.FINANCE: "财务",
    Role.FINANCE_LEAD: "财务主管",
    Role.COLLECTOR: "催缴专员",
    Role.HOUSEKEEPER: "物业管家",
    Role.LEGAL: "法务",
    Role.RELATIONS_MANAGER: "客户关系经理",
    Role.DELIVERY_TEAM: "交付小组",
    Role.MENTOR: "带教导师",
    Role.FUND_SUPERVISOR: "资金监督员",
    Role.AUDITOR: "审计",
    Role.ADMINISTRATOR: "系统管理员",
    Role.INTEGRATOR: "第三方系统",
}


class Permission(StrEnum):
    ESTATE_VIEW = "estate.view"
    ESTATE_EDIT = "estate.edit"
    PERSON_REVEAL = "person.reveal"
    PROFILE_VERIFY = "profile.verify"
    IMPORT = "intake.import"
    METER_READ = "meter.read"
    METER_CONFIRM = "meter.confirm"
    TARIFF_EDIT = "tariff.edit"
    CONTRACT_EDIT = "contract.edit"
    BILLING_VIEW = "billing.view"
    BILLING_DRAFT = "billing.draft"
    BILLING_CONFIRM = "billing.confirm"
    BILLING_PUBLISH = "billing.publish"
    ADJUST_REQUEST = "adjust.request"
    ADJUST_APPROVE = "adjust.approve"
    CONCESSION_EDIT = "concession.edit"
    HARDSHIP_PROJECT = "hardship.project"
    HARDSHIP_SERVICE = "hardship.service"
    HARDSHIP_FINANCE = "hardship.finance"
    CASHDESK = "cashdesk.use"
    PAYMENT_VIEW = "payment.view"
    PAYMENT_BATCH = "payment.batch"
    PAYMENT_VOID_REQUEST = "payment.void_request"
    PAYMENT_VOID_APPROVE = "payment.void_approve"
    SLIP_MAKE = "slip.make"
    MANDATE_SIGN = "mandate.sign"
    DEBIT_WORK = "debit.work"
    SHIFT_APPROVE = "shift.approve"
    PAY_ONLINE = "payment.online"
    CHANNEL_SETUP = "channel.setup"
    CHANNEL_WORK = "channel.work"
    REFUND_REQUEST = "refund.request"
    REFUND_APPROVE = "refund.approve"
    RECEIPT_REPRINT = "receipt.reprint"
    INVOICE_REQUEST = "invoice.request"
    INVOICE_ISSUE = "invoice.issue"
    INVOICE_SETUP = "invoice.setup"
    SERVICE_HANDLE = "service.handle"
    SURVEY_WORK = "survey.work"
    DISCLOSURE_EDIT = "disclosure.edit"
    DISCLOSURE_APPROVE = "disclosure.approve"
    LEDGER_VIEW = "ledger.view"
    BOOKS_SETUP = "books.setup"
    CLOSE_REQUEST = "close.request"
    CLOSE_APPROVE = "close.approve"
    CONTROL_VIEW = "control.view"
    CONTROL_WORK = "control.work"
    CONTROL_EDIT = "control.edit"
    CONTROL_TEST = "control.test"
    RESERVE_WORK = "reserve.work"
    RESERVE_APPROVE = "reserve.approve"
    REPORT_VIEW = "report.view"
    TARGET_EDIT = "target.edit"
    CONTACT_VIEW = "contact.view"
    CONTACT_RECORD = "contact.record"
    CONTACT_MANAGE = "contact.manage"
    NOTICE_VIEW = "notice.view"
    NOTICE_SEND = "notice.send"
    NOTICE_APPROVE = "notice.approve"
    CLASS_VIEW = "class.view"
    FOLLOW_VIEW = "follow.view"
    FOLLOW_WORK = "follow.work"
    FOLLOW_MANAGE = "follow.manage"
    DRIVE_WORK = "drive.work"
    PRIVACY_MANAGE = "privacy.manage"
    JOINT_VIEW = "joint.view"
    JOINT_WORK = "joint.work"
    JOINT_MANAGE = "joint.manage"
    LEGAL_VIEW = "legal.view"
    LEGAL_WORK = "legal.work"
    LEGAL_APPROVE = "legal.approve"
    EXPORT = "export"
    VERIFY = "verify.run"
    AUDIT_VIEW = "audit.view"
    ADMIN = "admin"


PERMISSION_NAMES: dict[Permission, str] = {
    Permission.ESTATE_VIEW: "查看房产与业主",
    Permission.ESTATE_EDIT: "维护房产与业主",
    Permission.PERSON_REVEAL: "查看完整个人信息",
    Permission.PROFILE_VERIFY: "核实业主资料",
    Permission.IMPORT: "导入",
    Permission.METER_READ: "抄表",
    Permission.METER_CONFIRM: "核对读数",
    Permission.TARIFF_EDIT: "维护收费标准",
    Permission.CONTRACT_EDIT: "维护合同",
    Permission.BILLING_VIEW: "查看账单",
    Permission.BILLING_DRAFT: "出账",
    Permission.BILLING_CONFIRM: "确认出账",
    Permission.BILLING_PUBLISH: "发布账单",
    Permission.ADJUST_REQUEST: "申请调整减免",
    Permission.ADJUST_APPROVE: "审批调整减免",
    Permission.CONCESSION_EDIT: "制定优惠政策",
    Permission.HARDSHIP_PROJECT: "困难评估（项目）",
    Permission.HARDSHIP_SERVICE: "困难评估（客户）",
    Permission.HARDSHIP_FINANCE: "困难评估（财务，决定）",
    Permission.CASHDESK: "收银",
    Permission.PAYMENT_VIEW: "查看收款",
    Permission.PAYMENT_BATCH: "批量入账",
    Permission.PAYMENT_VOID_REQUEST: "申请作废收款",
    Permission.PAYMENT_VOID_APPROVE: "审批作废收款",
    Permission.SLIP_MAKE: "登记缴款",
    Permission.MANDATE_SIGN: "登记代扣签约",
    Permission.DEBIT_WORK: "银行代扣报盘、回盘",
    Permission.SHIFT_APPROVE: "审批交班",
    Permission.PAY_ONLINE: "线上收款入账",
    Permission.CHANNEL_SETUP: "设置支付渠道",
    Permission.CHANNEL_WORK: "处理收款异常",
    Permission.REFUND_REQUEST: "申请退款",
    Permission.REFUND_APPROVE: "审批退款",
    Permission.RECEIPT_REPRINT: "重打收据",
    Permission.INVOICE_REQUEST: "申请数电票",
    Permission.INVOICE_ISSUE: "开具与红冲数电票",
    Permission.INVOICE_SETUP: "设置数电票服务",
    Permission.SERVICE_HANDLE: "处理工单",
    Permission.SURVEY_WORK: "回访不满意的住户",
    Permission.DISCLOSURE_EDIT: "编制收支公示",
    Permission.DISCLOSURE_APPROVE: "审批收支公示",
    Permission.LEDGER_VIEW: "查看账簿",
    Permission.BOOKS_SETUP: "设置科目对照",
    Permission.CLOSE_REQUEST: "申请结账",
    Permission.CLOSE_APPROVE: "审批结账与反结账",
    Permission.CONTROL_VIEW: "查看内控检查",
    Permission.CONTROL_WORK: "抽查、核对存根、处理异常",
    Permission.CONTROL_EDIT: "登记控制点",
    Permission.CONTROL_TEST: "测试控制点",
    Permission.RESERVE_WORK: "计提坏账准备",
    Permission.RESERVE_APPROVE: "审批坏账准备、设定比例",
    Permission.REPORT_VIEW: "查看报表",
    Permission.TARGET_EDIT: "设定目标",
    Permission.CONTACT_VIEW: "查看联系记录",
    Permission.CONTACT_RECORD: "登记联系",
    Permission.CONTACT_MANAGE: "管理联系规则与拦截记录",
    Permission.NOTICE_VIEW: "查看通知",
    Permission.NOTICE_SEND: "发送通知、编写模板",
    Permission.NOTICE_APPROVE: "审批通知模板",
    Permission.CLASS_VIEW: "查看缴费分类",
    Permission.FOLLOW_VIEW: "查看催缴案件",
    Permission.FOLLOW_WORK: "办理催缴",
    Permission.FOLLOW_MANAGE: "分派催缴、管理话术",
    Permission.DRIVE_WORK: "参加季末行动",
    Permission.PRIVACY_MANAGE: "管理个人信息",
    Permission.JOINT_VIEW: "查看联合调解",
    Permission.JOINT_WORK: "登记走访、会议与小改造",
    Permission.JOINT_MANAGE: "开办联合调解、提供资料",
    Permission.LEGAL_VIEW: "查看法务案件",
    Permission.LEGAL_WORK: "办理法务案件",
    Permission.LEGAL_APPROVE: "审批案件让步",
    Permission.EXPORT: "导出",
    Permission.VERIFY: "核验账目",
    Permission.AUDIT_VIEW: "查看审计",
    Permission.ADMIN: "系统管理",
}

_P = Permission
_SEE = {_P.ESTATE_VIEW, _P.BILLING_VIEW, _P.PAYMENT_VIEW, _P.REPORT_VIEW, _P.CONTACT_VIEW, _P.NOTICE_VIEW}
_FOLLOW = {_P.CLASS_VIEW, _P.FOLLOW_VIEW}
_FINANCE = _SEE | _FOLLOW | {
    _P.ESTATE_EDIT, _P.PERSON_REVEAL, _P.PROFILE_VERIFY, _P.IMPORT, _P.BILLING_DRAFT, _P.ADJUST_REQUEST, _P.PAYMENT_VOID_REQUEST,
    _P.RECEIPT_REPRINT, _P.LEDGER_VIEW, _P.EXPORT, _P.VERIFY, _P.BILLING_CONFIRM, _P.BILLING_PUBLISH,
    _P.PAYMENT_BATCH, _P.METER_READ, _P.METER_CONFIRM, _P.CHANNEL_WORK, _P.REFUND_REQUEST, _P.NOTICE_SEND,
    _P.DISCLOSURE_EDIT, _P.HARDSHIP_FINANCE, _P.CLOSE_REQUEST, _P.SLIP_MAKE, _P.CONTROL_VIEW, _P.CONTROL_WORK,
    _P.MANDATE_SIGN, _P.DEBIT_WORK, _P.INVOICE_REQUEST, _P.INVOICE_ISSUE, _P.RESERVE_WORK,
}  # fmt: skip
_FINANCE_LEAD = _FINANCE | {
    _P.CONCESSION_EDIT,
    _P.ADJUST_APPROVE, _P.PAYMENT_VOID_APPROVE, _P.SHIFT_APPROVE, _P.AUDIT_VIEW, _P.TARIFF_EDIT, _P.CONTRACT_EDIT,
    _P.REFUND_APPROVE, _P.CHANNEL_SETUP, _P.DISCLOSURE_APPROVE, _P.LEGAL_VIEW,
    _P.REFUND_APPROVE, _P.CHANNEL_SETUP, _P.DISCLOSURE_APPROVE, _P.BOOKS_SETUP,
    _P.CLOSE_APPROVE, _P.CONTROL_EDIT, _P.CONTROL_TEST,
    _P.INVOICE_SETUP,
    _P.RESERVE_APPROVE,
}  # fmt: skip
_PROJECT = _SEE | {
    _P.ESTATE_EDIT, _P.PERSON_REVEAL, _P.PROFILE_VERIFY, _P.IMPORT, _P.TARIFF_EDIT, _P.CONTRACT_EDIT, _P.BILLING_DRAFT, _P.BILLING_CONFIRM,
    _P.ADJUST_REQUEST, _P.PAYMENT_VOID_APPROVE, _P.SHIFT_APPROVE, _P.EXPORT, _P.METER_READ, _P.METER_CONFIRM, _P.TARGET_EDIT,
    _P.CONTACT_RECORD, _P.CONTACT_MANAGE, _P.NOTICE_SEND, _P.NOTICE_APPROVE,
    _P.SERVICE_HANDLE, _P.DISCLOSURE_EDIT, _P.DISCLOSURE_APPROVE,
    _P.SURVEY_WORK,
    *_FOLLOW, _P.FOLLOW_WORK, _P.FOLLOW_MANAGE, _P.HARDSHIP_PROJECT, _P.PRIVACY_MANAGE, _P.LEGAL_VIEW, _P.LEGAL_APPROVE,
    _P.JOINT_VIEW, _P.JOINT_WORK, _P.JOINT_MANAGE, _P.DRIVE_WORK,
}  # fmt: skip

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.GROUP_MANAGER: frozenset(
        _SEE
        | _FOLLOW
        | {_P.EXPORT, _P.TARGET_EDIT, _P.ADJUST_APPROVE, _P.VERIFY, _P.LEDGER_VIEW, _P.AUDIT_VIEW, _P.CONTACT_MANAGE, _P.NOTICE_APPROVE,
           _P.LEGAL_VIEW, _P.LEGAL_APPROVE, _P.CONCESSION_EDIT, _P.CLOSE_APPROVE,
           _P.PAYMENT_VOID_APPROVE, _P.REFUND_APPROVE,
           _P.CONTROL_VIEW, _P.CONTROL_WORK, _P.CONTROL_EDIT, _P.CONTROL_TEST, _P.JOINT_VIEW,
           _P.RESERVE_APPROVE}
    ),
    Role.PROJECT_MANAGER: frozenset(_PROJECT),
    Role.CASHIER: frozenset(
        _SEE - {_P.REPORT_VIEW}
        | {_P.CASHDESK, _P.INVOICE_REQUEST, _P.SLIP_MAKE, _P.MANDATE_SIGN, _P.PROFILE_VERIFY, _P.PAYMENT_VOID_REQUEST, _P.RECEIPT_REPRINT, _P.CONTACT_RECORD, _P.DRIVE_WORK}
    ),
    Role.FINANCE: frozenset(_FINANCE),
    Role.FINANCE_LEAD: frozenset(_FINANCE_LEAD),
    Role.COLLECTOR: frozenset(_SEE | _FOLLOW | {_P.FOLLOW_WORK, _P.DRIVE_WORK, _P.PERSON_REVEAL, _P.ADJUST_REQUEST, _P.CONTACT_RECORD, _P.JOINT_VIEW, _P.JOINT_WORK}),
    Role.HOUSEKEEPER: frozenset(
        {_P.ESTATE_VIEW, _P.BILLING_VIEW, _P.PERSON_REVEAL, _P.PROFILE_VERIFY, _P.METER_READ, _P.CONTACT_VIEW, _P.CONTACT_RECORD,
         _P.SERVICE_HANDLE, _P.HARDSHIP_SERVICE, _P.DRIVE_WORK}
    ),
    Role.LEGAL: frozenset(
        _SEE | _FOLLOW
        | {_P.FOLLOW_WORK, _P.DRIVE_WORK, _P.PERSON_REVEAL, _P.EXPORT, _P.ADJUST_REQUEST, _P.CONTACT_RECORD, _P.LEGAL_VIEW, _P.LEGAL_WORK, _P.JOINT_VIEW}
    ),
    Role.RELATIONS_MANAGER: frozenset(
        _SEE
        | _FOLLOW
        | {
            _P.PERSON_REVEAL, _P.PROFILE_VERIFY, _P.ADJUST_REQUEST, _P.CONTACT_RECORD, _P.NOTICE_SEND, _P.NOTICE_APPROVE,
            _P.SURVEY_WORK,
            _P.SERVICE_HANDLE, _P.FOLLOW_WORK, _P.DRIVE_WORK, _P.HARDSHIP_SERVICE, _P.JOINT_VIEW, _P.JOINT_WORK,
        }
    ),
    Role.DELIVERY_TEAM: frozenset({_P.ESTATE_VIEW, _P.ESTATE_EDIT, _P.PROFILE_VERIFY, _P.IMPORT}),
    Role.MENTOR: frozenset({_P.REPORT_VIEW}),
    Role.FUND_SUPERVISOR: frozenset({_P.REPORT_VIEW, _P.LEDGER_VIEW}),
    Role.AUDITOR: frozenset(_SEE | _FOLLOW | {_P.LEGAL_VIEW, _P.LEDGER_VIEW, _P.AUDIT_VIEW, _P.VERIFY, _P.EXPORT, _P.CONTROL_VIEW, _P.CONTROL_TEST, _P.JOINT_VIEW}),
    Role.ADMINISTRATOR: frozenset({_P.ADMIN, _P.AUDIT_VIEW, _P.CHANNEL_SETUP, _P.INVOICE_SETUP}),
    Role.INTEGRATOR: frozenset(),
}

SECOND_FACTOR_PERMISSIONS = frozenset(
    {
        _P.ADMIN,
        _P.BILLING_PUBLISH,
        _P.ADJUST_APPROVE,
        _P.CONCESSION_EDIT,
        _P.HARDSHIP_FINANCE,
        _P.PAYMENT_VOID_APPROVE,
        _P.SHIFT_APPROVE,
        _P.LEDGER_VIEW,
        _P.CHANNEL_SETUP,
        _P.INVOICE_ISSUE,
        _P.INVOICE_SETUP,
        _P.REFUND_APPROVE,
        _P.LEGAL_APPROVE,
        _P.CLOSE_APPROVE,
        _P.RESERVE_APPROVE,
    }
)
"""Whoever holds one of these signs in with a second factor: finance, approvers and administrators."""

MONEY_APPROVALS = frozenset(
    {
        _P.BILLING_CONFIRM, _P.BILLING_PUBLISH, _P.ADJUST_APPROVE, _P.PAYMENT_VOID_APPROVE, _P.SHIFT_APPROVE, _P.REFUND_APPROVE,
        _P.HARDSHIP_FINANCE,
        _P.LEGAL_APPROVE, _P.CLOSE_APPROVE, _P.RESERVE_APPROVE,
    }  # fmt: skip
)
"""Nobody may give themself a role that holds one of these."""

PORTAL_PERMISSIONS = frozenset({_P.ESTATE_VIEW, _P.BILLING_VIEW, _P.PAYMENT_VIEW, _P.PAY_ONLINE, _P.INVOICE_REQUEST, _P.MANDATE_SIGN})
"""What the owners' side 业主端 may do by itself: see what it shows, book what a payment provider has confirmed, ask for
invoices of what was paid, and keep or end an owner's own mandate to the bank."""

MAX_FAILURES = 5
LOCK_FOR = dt.timedelta(minutes=15)
PASSWORD_MAX_AGE = dt.timedelta(days=180)
TEMPORARY_PASSWORD_AGE = dt.timedelta(days=3)
ADDRESS_FAILURES = 30
ADDRESS_WINDOW = dt.timedelta(minutes=15)
CODE_SECONDS = 30
CODE_DRIFT = 1
"""How many steps of ``CODE_SECONDS`` a time-based code may be early or late."""


class Outcome(StrEnum):
    """How an attempt to sign in ended."""

    OK = "ok"
    PASSWORD_OK = "password_ok"
    WRONG_PASSWORD = "wrong_password"
    WRONG_CODE = "wrong_code"
    REUSED_CODE = "reused_code"
    UNKNOWN = "unknown"
    ENDED = "ended"
    EXPIRED = "expired"
    LOCKED = "locked"
    THROTTLED = "throttled"
    SIGNED_OUT = "signed_out"


OUTCOME_NAMES: dict[Outcome, str] = {
    Outcome.OK: "已登录",
    Outcome.PASSWORD_OK: "密码通过，待动态码",
    Outcome.WRONG_PASSWORD: "密码不对",
    Outcome.WRONG_CODE: "动态码不对",
    Outcome.REUSED_CODE: "动态码已用过",
    Outcome.UNKNOWN: "没有这个用户",
    Outcome.ENDED: "账号已停用",
    Outcome.EXPIRED: "临时密码已过期",
    Outcome.LOCKED: "锁定中",
    Outcome.THROTTLED: "来源地址受限",
    Outcome.SIGNED_OUT: "退出",
}
FAILED = frozenset(
    {
        Outcome.WRONG_PASSWORD, Outcome.WRONG_CODE, Outcome.REUSED_CODE, Outcome.UNKNOWN, Outcome.ENDED,
        Outcome.EXPIRED, Outcome.LOCKED,
    }
)  # fmt: skip
"""The outcomes that count against the address they come from."""


class Stage(StrEnum):
    """How far a session has come; only ``IN`` may do anything."""

    SIGN_IN = "sign_in"
    CODE = "code"
    ENROL = "enrol"
    PASSWORD = "change_password"
    IN = "in"


def stage_of(*, factor_due: bool, factor_confirmed: bool, factor_passed: bool, password_due: bool) -> Stage:
    """The stage of a session whose password was right: the second factor comes first, then an owed new password."""
    if (factor_due or factor_confirmed) and not factor_passed:
        return Stage.CODE if factor_confirmed else Stage.ENROL
    return Stage.PASSWORD if password_due else Stage.IN


def password_due(*, must_change: bool, changed_at: dt.datetime | None, at: dt.datetime) -> bool:
    """Whether a new password is owed: a temporary one, or one older than ``PASSWORD_MAX_AGE``."""
    return must_change or (changed_at is not None and at - changed_at >= PASSWORD_MAX_AGE)


def temporary_expired(*, must_change: bool, changed_at: dt.datetime | None, at: dt.datetime) -> bool:
    """Whether a temporary password has waited too long to be used."""
    return must_change and changed_at is not None and at - changed_at >= TEMPORARY_PASSWORD_AGE


def approves_money(role: Role) -> bool:
    return bool(ROLE_PERMISSIONS[role] & MONEY_APPROVALS)


def needs_second_factor(roles: set[Role]) -> bool:
    """Whether someone with these roles may sign in only with a time-based code."""
    return any(ROLE_PERMISSIONS[role] & SECOND_FACTOR_PERMISSIONS for role in roles)


def lock_until(failures: int, at: dt.datetime) -> dt.datetime | None:
    """When a user who has failed ``failures`` times in a row may try again; None while not locked.

    Every further five failures double the wait.
    """
    if failures < MAX_FAILURES or failures % MAX_FAILURES:
        return None
    return at + LOCK_FOR * 2 ** min(failures // MAX_FAILURES - 1, 6)
