"""Counterparts of the carriers on this machine, for the demo and the tests: they check what a real carrier checks, and
bounce, throttle, keep silent or lie when told to. They refuse to start outside demo mode.
"""

from __future__ import annotations

import json
import socketserver
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from wuyefei.foundation import environment

from .channels import aliyun, push
from .channels.sms import signature


class OnlyInDemo(RuntimeError):
    """The sandbox was started outside demo mode."""


@dataclass
class Got:
    """A message as the counterpart received it."""

    channel: str
    to: str
    key: str
    body: dict[str, Any]


@dataclass
class Sandbox:
    """``mood`` by address (``*`` for all): ok, bounce, throttle, drop (take it and break the line), lose (break before
    taking it), refuse (settings)."""

    secret_id: str = "demo-id"
    secret_key: str = "demo-key"
    app_id: str = "wx-demo"
    secret: str = "demo-secret"
    mood: dict[str, str] = field(default_factory=dict)
    got: list[Got] = field(default_factory=list)
    tokens: int = 0
    calls: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        if not environment.demo_mode():
            raise OnlyInDemo("the sandbox of carriers belongs to the demo")
        self.valid: set[str] = set()
        self.nonces: set[str] = set()
        self._lock = threading.Lock()
        self._web = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._mail = _Mail(("127.0.0.1", 0), _MailHandler)
        self._mail.sandbox = self
        for server in (self._web, self._mail):
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._web.server_address[1]}"

    @property
    def mail_port(self) -> int:
        return int(self._mail.server_address[1])

    def close(self) -> None:
        for server in (self._web, self._mail):
            server.shutdown()
            server.server_close()

    def mood_of(self, to: str) -> str:
        return self.mood.get(to) or self.mood.get("*", "ok")

    def keep(self, got: Got) -> int:
        with self._lock:
            self.got.append(got)
            return len(self.got)

    def to(self, address: str) -> list[Got]:
        return [got for got in self.got if got.to == address]

    def sms(self, headers: Any, body: bytes) -> tuple[int, dict[str, Any]]:
        """SendSms: the TC3 signature is computed again."""
        stamp, host = int(headers.get("X-TC-Timestamp", "0")), headers.get("Host", "")
        proof = headers.get("Authorization", "")
        if not proof.endswith(f"Signature={signature(self.secret_key, host, body, stamp)}") or f"Credential={self.secret_id}/" not in proof:
            return 200, {"Response": {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": "signature"}}}
        asked = json.loads(body)
        to = asked["PhoneNumberSet"][0].removeprefix("+86")
        mood = self.mood_of(to)
        if mood == "throttle":
            return 200, {"Response": {"Error": {"Code": "RequestLimitExceeded", "Message": "later"}}}
        if mood == "refuse":
            return 200, {"Response": {"Error": {"Code": "UnauthorizedOperation.SmsSdkAppIdVerifyFail", "Message": "settings"}}}
        if mood == "bounce":
            return 200, {"Response": {"SendStatusSet": [{"Code": "FailedOperation.PhoneNumberInBlacklist", "SerialNo": ""}]}}
        if mood == "lose":
            return 0, {}
        number = self.keep(Got("sms", to, asked["SessionContext"], asked))
        return (0, {}) if mood == "drop" else (200, {"Response": {"SendStatusSet": [{"Code": "Ok", "SerialNo": f"2026:{number}"}]}})

    def aliyun(self, headers: Any, query: str) -> tuple[int, dict[str, Any]]:
        """SendSms of Alibaba Cloud: the ACS3 signature is computed again, and a nonce serves once."""
        proof = headers.get("Authorization", "")
        names = proof.partition("SignedHeaders=")[2].partition(",")[0].split(";")
        held = {name: headers.get(name, "") for name in names}
        nonce = held.get("x-acs-signature-nonce", "")
        right = f"Credential={self.secret_id}," in proof and proof.endswith(f"Signature={aliyun.signature(self.secret_key, query, held)}")
        if not right or nonce in self.nonces:
            return 400, {"Code": "SignatureDoesNotMatch" if not right else "SignatureNonceUsed", "Message": "signature"}
        self.nonces.add(nonce)
        asked = {name: rows[0] for name, rows in parse_qs(query).items()}
        mood = self.mood_of(asked["PhoneNumbers"])
        refused = {"throttle": "isv.BUSINESS_LIMIT_CONTROL", "refuse": "isv.SMS_SIGNATURE_ILLEGAL", "bounce": "isv.MOBILE_NUMBER_ILLEGAL"}.get(mood)
        if refused:
            return 200, {"Code": refused, "Message": mood}
        if mood == "lose":
            return 0, {}
        number = self.keep(Got("sms", asked["PhoneNumbers"], asked["OutId"], asked))
        return (0, {}) if mood == "drop" else (200, {"Code": "OK", "Message": "OK", "BizId": f"8000{number}^0"})

    def token(self, query: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        if query.get("secret") != [self.secret] or query.get("appid") != [self.app_id]:
            return 200, {"errcode": 40125, "errmsg": "invalid appsecret"}
        self.tokens += 1
        self.valid = {f"token-{self.tokens}"}
        return 200, {"access_token": f"token-{self.tokens}", "expires_in": 7200}

    def wechat(self, query: dict[str, list[str]], body: bytes) -> tuple[int, dict[str, Any]]:
        if not set(query.get("access_token", [])) & self.valid:
            return 200, {"errcode": 40001, "errmsg": "invalid credential"}
        asked = json.loads(body)
        mood = self.mood_of(asked["touser"])
        refused = {"throttle": 45009, "bounce": 43004, "refuse": 40037}.get(mood)
        if refused:
            return 200, {"errcode": refused, "errmsg": mood}
        if mood == "lose":
            return 0, {}
        number = self.keep(Got("wechat", asked["touser"], asked["client_msg_id"], asked))
        return (0, {}) if mood == "drop" else (200, {"errcode": 0, "errmsg": "ok", "msgid": 9000 + number})

    def mini(self, query: dict[str, list[str]], body: bytes) -> tuple[int, dict[str, Any]]:
        """Subscription messages: like template messages, but who has not agreed gets none."""
        if not set(query.get("access_token", [])) & self.valid:
            return 200, {"errcode": 40001, "errmsg": "invalid credential"}
        asked = json.loads(body)
        mood = self.mood_of(asked["touser"])
        refused = {"throttle": 45009, "bounce": 43101, "refuse": 40037}.get(mood)
        if refused:
            return 200, {"errcode": refused, "errmsg": mood}
        if mood == "lose":
            return 0, {}
        number = self.keep(Got("mini", asked["touser"], "", asked))
        return (0, {}) if mood == "drop" else (200, {"errcode": 0, "errmsg": "ok", "msgid": 7000 + number})

    def push(self, headers: Any, body: bytes) -> tuple[int, dict[str, Any]]:
        header = headers.get(push.HEADER, "")
        stamp = header.partition(",")[0].removeprefix("t=")  # the demo's clock may be set: its age is not judged here
        if not stamp.isdigit() or header != push.sign(self.secret, body, int(stamp)):
            return 401, {}
        asked = json.loads(body)
        mood = self.mood_of(asked["to"])
        if mood in ("throttle", "bounce", "refuse", "lose"):
            return {"throttle": 429, "bounce": 404, "refuse": 403, "lose": 0}[mood], {}
        number = self.keep(Got("app", asked["to"], asked["key"], asked))
        return (0, {}) if mood == "drop" else (200, {"id": f"push-{number}"})


_shared: list[Sandbox] = []


def shared() -> Sandbox:
    """The demo's own counterpart, started in the process that first sends something. Raises ``OnlyInDemo`` elsewhere."""
    if not _shared:
        _shared.append(Sandbox())
    return _shared[0]


def _handler(sandbox: Sandbox) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

        def _answer(self, body: bytes) -> None:
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            sandbox.calls[parts.path] += 1
            if parts.path == "/cgi-bin/token":
                status, found = sandbox.token(query)
            elif parts.path == "/cgi-bin/message/template/send":
                status, found = sandbox.wechat(query, body)
            elif parts.path == "/cgi-bin/message/subscribe/send":
                status, found = sandbox.mini(query, body)
            elif parts.path == "/push":
                status, found = sandbox.push(self.headers, body)
            elif self.headers.get("x-acs-action") == aliyun.ACTION:
                status, found = sandbox.aliyun(self.headers, parts.query)
            else:
                status, found = sandbox.sms(self.headers, body)
            if not status:  # the line breaks
                self.close_connection = True
                return
            text = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:
            """A demo's terminal is not the place for it."""

    return Handler


class _Mail(socketserver.ThreadingTCPServer):
    daemon_threads = True
    sandbox: Sandbox


class _MailHandler(socketserver.StreamRequestHandler):
    """As much of SMTP as a client needs to hand a message over."""

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def handle(self) -> None:
        assert isinstance(self.server, _Mail)
        sandbox, to = self.server.sandbox, ""
        self._say("220 sandbox")
        while line := self.rfile.readline():
            word = line.decode("utf-8", "replace").strip()
            verb = word[:4].upper()
            if verb == "RCPT":
                to = word.partition("<")[2].partition(">")[0]
                mood = sandbox.mood_of(to)
                self._say({"bounce": "550 no such user", "throttle": "451 later", "refuse": "451 later"}.get(mood, "250 ok"))
            elif verb == "DATA":
                self._say("354 go on")
                if not self._take(sandbox, to):
                    return
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _take(self, sandbox: Sandbox, to: str) -> bool:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        mood = sandbox.mood_of(to)
        if mood == "lose":
            return False
        text = b"".join(lines).decode("utf-8", "replace")
        key = next((row.partition("<")[2].partition("@")[0] for row in text.splitlines() if row.startswith("Message-ID:")), "")
        sandbox.keep(Got("email", to, key, {"text": text}))
        if mood == "drop":
            return False
        self._say("250 kept")
        return True
