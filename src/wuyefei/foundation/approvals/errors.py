"""What a decision is refused for, in words."""

from __future__ import annotations

from wuyefei.foundation.kernel.errors import DomainError


class SamePerson(DomainError):
    code = "same_person"
    message = "经办人和复核人不能是同一个人，请由另一位有权限的同事复核。"


class GiverIsMaker(DomainError):
    code = "giver_is_maker"
    message = "这是 {name} 自己提交的申请，受托人不能代 {name} 复核。"


class OverLimit(DomainError):
    code = "over_limit"
    message = "{sum} 元超出你的复核额度（{limit} 元），须由额度更高的角色复核：{roles}。"


class NotYours(DomainError):
    code = "role_without_kind"
    message = "按额度设置，你的角色不复核「{what}」，请由其他角色复核：{roles}。"


class NotOpen(DomainError):
    code = "request_not_open"
    message = "这项申请已经处理过了（{state}）。"


class AlreadyAsked(DomainError):
    code = "already_asked"
    message = "「{subject}」已有一项待复核的申请。"
