"""What access refuses, in words."""

from __future__ import annotations

from wuyefei.foundation.kernel.errors import DomainError


class WrongPassword(DomainError):
    code = "wrong_password"
    message = "当前密码不对。"


class PasswordRefused(DomainError):
    code = "password_refused"
    message = "{reasons}"


class WrongCode(DomainError):
    code = "wrong_code"
    message = "动态码不对，请看验证器上现在的 6 位数字。"


class AccountLocked(DomainError):
    code = "account_locked"
    message = "输错次数太多，请在 {until} 以后再试。"


class OwnAccount(DomainError):
    code = "own_account"
    message = "不能对自己的账号这样做，请由另一位系统管理员操作。"


class LastAdministrator(DomainError):
    code = "last_administrator"
    message = "这是企业最后一位系统管理员。请先给另一位同事授予这个角色。"


class NameTaken(DomainError):
    code = "name_taken"
    message = "「{name}」已经有了，请换一个。"
