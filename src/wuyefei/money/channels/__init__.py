"""Online orders 支付订单 (product rows D1, D2, D5): money that comes and goes through WeChat Pay and Alipay.

Nouns: channel 支付渠道, setup (whose merchant account a community uses), order 支付订单 (bills, an amount, an expiry, a
token), report (what the provider says of an order), notice 通知 (a report the provider sent by itself), exception
收款异常, refund 退款.
States of an order: created → paid | closed | exception; closed → exception (money came after all).
States of an exception: open → closed. States of a refund: requested → approved → sent → done; sent → failed → sent;
requested → rejected; failed → cancelled; by bank transfer also sent → approved (its file was undone), failed → approved (to go again).
Invariants: money a provider has confirmed is booked once, in one transaction with its receipt; what cannot be settled
becomes the payer's prepayment where the amount is the one asked for, else it stands in suspense under an open exception;
the state of an order is written in one place; nothing a provider says is believed unsigned; a payment is never refunded
above its amount.
"""
