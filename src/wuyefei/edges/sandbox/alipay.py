"""The counterpart of the Alipay open platform."""

from __future__ import annotations

import datetime as dt
import io
import json
import secrets
import zipfile
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from wuyefei.foundation.kernel.dates import CHINA

from .counterpart import Counterpart, Lie, Reply, Trade, fee_of, yuan_of
from .keyring import APP_ID, MERCHANT_ID

STATES = {"open": "WAIT_BUYER_PAY", "paid": "TRADE_SUCCESS", "closed": "TRADE_CLOSED"}
OPENING = {"alipay.trade.wap.pay", "alipay.trade.page.pay"}


def _to_sign(sent: dict[str, str]) -> bytes:
    return "&".join(f"{name}={sent[name]}" for name in sorted(sent) if name != "sign" and sent[name]).encode()


class AlipayCounterpart(Counterpart):
    channel = "alipay"
    port = 0

    def handle(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
        if self.faults.status:
            return Reply(self.faults.status, {}, b"")
        parts = urlsplit(target)
        if parts.path == "/bill/alipay":
            return Reply(200, {"Content-Type": "application/zip"}, self._bill_file(dict(parse_qsl(parts.query))["bill_date"]))
        sent = dict(parse_qsl(parts.query if method == "GET" else body.decode(), keep_blank_values=True))
        name = sent.get("method", "")
        if sent.get("app_id") != APP_ID or not self.from_merchant(_to_sign(sent), sent.get("sign", "")):
            return self._say(name, {"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-signature", "sub_msg": "验签出错"})
        content = json.loads(sent.get("biz_content", "{}"))
        if name in OPENING:
            trade = self._open(content, sent)
            return Reply(302, {"Location": f"/sandbox/wallet/{trade.id}"}, b"")
        acts = {
            "alipay.trade.precreate": self._precreate, "alipay.trade.query": self._query, "alipay.trade.close": self._close,
            "alipay.trade.refund": self._refund, "alipay.trade.fastpay.refund.query": self._query_refund,
            "alipay.data.dataservice.bill.downloadurl.query": self._bill,
        }  # fmt: skip
        if name not in acts:
            return self._say(name, {"code": "40004", "msg": "Business Failed", "sub_code": "isv.invalid-method", "sub_msg": "没有这个接口"})
        return self._say(name, acts[name](content, sent))

    def _say(self, name: str, content: dict[str, Any]) -> Reply:
        text = json.dumps(content, ensure_ascii=False)
        signature = "" if self.faults.unsigned else self.sign(text.encode(), forged=self.faults.wrong_key)
        node = name.replace(".", "_") + "_response"
        return Reply(200, {"Content-Type": "application/json"}, f'{{"{node}":{text},"sign":"{signature}"}}'.encode())

    def _open(self, content: dict[str, Any], sent: dict[str, str]) -> Trade:
        whole, _, part = content["total_amount"].partition(".")
        expires = dt.datetime.strptime(content["time_expire"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
        return self.open(
            Trade(self.channel, content["out_trade_no"], int(whole) * 100 + int(part or 0), content["subject"], sent.get("notify_url", ""),
                  sent.get("return_url", ""), expires.isoformat())
        )  # fmt: skip

    def _missing(self) -> dict[str, Any]:
        return {"code": "40004", "msg": "Business Failed", "sub_code": "ACQ.TRADE_NOT_EXIST", "sub_msg": "交易不存在"}

    def _precreate(self, content: dict[str, Any], sent: dict[str, str]) -> dict[str, Any]:
        trade = self._open(content, sent)
        url = f"{self.site_url}/sandbox/wallet/{trade.id}"
        return {"code": "10000", "msg": "Success", "out_trade_no": trade.number, "qr_code": url}

    def _query(self, content: dict[str, Any], sent: dict[str, str]) -> dict[str, Any]:
        trade = self.trades.get(content["out_trade_no"])
        if trade is None:
            return self._missing()
        found = {
            "code": "10000", "msg": "Success", "out_trade_no": trade.number, "trade_status": STATES[trade.state],
            "total_amount": yuan_of(trade.amount_fen), "trade_no": trade.transaction_id,
        }  # fmt: skip
        return found | ({"send_pay_date": f"{trade.paid_moment:%Y-%m-%d %H:%M:%S}"} if trade.paid_at else {})

    def _close(self, content: dict[str, Any], sent: dict[str, str]) -> dict[str, Any]:
        with self.lock:
            trade = self.trades.get(content["out_trade_no"])
            if trade is None:
                return self._missing()
            if trade.state == "paid":
                return {"code": "40004", "msg": "Business Failed", "sub_code": "ACQ.TRADE_STATUS_ERROR", "sub_msg": "交易状态不允许关闭"}
            trade.state = "closed"
            return {"code": "10000", "msg": "Success", "out_trade_no": trade.number}

    def _refund(self, content: dict[str, Any], sent: dict[str, str]) -> dict[str, Any]:
        trade = self.trades.get(content["out_trade_no"])
        if trade is None:
            return self._missing()
        whole, _, part = content["refund_amount"].partition(".")
        came = self.refund(trade, content["out_request_no"], int(whole) * 100 + int(part or 0))
        if came not in ("done", "under_way"):
            what = "卖家余额不足" if came == "NOT_ENOUGH" else "退款金额超限"
            return {"code": "40004", "msg": "Business Failed", "sub_code": f"ACQ.{came}", "sub_msg": what}
        change = "Y" if came == "done" else "N"
        return {"code": "10000", "msg": "Success", "trade_no": trade.transaction_id, "fund_change": change}

    def _query_refund(self, content: dict[str, Any], sent: dict[str, str]) -> dict[str, Any]:
        trade = self.trades.get(content["out_trade_no"])
        fen = trade.refunds.get(content["out_request_no"]) if trade else None
        if trade is None or fen is None:
            return {"code": "10000", "msg": "Success"}
        return {
            "code": "10000", "msg": "Success", "trade_no": trade.transaction_id, "refund_amount": yuan_of(fen),
            "refund_status": "REFUND_SUCCESS",
        }  # fmt: skip

    def _bill(self, content: dict[str, Any], sent: dict[str, str]) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.port}/bill/alipay?bill_date={content['bill_date']}"
        return {"code": "10000", "msg": "Success", "bill_download_url": url}

    def _bill_file(self, day: str) -> bytes:
        """The day's bill: a ZIP with one CSV in GBK, as the provider packs it."""
        lines = ["支付宝交易号,商户订单号,业务类型,完成时间,订单金额（元）,退款批次号/请求号,服务费（元）"]
        for trade in self.trades.values():
            if trade.paid_at.startswith(day):
                head = f"{trade.transaction_id}\t,{trade.number}\t"
                lines.append(f"{head},交易,{trade.paid_moment:%Y-%m-%d %H:%M:%S},{yuan_of(trade.amount_fen)},,-{fee_of(trade.amount_fen)}")
                lines += [
                    f"{head},退款,{trade.paid_moment:%Y-%m-%d %H:%M:%S},-{yuan_of(fen)},{number}\t,{fee_of(fen)}"
                    for number, fen in trade.refunds.items()
                ]
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr(f"{MERCHANT_ID}_{day}.csv", ("\r\n".join(lines) + "\r\n").encode("gbk"))
        return out.getvalue()

    def notice(self, trade: Trade, lie: Lie = Lie()) -> tuple[dict[str, str], bytes]:  # noqa: B008
        fen = trade.amount_fen if lie.amount_fen is None else lie.amount_fen
        at = (lie.at or self.now()).astimezone(CHINA)
        sent = {
            "notify_id": lie.nonce or secrets.token_hex(16), "notify_time": f"{at:%Y-%m-%d %H:%M:%S}", "notify_type": "trade_status_sync",
            "app_id": lie.app or APP_ID, "seller_id": lie.merchant or MERCHANT_ID, "out_trade_no": lie.number or trade.number,
            "trade_no": lie.transaction_id or trade.transaction_id, "trade_status": lie.state or STATES[trade.state],
            "total_amount": yuan_of(fen), "charset": "utf-8", "version": "1.0",
            "gmt_payment": f"{trade.paid_moment:%Y-%m-%d %H:%M:%S}" if trade.paid_at else "",
        }  # fmt: skip
        sent |= {"sign": self.sign(_to_sign(sent), forged=lie.forged), "sign_type": "RSA2"}
        if lie.altered:
            sent["total_amount"] = yuan_of(fen + 1)
        return {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, urlencode(sent).encode()
