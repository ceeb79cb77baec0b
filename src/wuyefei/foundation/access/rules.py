"""Roles, permissions and the sign-in policy, each stated once (product row A6)."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from .permissions import PERMISSION_NAMES as PERMISSION_NAMES
from .permissions import Permission as Permission


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
    _P.CREDIT_VIEW, _P.CREDIT_WORK, _P.CREDIT_REVIEW,
}  # fmt: skip

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.GROUP_MANAGER: frozenset(
        _SEE
        | _FOLLOW
        | {_P.EXPORT, _P.TARGET_EDIT, _P.ADJUST_APPROVE, _P.VERIFY, _P.LEDGER_VIEW, _P.AUDIT_VIEW, _P.CONTACT_MANAGE, _P.NOTICE_APPROVE,
           _P.LEGAL_VIEW, _P.LEGAL_APPROVE, _P.CONCESSION_EDIT, _P.CLOSE_APPROVE,
           _P.PAYMENT_VOID_APPROVE, _P.REFUND_APPROVE,
           _P.CONTROL_VIEW, _P.CONTROL_WORK, _P.CONTROL_EDIT, _P.CONTROL_TEST, _P.JOINT_VIEW,
           _P.RESERVE_APPROVE,
           _P.CREDIT_VIEW, _P.CREDIT_REVIEW}
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
         _P.SERVICE_HANDLE, _P.HARDSHIP_SERVICE, _P.DRIVE_WORK, _P.CREDIT_VIEW}
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
            _P.CREDIT_VIEW, _P.CREDIT_WORK,
        }
    ),
    Role.DELIVERY_TEAM: frozenset({_P.ESTATE_VIEW, _P.ESTATE_EDIT, _P.PROFILE_VERIFY, _P.IMPORT}),
    Role.MENTOR: frozenset({_P.REPORT_VIEW}),
    Role.FUND_SUPERVISOR: frozenset({_P.REPORT_VIEW, _P.LEDGER_VIEW}),
    Role.AUDITOR: frozenset(_SEE | _FOLLOW | {_P.LEGAL_VIEW, _P.LEDGER_VIEW, _P.AUDIT_VIEW, _P.VERIFY, _P.EXPORT, _P.CONTROL_VIEW, _P.CONTROL_TEST, _P.JOINT_VIEW, _P.CREDIT_VIEW}),
    Role.ADMINISTRATOR: frozenset({_P.ADMIN, _P.AUDIT_VIEW, _P.CHANNEL_SETUP, _P.INVOICE_SETUP}),
    Role.INTEGRATOR: frozenset(),
}

SECOND_FACTOR_PERMISSIONS = frozenset(
    {
        _P.ADMIN, _P.BILLING_PUBLISH, _P.ADJUST_APPROVE, _P.CONCESSION_EDIT, _P.HARDSHIP_FINANCE, _P.PAYMENT_VOID_APPROVE, _P.SHIFT_APPROVE,
        _P.LEDGER_VIEW, _P.CHANNEL_SETUP, _P.INVOICE_ISSUE, _P.INVOICE_SETUP, _P.REFUND_APPROVE, _P.LEGAL_APPROVE, _P.CLOSE_APPROVE,
        _P.RESERVE_APPROVE,
        _P.CREDIT_REVIEW,
    }
)  # fmt: skip
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
