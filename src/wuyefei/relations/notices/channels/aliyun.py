"""Text messages by Alibaba Cloud's SendSms (2017-05-25), signed ACS3-HMAC-SHA256, on the standard library.

Its templates name their variables: ours are ``${p1}``, ``${p2}`` and so on, in the order of the fields in our text.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from wuyefei.foundation.platform import clock

from .base import Misconfigured, Parcel, Refused, Throttled, Unclear, ask

ENDPOINT = "https://dysmsapi.aliyuncs.com"
ACTION, VERSION = "SendSms", "2017-05-25"
ALGORITHM = "ACS3-HMAC-SHA256"
EMPTY = hashlib.sha256(b"").hexdigest()
LATER = ("isv.BUSINESS_LIMIT_CONTROL", "isv.DAY_LIMIT_CONTROL", "isp.SYSTEM_ERROR", "Throttling", "ServiceUnavailable")
SETTINGS = (
    "SignatureDoesNotMatch", "IncompleteSignature", "InvalidAccessKeyId", "InvalidTimeStamp", "Forbidden", "isp.RAM_PERMISSION_DENY", "isv.AMOUNT_NOT_ENOUGH",
    "isv.OUT_OF_SERVICE", "isv.PRODUCT_UN_SUBSCRIPT", "isv.ACCOUNT_", "isv.SMS_TEMPLATE_ILLEGAL", "isv.SMS_SIGNATURE_ILLEGAL",
    "isv.TEMPLATE_MISSING_PARAMETERS", "isv.INVALID_PARAMETERS",
)  # fmt: skip


def query_of(values: Mapping[str, str]) -> str:
    """The canonical query: sorted by name, each part percent-encoded (RFC 3986)."""
    return "&".join(f"{quote(name, safe='~')}={quote(values[name], safe='~')}" for name in sorted(values))


def signed_headers(headers: Mapping[str, str]) -> list[str]:
    return sorted(name for name in headers if name in ("host", "content-type") or name.startswith("x-acs-"))


def signature(secret: str, query: str, headers: Mapping[str, str]) -> str:
    """The hexadecimal ACS3 signature of a POST to ``/`` without a body; header names in lower case."""
    names = signed_headers(headers)
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    canonical = f"POST\n/\n{query}\n{lines}\n{';'.join(names)}\n{headers['x-acs-content-sha256']}"
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    return hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class AliyunSms:
    """``sign`` is the approved signature (【】 left off)."""

    access_id: str
    access_secret: str
    sign: str
    endpoint: str = ENDPOINT

    def send(self, parcel: Parcel) -> str:
        params = {f"p{number}": value for number, value in enumerate(parcel.params, 1)}
        values = {"PhoneNumbers": parcel.to, "SignName": self.sign, "TemplateCode": parcel.template, "OutId": parcel.key}
        if params:
            values["TemplateParam"] = json.dumps(params, ensure_ascii=False)
        query = query_of(values)
        headers = {
            "host": urlsplit(self.endpoint).netloc, "content-type": "application/x-www-form-urlencoded", "x-acs-action": ACTION, "x-acs-version": VERSION, "x-acs-content-sha256": EMPTY,
            "x-acs-date": f"{clock.now().astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}", "x-acs-signature-nonce": secrets.token_hex(16),
        }  # fmt: skip
        proof = signature(self.access_secret, query, headers)
        headers["Authorization"] = f"{ALGORITHM} Credential={self.access_id},SignedHeaders={';'.join(signed_headers(headers))},Signature={proof}"
        status, answer = ask(f"{self.endpoint}/?{query}", b"", headers)
        return _read(status, answer)


def _read(status: int, answer: Mapping[str, object]) -> str:
    code = str(answer.get("Code", ""))
    if code == "OK" and answer.get("BizId"):
        return str(answer["BizId"])
    if code.startswith(LATER):
        raise Throttled(code)
    if code.startswith(SETTINGS):
        raise Misconfigured(code)
    if status >= 500 or not code or code == "OK":
        raise Unclear(f"对方回答 {status}")
    raise Refused(code)
