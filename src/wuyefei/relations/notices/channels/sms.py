"""Text messages by Tencent Cloud's API 3.0 (SendSms 2021-01-11), signed TC3-HMAC-SHA256, on the standard library."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from wuyefei.foundation.platform import clock

from .base import Misconfigured, Parcel, Refused, Throttled, Unclear, ask

ENDPOINT = "https://sms.tencentcloudapi.com"
SERVICE, ACTION, VERSION = "sms", "SendSms", "2021-01-11"
KIND = "application/json; charset=utf-8"
LATER = ("LimitExceeded", "RequestLimitExceeded", "ResourceInsufficient", "FailedOperation.InsufficientBalanceInSmsPackage")
SETTINGS = ("AuthFailure", "UnauthorizedOperation", "InvalidParameterValue.SdkAppIdNotExist", "FailedOperation.SignatureIncorrectOrUnapproved", "FailedOperation.TemplateIncorrectOrUnapproved", "FailedOperation.TemplateParamSetNotMatchApprovedTemplate")


def signature(secret_key: str, host: str, payload: bytes, timestamp: int) -> str:
    """The hexadecimal TC3 signature of a JSON request to ``host``."""
    day = f"{dt.datetime.fromtimestamp(timestamp, dt.UTC):%Y-%m-%d}"
    canonical = f"POST\n/\n\ncontent-type:{KIND}\nhost:{host}\nx-tc-action:{ACTION.lower()}\n\ncontent-type;host;x-tc-action\n{hashlib.sha256(payload).hexdigest()}"
    scope = f"{day}/{SERVICE}/tc3_request"
    to_sign = f"TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"TC3{secret_key}".encode()
    for part in (day, SERVICE, "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class TencentSms:
    """``sign`` is the approved signature (【】 left off), ``app_id`` the SDK application."""

    secret_id: str
    secret_key: str
    app_id: str
    sign: str
    region: str = "ap-guangzhou"
    endpoint: str = ENDPOINT

    def send(self, parcel: Parcel) -> str:
        body = {
            "PhoneNumberSet": [f"+86{parcel.to}"], "SmsSdkAppId": self.app_id, "SignName": self.sign, "TemplateId": parcel.template,
            "TemplateParamSet": parcel.params, "SessionContext": parcel.key,
        }  # fmt: skip
        payload, timestamp = json.dumps(body, ensure_ascii=False).encode(), int(clock.now().timestamp())
        host = urlsplit(self.endpoint).netloc
        day = f"{dt.datetime.fromtimestamp(timestamp, dt.UTC):%Y-%m-%d}"
        proof = signature(self.secret_key, host, payload, timestamp)
        headers = {
            "Content-Type": KIND, "Host": host, "X-TC-Action": ACTION, "X-TC-Version": VERSION, "X-TC-Region": self.region,
            "X-TC-Timestamp": str(timestamp),
            "Authorization": f"TC3-HMAC-SHA256 Credential={self.secret_id}/{day}/{SERVICE}/tc3_request, "
            f"SignedHeaders=content-type;host;x-tc-action, Signature={proof}",
        }  # fmt: skip
        status, answer = ask(self.endpoint, payload, headers)
        return self._read(status, answer.get("Response"))

    def _read(self, status: int, found: object) -> str:
        if status >= 500 or not isinstance(found, dict):
            raise Unclear(f"对方回答 {status}")
        error = found.get("Error")
        rows = found.get("SendStatusSet") or []
        row = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
        code = str(error.get("Code", "")) if isinstance(error, dict) else str(row.get("Code", ""))
        if code == "Ok" and row.get("SerialNo"):
            return str(row["SerialNo"])
        if code.startswith(LATER):
            raise Throttled(code)
        if code.startswith(SETTINGS):
            raise Misconfigured(code)
        if not code:
            raise Unclear("对方没有说明结果")
        raise Refused(code)
