"""Refusals of a request."""

from __future__ import annotations

from wuyefei.foundation.kernel.errors import DomainError


class NothingToInvoice(DomainError):
    code = "nothing_to_invoice"
    message = "没有可以开票的金额：已开过票、还没有核销到账单，或是代收代付、押金。"


class LinesTaken(DomainError):
    code = "lines_taken"
    message = "这些款项刚刚被另一张发票申请占用，请刷新后再看。"


class NoProvider(DomainError):
    code = "no_invoice_provider"
    message = "还没有启用数电票服务，请管理员或财务主管先在「系统 · 数电票服务」里设置。"


class InvoicedFirst(DomainError):
    code = "invoiced_first"
    message = "这笔收款已开或正在开发票（{numbers}），请先红冲或取消发票，再作废、退款或撤销核销。"
