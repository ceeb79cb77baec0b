"""WeChat Pay API v3: JSAPI, H5, native QR, query, close, refund, bill; signatures and notices.

Source: the provider's API v3 manual (签名生成, 签名验证, 证书和回调报文解密).
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.platform import clock

from ..rules import NOTICE_AGE, EntryPoint, RefundReport, RefundSaid, Report, Said
from . import http, keys
from .base import Forged, Notice, PayAsk, ProviderError, ProviderRefused, RefundAsk, Way, WayKind

LIVE = "https://api.mch.weixin.qq.com"
SCHEMA = "WECHATPAY2-SHA256-RSA2048"
CURRENCY = "CNY"
SAID = {
    "SUCCESS": Said.PAID, "REFUND": Said.PAID, "NOTPAY": Said.UNPAID, "USERPAYING": Said.UNPAID, "ACCEPT": Said.UNPAID,
    "CLOSED": Said.CLOSED, "REVOKED": Said.CLOSED, "PAYERROR": Said.UNPAID,
}  # fmt: skip
REFUND_SAID = {
    "SUCCESS": RefundSaid.DONE, "PROCESSING": RefundSaid.UNDER_WAY, "CLOSED": RefundSaid.FAILED, "ABNORMAL": RefundSaid.FAILED,
}  # fmt: skip


@dataclass(frozen=True)
class WeChatPay:
    """A merchant's account. ``platform_keys``: the provider's public keys by serial number."""

    app_id: str
    merchant_id: str
    serial: str
    merchant_key: rsa.RSAPrivateKey
    api_key: bytes
    platform_keys: Mapping[str, rsa.RSAPublicKey]
    base_url: str = LIVE

    def pay(self, ask: PayAsk) -> Way:
        kind = {EntryPoint.IN_APP: "jsapi", EntryPoint.PHONE: "h5"}.get(ask.entry_point, "native")
        content: dict[str, Any] = {
            "appid": self.app_id, "mchid": self.merchant_id, "description": ask.subject[:127], "out_trade_no": ask.number,
            "time_expire": ask.expires_at.isoformat(timespec="seconds"), "notify_url": ask.notify_url,
            "amount": {"total": ask.amount_fen, "currency": CURRENCY},
        }  # fmt: skip
        if kind == "jsapi":
            if not ask.openid:
                raise ProviderRefused(what="在微信内支付需要先取得付款人的 openid")
            content["payer"] = {"openid": ask.openid}
        if kind == "h5":
            content["scene_info"] = {"payer_client_ip": ask.client_ip or "127.0.0.1", "h5_info": {"type": "Wap"}}
        found = self._call("POST", f"/v3/pay/transactions/{kind}", content)
        if kind == "jsapi":
            return Way(WayKind.JSAPI, params=self._for_script(str(found["prepay_id"])))
        if kind == "h5":
            back = f"&redirect_url={quote(ask.return_url, safe='')}" if ask.return_url else ""
            return Way(WayKind.REDIRECT, str(found["h5_url"]) + back)
        return Way(WayKind.QR, str(found["code_url"]))

    def _for_script(self, prepay_id: str) -> dict[str, str]:
        moment, nonce = str(int(clock.now().timestamp())), secrets.token_hex(16)
        package = f"prepay_id={prepay_id}"
        message = f"{self.app_id}\n{moment}\n{nonce}\n{package}\n".encode()
        return {
            "appId": self.app_id, "timeStamp": moment, "nonceStr": nonce, "package": package, "signType": "RSA",
            "paySign": keys.sign(self.merchant_key, message),
        }  # fmt: skip

    def query(self, number: str) -> Report:
        try:
            found = self._call("GET", f"/v3/pay/transactions/out-trade-no/{number}?mchid={self.merchant_id}")
        except ProviderRefused as refused:
            if refused.data.get("reason_code") == "ORDER_NOT_EXIST":
                return Report(number, Said.UNKNOWN)
            raise
        return self._report(found)

    def close(self, number: str) -> None:
        self._call("POST", f"/v3/pay/transactions/out-trade-no/{number}/close", {"mchid": self.merchant_id})

    def refund(self, ask: RefundAsk) -> RefundReport:
        content: dict[str, Any] = {
            "out_trade_no": ask.order_number, "out_refund_no": ask.number, "reason": ask.reason[:80],
            "amount": {"refund": ask.amount_fen, "total": ask.total_fen, "currency": CURRENCY},
        }  # fmt: skip
        if ask.notify_url:
            content["notify_url"] = ask.notify_url
        return self._refund_report(self._call("POST", "/v3/refund/domestic/refunds", content))

    def query_refund(self, number: str, order_number: str) -> RefundReport:
        try:
            return self._refund_report(self._call("GET", f"/v3/refund/domestic/refunds/{number}"))
        except ProviderRefused as refused:
            if refused.data.get("reason_code") == "RESOURCE_NOT_EXISTS":
                return RefundReport(number, RefundSaid.UNKNOWN)
            raise

    def bill(self, day: dt.date) -> bytes:
        """The day's bill 交易账单 as downloaded, its digest checked."""
        found = self._call("GET", f"/v3/bill/tradebill?bill_date={day}&bill_type=ALL")
        url = str(found["download_url"])
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        reply = http.send("GET", url, {"Authorization": self._authorization("GET", target, ""), "Accept": "*/*"})
        if reply.status != 200:
            raise ProviderError(reason=Phrase("账单下载失败 {status}", status=reply.status))
        if hashlib.sha1(reply.body, usedforsecurity=False).hexdigest() != str(found.get("hash_value", "")).lower():
            raise ProviderError(reason="账单摘要不符")
        return reply.body

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: dt.datetime) -> Notice:
        low = {name.lower(): value for name, value in headers.items()}
        self._check_signature(low, body, now)
        content = self._decrypt(body)
        if content.get("mchid") != self.merchant_id:
            raise Forged(reason="商户号不是本商户")
        nonce = low["wechatpay-nonce"]
        if "out_refund_no" in content:
            return Notice(nonce, refund=self._refund_report(content))
        return Notice(nonce, payment=self._report(content))

    def answer(self, *, taken: bool) -> tuple[int, str, str]:
        if taken:
            return 200, "application/json", '{"code":"SUCCESS","message":"成功"}'
        return 500, "application/json", '{"code":"FAIL","message":"未处理，请重发"}'

    def _decrypt(self, body: bytes) -> dict[str, Any]:
        try:
            sealed = json.loads(body)["resource"]
            if sealed["algorithm"] != "AEAD_AES_256_GCM":
                raise Forged(reason="加密方式不认识")
            plain = AESGCM(self.api_key).decrypt(
                sealed["nonce"].encode(), base64.b64decode(sealed["ciphertext"], validate=True), sealed["associated_data"].encode()
            )
            found = json.loads(plain)
        except (ValueError, KeyError, TypeError, AttributeError, InvalidTag, binascii.Error) as error:
            raise Forged(reason="报文无法解密") from error
        if not isinstance(found, dict):
            raise Forged(reason="报文内容不是对象")
        return found

    def _check_signature(self, headers: Mapping[str, str], body: bytes, now: dt.datetime) -> None:
        serial, moment = headers.get("wechatpay-serial", ""), headers.get("wechatpay-timestamp", "")
        key = self.platform_keys.get(serial)
        if key is None:
            raise Forged(reason="平台证书或公钥序列号不认识")
        if not (moment.isascii() and moment.isdigit() and len(moment) <= 12):
            raise Forged(reason="没有时间戳")
        nonce, signature = headers.get("wechatpay-nonce", ""), headers.get("wechatpay-signature", "")
        if not nonce or len(nonce) > 64:
            raise Forged(reason="没有随机串")
        if not keys.signed_by(key, moment.encode() + b"\n" + nonce.encode() + b"\n" + body + b"\n", signature):
            raise Forged(reason="签名不符")
        if abs(int(now.timestamp()) - int(moment)) > NOTICE_AGE.total_seconds():
            raise Forged(reason="时间戳超过 5 分钟，可能是重放，或本机时钟不准")

    def _authorization(self, method: str, target: str, body: str) -> str:
        moment, nonce = str(int(clock.now().timestamp())), secrets.token_hex(16)
        signature = keys.sign(self.merchant_key, f"{method}\n{target}\n{moment}\n{nonce}\n{body}\n".encode())
        return (
            f'{SCHEMA} mchid="{self.merchant_id}",nonce_str="{nonce}",signature="{signature}",'
            f'timestamp="{moment}",serial_no="{self.serial}"'
        )

    def _call(self, method: str, target: str, content: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """A signed request and its verified answer. An answer without a good signature is no answer at all."""
        body = json.dumps(content, ensure_ascii=False) if content is not None else ""
        headers = {"Authorization": self._authorization(method, target, body), "Accept": "application/json"}
        headers |= {"User-Agent": "wuyefei"} | ({"Content-Type": "application/json"} if body else {})
        reply = http.send(method, self.base_url + target, headers, body.encode())
        if reply.status >= 500:
            raise ProviderError(reason=Phrase("渠道返回 {status}", status=reply.status))
        try:
            self._check_signature(reply.headers, reply.body, clock.now())
        except Forged as forged:
            raise ProviderError(reason=str(forged.data["reason"])) from forged
        try:
            found = json.loads(reply.body) if reply.body else {}
        except ValueError as error:
            raise ProviderError(reason="应答不是 JSON") from error
        if reply.status >= 400:
            what = str(found.get("message") or reply.status)
            raise ProviderRefused(what=what[:120], reason_code=str(found.get("code", "")))
        return found if isinstance(found, dict) else {}

    def _report(self, found: Mapping[str, Any]) -> Report:
        """What it says of an order, for our account, in yuan of China; raises ``Forged`` for anything else."""
        if found.get("appid") != self.app_id or found.get("mchid") != self.merchant_id:
            raise Forged(reason="商户号或应用号不是本商户的")
        said = SAID.get(str(found.get("trade_state")), Said.UNPAID)
        number = str(found.get("out_trade_no", ""))
        if said is not Said.PAID:
            return Report(number, said)
        amount = found.get("amount")
        if not isinstance(amount, dict) or amount.get("currency", CURRENCY) != CURRENCY or type(amount.get("total")) is not int:
            raise Forged(reason="金额或币种不对")
        return Report(number, said, amount["total"], str(found.get("transaction_id", ""))[:64], _moment(found.get("success_time")))

    def _refund_report(self, found: Mapping[str, Any]) -> RefundReport:
        said = REFUND_SAID.get(str(found.get("status") or found.get("refund_status")), RefundSaid.UNDER_WAY)
        amount = found.get("amount")
        fen = amount.get("refund") if isinstance(amount, dict) else None
        if type(fen) is not int:
            raise Forged(reason="退款金额不对")
        number = str(found.get("out_refund_no", ""))
        return RefundReport(number, said, fen, str(found.get("refund_id", ""))[:64], str(found.get("out_trade_no", "")))


def _moment(text: object) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(str(text))
    except ValueError as error:
        raise Forged(reason="支付时间无法识别") from error
    if found.tzinfo is None:
        raise Forged(reason="支付时间没有时区")
    return found
