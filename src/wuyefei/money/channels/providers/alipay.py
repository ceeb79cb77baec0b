"""Alipay open platform: wap, page, precreate, query, close, refund, bill; RSA2 signatures and notices.

Source: the provider's manual (签名, 验签, 异步通知).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qsl, urlencode

from cryptography.hazmat.primitives.asymmetric import rsa

from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.platform import clock

from ..rules import EntryPoint, RefundReport, RefundSaid, Report, Said
from . import http, keys
from .base import Forged, Notice, PayAsk, ProviderError, ProviderRefused, RefundAsk, Way, WayKind

LIVE = "https://openapi.alipay.com/gateway.do"
FORM = "application/x-www-form-urlencoded;charset=utf-8"
SAID = {
    "TRADE_SUCCESS": Said.PAID, "TRADE_FINISHED": Said.PAID, "WAIT_BUYER_PAY": Said.UNPAID, "TRADE_CLOSED": Said.CLOSED,
}  # fmt: skip
PAGES = {
    EntryPoint.IN_APP: ("alipay.trade.wap.pay", "QUICK_WAP_WAY"),
    EntryPoint.PHONE: ("alipay.trade.wap.pay", "QUICK_WAP_WAY"),
    EntryPoint.DESKTOP: ("alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY"),
}


@dataclass(frozen=True)
class Alipay:
    """A merchant's application. ``seller_id``: the account the money goes to; ``page_url``: where browsers are sent."""

    app_id: str
    seller_id: str
    app_key: rsa.RSAPrivateKey
    alipay_key: rsa.RSAPublicKey
    base_url: str = LIVE
    page_url: str = LIVE

    def pay(self, ask: PayAsk) -> Way:
        content = {
            "out_trade_no": ask.number, "total_amount": yuan_of(ask.amount_fen), "subject": ask.subject[:120],
            "time_expire": f"{ask.expires_at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}",
        }  # fmt: skip
        if ask.entry_point is EntryPoint.QR:
            found = self._call("alipay.trade.precreate", content, {"notify_url": ask.notify_url})
            return Way(WayKind.QR, str(found["qr_code"]))
        method, product = PAGES[ask.entry_point]
        sent = {"notify_url": ask.notify_url, "return_url": ask.return_url}
        return Way(WayKind.REDIRECT, f"{self.page_url}?{urlencode(self._signed(method, content | {'product_code': product}, sent))}")

    def query(self, number: str) -> Report:
        try:
            found = self._call("alipay.trade.query", {"out_trade_no": number})
        except ProviderRefused as refused:
            if refused.data.get("reason_code") == "ACQ.TRADE_NOT_EXIST":
                return Report(number, Said.UNKNOWN)
            raise
        return _report(found, "send_pay_date")

    def close(self, number: str) -> None:
        try:
            self._call("alipay.trade.close", {"out_trade_no": number})
        except ProviderRefused as refused:
            # the payer never reached the wallet: there is nothing to close, and ``time_expire`` bars a later start
            if refused.data.get("reason_code") != "ACQ.TRADE_NOT_EXIST":
                raise

    def refund(self, ask: RefundAsk) -> RefundReport:
        content = {
            "out_trade_no": ask.order_number, "refund_amount": yuan_of(ask.amount_fen), "out_request_no": ask.number,
            "refund_reason": ask.reason[:120],
        }  # fmt: skip
        found = self._call("alipay.trade.refund", content)
        if found.get("fund_change") == "Y":
            return RefundReport(ask.number, RefundSaid.DONE, ask.amount_fen, str(found.get("trade_no", "")), ask.order_number)
        return self.query_refund(ask.number, ask.order_number)

    def query_refund(self, number: str, order_number: str) -> RefundReport:
        content = {"out_trade_no": order_number, "out_request_no": number}
        try:
            found = self._call("alipay.trade.fastpay.refund.query", content)
        except ProviderRefused as refused:
            if refused.data.get("reason_code") == "ACQ.TRADE_NOT_EXIST":
                return RefundReport(number, RefundSaid.UNKNOWN)
            raise
        if not found.get("refund_amount"):
            return RefundReport(number, RefundSaid.UNKNOWN)
        done = found.get("refund_status") == "REFUND_SUCCESS"
        said = RefundSaid.DONE if done else RefundSaid.UNDER_WAY
        return RefundReport(number, said, fen_of(found["refund_amount"]), str(found.get("trade_no", "")), order_number)

    def bill(self, day: dt.date) -> bytes:
        """The day's bill 业务账单 as downloaded (a ZIP of CSV)."""
        found = self._call("alipay.data.dataservice.bill.downloadurl.query", {"bill_type": "trade", "bill_date": str(day)})
        reply = http.send("GET", str(found["bill_download_url"]), {"Accept": "*/*"})
        if reply.status != 200:
            raise ProviderError(reason=Phrase("账单下载失败 {status}", status=reply.status))
        return reply.body

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: dt.datetime) -> Notice:
        try:
            sent = dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=200))
        except (UnicodeDecodeError, ValueError) as error:
            raise Forged(reason="报文无法识别") from error
        if sent.get("sign_type") != "RSA2":
            raise Forged(reason="签名方式不是 RSA2")
        message = _to_sign({name: value for name, value in sent.items() if name != "sign_type"})
        if not keys.signed_by(self.alipay_key, message, sent.get("sign", "")):
            raise Forged(reason="签名不符")
        if sent.get("app_id") != self.app_id or sent.get("seller_id") != self.seller_id:
            raise Forged(reason="应用号或收款账号不是本商户的")
        nonce = sent.get("notify_id", "")
        if not nonce or len(nonce) > 128:
            raise Forged(reason="没有通知编号")
        if sent.get("gmt_refund"):  # a refund of ours is asked for by its own number; this message does not carry it
            return Notice(nonce)
        return Notice(nonce, payment=_report(sent, "gmt_payment"))

    def answer(self, *, taken: bool) -> tuple[int, str, str]:
        return (200, "text/plain", "success") if taken else (200, "text/plain", "failure")

    def _signed(self, method: str, content: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
        sent = {
            "app_id": self.app_id, "method": method, "format": "JSON", "charset": "utf-8", "sign_type": "RSA2",
            "timestamp": f"{clock.now().astimezone(CHINA):%Y-%m-%d %H:%M:%S}", "version": "1.0",
            "biz_content": json.dumps(content, ensure_ascii=False), **{name: value for name, value in more.items() if value},
        }  # fmt: skip
        return sent | {"sign": keys.sign(self.app_key, _to_sign(sent))}

    def _call(self, method: str, content: Mapping[str, str], more: Mapping[str, str] | None = None) -> dict[str, Any]:
        sent = urlencode(self._signed(method, content, more or {})).encode()
        reply = http.send("POST", self.base_url, {"Content-Type": FORM, "Accept": "application/json"}, sent)
        if reply.status != 200:
            raise ProviderError(reason=Phrase("渠道返回 {status}", status=reply.status))
        found = self._verified(reply.body, method.replace(".", "_") + "_response")
        if found.get("code") == "10000":
            return found
        what = str(found.get("sub_msg") or found.get("msg") or "没有说明")[:120]
        if found.get("code") == "20000":
            raise ProviderError(reason="渠道暂不可用")
        raise ProviderRefused(what=what, reason_code=str(found.get("sub_code", "")))

    def _verified(self, body: bytes, node: str) -> dict[str, Any]:
        """The answer inside the envelope. The signature is over its very characters, so they are cut out as they came."""
        try:
            text = body.decode()
            whole = json.loads(text)
            start = text.index(f'"{node}":') + len(node) + 3
            start += len(text[start:]) - len(text[start:].lstrip())
            found, end = json.JSONDecoder().raw_decode(text, start)
        except (UnicodeDecodeError, ValueError) as error:
            raise ProviderError(reason="应答无法识别") from error
        if not isinstance(found, dict) or whole.get(node) != found:
            raise ProviderError(reason="应答无法识别")
        if not keys.signed_by(self.alipay_key, text[start:end].encode(), str(whole.get("sign", ""))):
            raise ProviderError(reason="应答签名不符")
        return found


def _to_sign(sent: Mapping[str, str]) -> bytes:
    return "&".join(f"{name}={sent[name]}" for name in sorted(sent) if name != "sign" and sent[name]).encode()


def yuan_of(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def fen_of(text: object) -> int:
    """``"253.75"`` → 25375. Raises ``Forged`` for anything that is no amount of whole fen."""
    try:
        fen = Decimal(str(text)) * 100
        if not fen.is_finite() or fen != fen.to_integral_value() or not 0 < fen < 10**13:
            raise Forged(reason="金额不对")
    except InvalidOperation as error:
        raise Forged(reason="金额不对") from error
    return int(fen)


def _report(found: Mapping[str, Any], when: str) -> Report:
    said = SAID.get(str(found.get("trade_status")), Said.UNPAID)
    number = str(found.get("out_trade_no", ""))
    if said is not Said.PAID:
        return Report(number, said)
    try:
        paid_at = dt.datetime.strptime(str(found.get(when, "")), "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
    except ValueError as error:
        raise Forged(reason="支付时间无法识别") from error
    return Report(number, said, fen_of(found.get("total_amount")), str(found.get("trade_no", ""))[:64], paid_at)
