"""E-mail by SMTP, on the standard library."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from wuyefei.foundation import environment
from wuyefei.foundation.platform import clock

from .base import TIMEOUT, Misconfigured, Parcel, Refused, Throttled, Unclear, check_public


def _add_picture(message: EmailMessage, parcel: Parcel) -> None:
    """The same text as a page with the picture in it, carried by the message itself: nothing is fetched when it is read, so
    nobody learns who read it. A reader that shows no pages shows the text."""
    name = f"{parcel.key}.picture"
    lines = "<br>".join(escape(line) for line in parcel.body.splitlines())
    page = (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><body><p>{lines}</p>'
        f'<p><img src="cid:{escape(name)}" width="320" alt="{escape(parcel.picture_words)}"></p></body></html>'
    )
    message.add_alternative(page, subtype="html")
    (html,) = (part for part in message.iter_parts() if part.get_content_type() == "text/html")
    html.add_related(parcel.picture, "image", "png", cid=f"<{name}>", filename="composition.png", disposition="inline")


@dataclass(frozen=True)
class Smtp:
    """Encrypted always (implicit TLS on 465, STARTTLS elsewhere), except towards a demo's own loopback."""

    host: str
    port: int
    user: str
    password: str
    sender: str
    name: str = ""

    def letter(self, parcel: Parcel) -> EmailMessage:
        """The message; headers are built, never pasted, so that a value cannot add one."""
        message = EmailMessage()
        message["Subject"] = " ".join(parcel.subject.split())
        message["From"] = Address(self.name, addr_spec=self.sender)
        message["To"] = Address(addr_spec=parcel.to)
        message["Date"] = format_datetime(clock.now())
        message["Message-ID"] = f"<{parcel.key}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(parcel.body)
        if parcel.picture:
            _add_picture(message, parcel)
        return message

    def send(self, parcel: Parcel) -> str:
        try:
            message = self.letter(parcel)
        except ValueError as error:
            raise Refused("邮箱地址不对") from error
        check_public(self.host, self.port)
        try:
            server = self._open()
        except smtplib.SMTPAuthenticationError as error:
            raise Misconfigured("邮箱账号或密码不对") from error
        except (OSError, smtplib.SMTPException) as error:
            raise Throttled("连不上邮件服务器") from error
        with server:
            return self._hand_over(server, message, parcel)

    def _open(self) -> smtplib.SMTP:
        plain = environment.demo_mode() and self.host == "127.0.0.1"
        if self.port == 465:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=ssl.create_default_context())
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
            if not plain:
                server.starttls(context=ssl.create_default_context())
        if self.user:
            server.login(self.user, self.password)
        return server

    def _hand_over(self, server: smtplib.SMTP, message: EmailMessage, parcel: Parcel) -> str:
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise (Refused("收件人不存在") if code >= 500 else Throttled("对方稍后再收")) from error
        except smtplib.SMTPResponseException as error:
            raise (Refused(f"对方拒收 {error.smtp_code}") if error.smtp_code >= 500 else Throttled("对方稍后再收")) from error
        except (OSError, smtplib.SMTPException) as error:
            raise Unclear("发送时连接中断") from error
        return parcel.key
