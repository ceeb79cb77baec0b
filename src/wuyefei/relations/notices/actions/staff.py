"""A message to one of ours by the organisation's own e-mail: no owner is told anything, so no guard is asked."""

from __future__ import annotations

from wuyefei.foundation.kernel.errors import DomainError

from ..carriers import sender_of
from ..channels.base import CarrierError, Parcel, Unclear
from ..queries import carriers


class NoMail(DomainError):
    code = "no_staff_mail"
    message = "企业还没有启用邮件，请管理员在「通知渠道」里设置。"


class MailRefused(DomainError):
    code = "staff_mail_refused"
    message = "邮件没有发出：{reason}。"


class MailUnsure(DomainError):
    code = "staff_mail_unsure"
    message = "邮件可能已经发出：{reason}。"


def send_staff_mail(organisation_id: int, to: str, subject: str, body: str, *, key: str) -> None:
    """Send it now. Raises ``NoMail``, ``MailRefused``, and ``MailUnsure`` where it may have gone out."""
    carrier = carriers(organisation_id).get("email")
    if carrier is None:
        raise NoMail()
    try:
        sender_of(carrier).send(Parcel(key, to, subject, body))
    except Unclear as error:
        raise MailUnsure(reason=error.reason) from error
    except CarrierError as error:
        raise MailRefused(reason=error.reason) from error
