"""The counterpart of a WeChat official account's web authorisation: who may ask, and codes that are used once."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
import threading
from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

from .counterpart import Reply
from .keyring import APP_ID

ACCOUNT_PATHS = ("/connect/oauth2/authorize?", "/sns/oauth2/access_token?")
CODE_LIFE = dt.timedelta(minutes=5)


class OfficialAccount:
    """``site_url``: the authorised domain. ``error``: what the next answers say instead, until it is 0 again."""

    def __init__(self, secret: str, now: Callable[[], dt.datetime], site_url: str) -> None:
        self.secret, self.now, self.site_url = secret, now, site_url
        self.error = 0
        self._codes: dict[str, tuple[str, dt.datetime]] = {}
        self._used: set[str] = set()
        self._lock = threading.Lock()

    def openid_of(self, user: str) -> str:
        """One person has one openid with an account, and another with every other account."""
        name = hashlib.sha256(user.encode()).hexdigest()[:15]
        return f"o{name}{_proof(name)}"

    def knows(self, openid: str) -> bool:
        """Whether an openid is one of this account's; a restart forgets none."""
        return secrets.compare_digest(openid[16:], _proof(openid[1:16]))

    def handle(self, target: str) -> Reply:
        parts = urlsplit(target)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        return self._authorize(asked) if parts.path.startswith("/connect/") else self._token(asked)

    def _authorize(self, asked: dict[str, str]) -> Reply:
        aim, own = urlsplit(asked.get("redirect_uri", "")), urlsplit(self.site_url)
        if asked.get("appid") != APP_ID or asked.get("response_type") != "code" or asked.get("scope") != "snsapi_base":
            return Reply(400, {}, b"10003")
        if (aim.scheme, aim.netloc) != (own.scheme, own.netloc) or len(asked.get("state", "")) > 128:
            return Reply(400, {}, "redirect_uri域名与后台配置不一致".encode())
        code, openid = secrets.token_hex(16), self.openid_of(asked.get("user", ""))
        with self._lock:
            self._codes[code] = (openid, self.now() + CODE_LIFE)
        mark = "&" if aim.query else "?"
        return Reply(302, {"Location": f"{aim.geturl()}{mark}{urlencode({'code': code, 'state': asked.get('state', '')})}"}, b"")

    def _token(self, asked: dict[str, str]) -> Reply:
        number, openid = self._judged(asked)
        if number:
            return _say({"errcode": number, "errmsg": "refused"})
        return _say({"access_token": secrets.token_hex(16), "expires_in": 7200, "openid": openid, "scope": "snsapi_base"})

    def _judged(self, asked: dict[str, str]) -> tuple[int, str]:
        """The provider's error number, or 0 and the openid."""
        if self.error:
            return self.error, ""
        if asked.get("appid") != APP_ID:
            return 40013, ""
        if not secrets.compare_digest(asked.get("secret", ""), self.secret):
            return 40125, ""
        if asked.get("grant_type") != "authorization_code":
            return 40002, ""
        code = asked.get("code", "")
        with self._lock:
            if code in self._used:
                return 40163, ""
            held = self._codes.pop(code, None)
            if held is None:
                return 40029, ""
            self._used.add(code)
        return (42003, "") if held[1] <= self.now() else (0, held[0])


def _proof(name: str) -> str:
    return hashlib.sha256(f"{APP_ID}:{name}".encode()).hexdigest()[:12]


def _say(content: dict[str, object]) -> Reply:
    return Reply(200, {"Content-Type": "text/plain"}, json.dumps(content).encode())
