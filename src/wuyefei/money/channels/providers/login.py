"""WeChat's web authorisation 网页授权 (scope snsapi_base): from a browser in WeChat to the openid that JSAPI payment asks for.

Source: the official account's manual (网页授权, 第一步 and 第二步). snsapi_base asks the person nothing and gives the openid
alone; the access token that comes with it is not kept.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from wuyefei.foundation.kernel.errors import DomainError, Phrase

from . import http
from .base import ProviderError

AUTHORIZE = "https://open.weixin.qq.com/connect/oauth2/authorize"
LIVE = "https://api.weixin.qq.com"
OPENID = re.compile(r"[A-Za-z0-9_-]{6,64}")
CODE = re.compile(r"[A-Za-z0-9_-]{6,128}")
CODE_OVER = frozenset({40029, 40163, 41008, 42003})
"""Not a code, used before, none, or expired (a code lives five minutes and is used once)."""
SETTINGS = frozenset({40001, 40013, 40125, 40164, 41002, 41004, 48001, 50002})
"""The account or its secret is wrong, this machine is not on its list, or it has no such right."""


class LoginOver(DomainError):
    """The code that WeChat gave has been used, has expired, or is none: another authorisation gets another one."""

    code = "wechat_code_over"
    message = "微信的授权已经用过或过期，请再试一次。"


class LoginRefused(DomainError):
    """WeChat refuses the account itself: trying again changes nothing until somebody mends the settings."""

    code = "wechat_login_refused"
    message = "公众号的设置不对（微信 {number}），暂时不能在微信里支付，请换一种方式或告诉物业。"


@dataclass(frozen=True)
class WeChatLogin:
    """The official account of a merchant. ``site_url``: our own address, which the account has as its authorised domain."""

    app_id: str
    app_secret: str = field(repr=False)
    site_url: str
    authorize_url: str = AUTHORIZE
    base_url: str = LIVE

    def way(self, back_path: str, state: str) -> str:
        """Where the browser goes; WeChat sends it back to ``back_path`` of our own site with a code and ``state``."""
        asked = {
            "appid": self.app_id, "redirect_uri": f"{self.site_url.rstrip('/')}{back_path}", "response_type": "code",
            "scope": "snsapi_base", "state": state,
        }  # fmt: skip
        return f"{self.authorize_url}?{urlencode(asked)}#wechat_redirect"

    def openid(self, code: str) -> str:
        """The openid that a code stands for. Raises ``LoginOver``, ``LoginRefused``, and ``ProviderError`` where WeChat is
        silent, busy, or answers what is no openid."""
        if not CODE.fullmatch(code):
            raise LoginOver()
        asked = {"appid": self.app_id, "secret": self.app_secret, "code": code, "grant_type": "authorization_code"}
        reply = http.send("GET", f"{self.base_url}/sns/oauth2/access_token?{urlencode(asked)}", {"Accept": "application/json"})
        answer = _object(reply)
        number = answer.get("errcode", 0)
        if number in CODE_OVER:
            raise LoginOver()
        if number in SETTINGS:
            raise LoginRefused(number=number)
        openid = answer.get("openid")
        if number or not isinstance(openid, str) or not OPENID.fullmatch(openid):
            raise ProviderError(reason=Phrase("微信 {number}", number=number))
        return openid


def _object(reply: http.Reply) -> dict[str, Any]:
    """The answer as an object; of a failure or anything else nothing is believed."""
    try:
        found = json.loads(reply.body) if reply.status == 200 else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProviderError(reason=Phrase("微信应答 {status}", status=reply.status))
    return found
