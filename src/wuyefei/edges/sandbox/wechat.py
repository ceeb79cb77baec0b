"""The counterpart of WeChat Pay API v3."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import re
import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .account import OfficialAccount
from .counterpart import Counterpart, Lie, Reply, Trade, fee_of, yuan_of
from .keyring import APP_ID, MERCHANT_ID, PLATFORM_SERIAL, SERIAL, Keyring

FIELDS = re.compile(r'(\w+)="([^"]*)"')
STATES = {"open": "NOTPAY", "paid": "SUCCESS", "closed": "CLOSED"}


class WeChatCounterpart(Counterpart):
    channel = "wechat"

    def __init__(self, keys: Keyring, site_url: str = "") -> None:
        super().__init__(keys, site_url)
        self.account = OfficialAccount(keys.app_secret, self.now, site_url)

    def handle(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
        if self.faults.status:
            return Reply(self.faults.status, {}, b"")
        parts = urlsplit(target)
        if parts.path == "/v3/bill/file":
            return Reply(200, {"Content-Type": "text/plain"}, self.bill_text(parse_qs(parts.query)["bill_date"][0]))
        if not self._signed(method, target, headers, body):
            return self._say(401, {"code": "SIGN_ERROR", "message": "签名错误"})
        content = json.loads(body) if body else {}
        for pattern, act in (
            (r"/v3/pay/transactions/(jsapi|h5|native)", self._start),
            (r"/v3/pay/transactions/out-trade-no/([\w-]+)", self._query),
            (r"/v3/pay/transactions/out-trade-no/([\w-]+)/close", self._close),
            (r"/v3/refund/domestic/refunds", self._refund),
            (r"/v3/refund/domestic/refunds/([\w-]+)", self._query_refund),
            (r"/v3/bill/tradebill", self._bill),
        ):
            found = re.fullmatch(pattern, parts.path)
            if found:
                return act(content, parts.query, *found.groups())
        return self._say(404, {"code": "NOT_FOUND", "message": "没有这个接口"})

    def _signed(self, method: str, target: str, headers: dict[str, str], body: bytes) -> bool:
        scheme, _, rest = headers.get("Authorization", "").partition(" ")
        said = dict(FIELDS.findall(rest))
        if scheme != "WECHATPAY2-SHA256-RSA2048" or said.get("mchid") != MERCHANT_ID or said.get("serial_no") != SERIAL:
            return False
        if abs(int(said.get("timestamp", "0")) - int(self.now().timestamp())) > 300:
            return False
        message = f"{method}\n{target}\n{said['timestamp']}\n{said['nonce_str']}\n".encode() + body + b"\n"
        return self.from_merchant(message, said.get("signature", ""))

    def _say(self, status: int, content: dict[str, Any] | None) -> Reply:
        body = json.dumps(content, ensure_ascii=False).encode() if content is not None else b""
        if self.faults.unsigned:
            return Reply(status, {"Content-Type": "application/json"}, body)
        return Reply(status, self._headers(body, Lie(forged=self.faults.wrong_key)) | {"Content-Type": "application/json"}, body)

    def _headers(self, body: bytes, lie: Lie) -> dict[str, str]:
        moment = str(int((lie.at or self.now()).timestamp()))
        nonce = lie.nonce or secrets.token_hex(16)
        signature = self.sign(f"{moment}\n{nonce}\n".encode() + body + b"\n", forged=lie.forged)
        return {
            "Wechatpay-Timestamp": moment, "Wechatpay-Nonce": nonce, "Wechatpay-Signature": signature,
            "Wechatpay-Serial": lie.serial or PLATFORM_SERIAL, "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }  # fmt: skip

    def _start(self, content: dict[str, Any], query: str, kind: str) -> Reply:
        if content.get("appid") != APP_ID or content.get("mchid") != MERCHANT_ID:
            return self._say(400, {"code": "APPID_MCHID_NOT_MATCH", "message": "appid 与商户号不匹配"})
        if kind == "jsapi" and not content.get("payer", {}).get("openid"):
            return self._say(400, {"code": "PARAM_ERROR", "message": "缺少 openid"})
        if kind == "jsapi" and not self.account.knows(str(content.get("payer", {}).get("openid", ""))):
            return self._say(400, {"code": "PARAM_ERROR", "message": "appid和openid不匹配"})
        trade = self.open(
            Trade(self.channel, content["out_trade_no"], content["amount"]["total"], content["description"], content["notify_url"],
                  "", content.get("time_expire", ""))
        )  # fmt: skip
        if trade.state != "open" or trade.amount_fen != content["amount"]["total"]:
            return self._say(403, {"code": "ORDERPAID" if trade.state == "paid" else "ORDER_CLOSED", "message": "订单已结束"})
        if kind == "jsapi":
            return self._say(200, {"prepay_id": f"wx{trade.id}"})
        if kind == "h5":
            return self._say(200, {"h5_url": f"/sandbox/wallet/{trade.id}?from=h5"})
        return self._say(200, {"code_url": f"{self.site_url}/sandbox/wallet/{trade.id}"})

    def handed_over(self, params: dict[str, str]) -> Trade | None:
        """The trade that a page hands to the wallet's script, where the merchant has signed what it hands over."""
        message = f"{params.get('appId')}\n{params.get('timeStamp')}\n{params.get('nonceStr')}\n{params.get('package')}\n".encode()
        if params.get("appId") != APP_ID or params.get("signType") != "RSA" or not self.from_merchant(message, params.get("paySign", "")):
            return None
        return self.by_id(params.get("package", "").removeprefix("prepay_id=wx"))

    def _query(self, content: dict[str, Any], query: str, number: str) -> Reply:
        trade = self.trades.get(number)
        if trade is None:
            return self._say(404, {"code": "ORDER_NOT_EXIST", "message": "订单不存在"})
        return self._say(200, self.described(trade, Lie()))

    def _close(self, content: dict[str, Any], query: str, number: str) -> Reply:
        with self.lock:
            trade = self.trades.get(number)
            if trade is None:
                return self._say(404, {"code": "ORDER_NOT_EXIST", "message": "订单不存在"})
            if trade.state == "paid":
                return self._say(400, {"code": "ORDERPAID", "message": "订单已支付"})
            trade.state = "closed"
            return self._say(204, None)

    def _refund(self, content: dict[str, Any], query: str) -> Reply:
        trade = self.trades.get(content["out_trade_no"])
        if trade is None:
            return self._say(404, {"code": "RESOURCE_NOT_EXISTS", "message": "订单不存在"})
        number, fen = content["out_refund_no"], content["amount"]["refund"]
        came = self.refund(trade, number, fen)
        if came not in ("done", "under_way"):
            return self._say(403, {"code": came, "message": "基本账户余额不足" if came == "NOT_ENOUGH" else "退款金额超过订单金额"})
        return self._say(200, self._described_refund(trade, number, "SUCCESS" if came == "done" else "PROCESSING"))

    def _query_refund(self, content: dict[str, Any], query: str, number: str) -> Reply:
        trade = next((trade for trade in self.trades.values() if number in trade.refunds), None)
        if trade is None:
            return self._say(404, {"code": "RESOURCE_NOT_EXISTS", "message": "退款单不存在"})
        return self._say(200, self._described_refund(trade, number, "SUCCESS"))

    def _described_refund(self, trade: Trade, number: str, status: str) -> dict[str, Any]:
        return {
            "refund_id": f"50{trade.transaction_id[2:]}", "out_refund_no": number, "out_trade_no": trade.number, "status": status,
            "amount": {"refund": trade.refunds[number], "total": trade.amount_fen, "currency": "CNY"},
        }  # fmt: skip

    def described(self, trade: Trade, lie: Lie) -> dict[str, Any]:
        found: dict[str, Any] = {
            "appid": lie.app or APP_ID, "mchid": lie.merchant or MERCHANT_ID, "out_trade_no": lie.number or trade.number,
            "trade_state": lie.state or STATES[trade.state], "amount": {"total": trade.amount_fen, "currency": "CNY"},
        }  # fmt: skip
        if trade.state == "paid":
            fen = trade.amount_fen if lie.amount_fen is None else lie.amount_fen
            found |= {
                "transaction_id": lie.transaction_id or trade.transaction_id, "success_time": trade.paid_at,
                "amount": {"total": fen, "payer_total": fen, "currency": lie.currency},
            }  # fmt: skip
        return found

    def notice(self, trade: Trade, lie: Lie = Lie()) -> tuple[dict[str, str], bytes]:  # noqa: B008
        plain = json.dumps(self.described(trade, lie), ensure_ascii=False).encode()
        nonce = secrets.token_hex(6)
        sealed = AESGCM(self.keys.api_key.encode()).encrypt(nonce.encode(), plain, b"transaction")
        body = json.dumps(
            {"id": secrets.token_hex(8), "event_type": "TRANSACTION.SUCCESS", "resource_type": "encrypt-resource",
             "resource": {"algorithm": "AEAD_AES_256_GCM", "ciphertext": base64.b64encode(sealed).decode(),
                          "associated_data": "transaction", "nonce": nonce}}
        ).encode()  # fmt: skip
        headers = self._headers(body, lie) | {"Content-Type": "application/json"}
        return headers, body.replace(b"encrypt-resource", b"encrypt-resourcf") if lie.altered else body

    def _bill(self, content: dict[str, Any], query: str) -> Reply:
        day = parse_qs(query)["bill_date"][0]
        digest = hashlib.sha1(self.bill_text(day), usedforsecurity=False).hexdigest()
        host = f"http://127.0.0.1:{self.port}" if self.port else ""
        return self._say(200, {"hash_type": "SHA1", "hash_value": digest, "download_url": f"{host}/v3/bill/file?bill_date={day}"})

    port = 0
    """Where the server listens, for addresses in answers."""

    def bill_text(self, day: str) -> bytes:
        """The trade bill of a China day: a head, one line a payment and a refund, two lines of sums."""
        paid = [trade for trade in self.trades.values() if trade.paid_at.startswith(day)]
        lines = ["交易时间,公众账号ID,商户号,微信订单号,商户订单号,交易状态,货币种类,应结订单金额,商户退款单号,退款金额,手续费,费率"]
        for trade in paid:
            moment = dt.datetime.fromisoformat(trade.paid_at)
            lines.append(
                f"`{moment:%Y-%m-%d %H:%M:%S},`{APP_ID},`{MERCHANT_ID},`{trade.transaction_id},`{trade.number},`SUCCESS,`CNY,"
                f"`{yuan_of(trade.amount_fen)},`0,`0.00,`{fee_of(trade.amount_fen)}000,`0.60%"
            )
            lines += [
                f"`{moment:%Y-%m-%d %H:%M:%S},`{APP_ID},`{MERCHANT_ID},`{trade.transaction_id},`{trade.number},`REFUND,`CNY,"
                f"`0.00,`{number},`{yuan_of(fen)},`-{fee_of(fen)}000,`0.60%"
                for number, fen in trade.refunds.items()
            ]
        total = sum(trade.amount_fen for trade in paid)
        lines += ["总交易单数,应结订单总金额", f"`{len(paid)},`{yuan_of(total)}"]
        return ("\r\n".join(lines) + "\r\n").encode()
