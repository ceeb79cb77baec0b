"""WeChat: template messages of an official account, subscription messages of a mini-program. The access token is cached,
renewed before it ends and once after a refusal."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache

from .base import Misconfigured, Parcel, Refused, Throttled, Unclear, ask

ENDPOINT = "https://api.weixin.qq.com"
EARLY = 300
"""Seconds before its end at which a token is renewed."""
STALE = {40001, 40014, 42001}
LATER = {-1, 45009, 45011, 50002}
"""The system is busy; the day's quota is used up; too often."""
SETTINGS = {40013, 40125, 40164, 40037, 48001, 41002, 41004}
QUOTA = 45009
HOUR = 3600


@dataclass(frozen=True)
class WechatAccount:
    """``url``: where a tap on the message leads."""

    app_id: str
    secret: str
    url: str = ""
    endpoint: str = ENDPOINT

    def _name(self) -> str:
        mark = hashlib.sha256(f"{self.endpoint} {self.app_id} {self.secret}".encode()).hexdigest()[:24]
        return f"wechat-token-{mark}"

    def token(self, *, fresh: bool = False) -> str:
        """The access token, from the cache while it lives."""
        held = None if fresh else cache.get(self._name())
        if held:
            return str(held)
        query = urlencode({"grant_type": "client_credential", "appid": self.app_id, "secret": self.secret})
        try:
            _status, answer = ask(f"{self.endpoint}/cgi-bin/token?{query}")
        except Unclear as error:  # nothing was sent to anybody yet
            raise Throttled(error.reason) from error
        if not answer.get("access_token"):
            self._fail(answer, sent=False)
        cache.set(self._name(), answer["access_token"], max(60, int(answer.get("expires_in", 7200)) - EARLY))
        return str(answer["access_token"])

    def send(self, parcel: Parcel) -> str:
        answer = self._post(parcel, self.token())
        if answer.get("errcode") in STALE:
            answer = self._post(parcel, self.token(fresh=True))
        if answer.get("errcode") == 0:
            return str(answer.get("msgid") or parcel.key)
        self._fail(answer, sent=True)
        raise AssertionError

    def _post(self, parcel: Parcel, token: str) -> dict[str, Any]:
        path, more = self._service(parcel)
        body = {"touser": parcel.to, "template_id": parcel.template, "data": {key: {"value": value} for key, value in parcel.data.items()}, **more}
        url = f"{self.endpoint}{path}?{urlencode({'access_token': token})}"
        status, answer = ask(url, json.dumps(body, ensure_ascii=False).encode(), {"Content-Type": "application/json"})
        if status >= 500 or "errcode" not in answer:
            raise Unclear(f"对方回答 {status}")
        return answer

    def _service(self, parcel: Parcel) -> tuple[str, dict[str, str]]:
        """The address that takes the message, and what it is told besides."""
        return "/cgi-bin/message/template/send", {"client_msg_id": parcel.key, **({"url": self.url} if self.url else {})}

    @staticmethod
    def _fail(answer: dict[str, Any], *, sent: bool) -> None:
        code = answer.get("errcode")
        reason = f"微信 {code} {answer.get('errmsg', '')}"
        if code in LATER:
            raise Throttled(reason, HOUR if code == QUOTA else 60)
        if code in SETTINGS or code in STALE or not sent:
            raise Misconfigured(reason)
        raise Refused(reason)


@dataclass(frozen=True)
class WechatMini(WechatAccount):
    """A subscription message: sent only to who has agreed to one in the mini-program (43101 where they have not, or it is
    used up). ``url`` is the page of the mini-program that a tap opens."""

    def _service(self, parcel: Parcel) -> tuple[str, dict[str, str]]:
        return "/cgi-bin/message/subscribe/send", {"lang": "zh_CN", **({"page": self.url} if self.url else {})}


def genuine(token: str, timestamp: str, nonce: str, signature: str) -> bool:
    """Whether a call of WeChat's server to ours is signed with the token agreed on."""
    wanted = hashlib.sha1("".join(sorted([token, timestamp, nonce])).encode()).hexdigest()  # noqa: S324 - WeChat's own scheme
    return hmac.compare_digest(wanted, signature)
