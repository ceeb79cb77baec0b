from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "wuyefei.money.channels"
    label = "channels"

    def ready(self) -> None:
        from django.http import HttpRequest
        from django.urls import reverse
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.approvals.actions import Kind, register_kind
        from wuyefei.foundation.approvals.models import Request
        from wuyefei.foundation.platform.schedule import register_scheduled
        from wuyefei.foundation.platform.vault import register_sealed
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.slots import register_slot
        from wuyefei.money.deposits.public import register_refund_road

        from . import checks
        from .actions.deposits import carry_deposit
        from .actions.refunds import REFUND_KIND, approve, describe, reject
        from .actions.rounds import ROUNDS, make_rounds
        from .queries import open_exceptions
        from .slots import refund_link, refunded_note

        def badge(request: HttpRequest) -> int:
            return open_exceptions(request.actor)  # type: ignore[attr-defined]

        def address(request: Request) -> str:
            return reverse("channels:refund", args=[request.subject_id])

        register_sealed("channels", "ChannelSetup", "secrets")
        register_menu(_("收费"), _("线上订单"), "channels:orders", "scan", Permission.PAYMENT_VIEW, 232)
        register_menu(_("收费"), _("收款异常"), "channels:exceptions", "flag", Permission.CHANNEL_WORK, 234, badge, under="channels:orders")
        register_menu(_("收费"), _("退款"), "channels:refunds", "undo", Permission.PAYMENT_VIEW, 236, under="channels:orders")
        register_menu(_("系统"), _("支付渠道"), "channels:setups", "wallet", Permission.CHANNEL_SETUP, 940)
        register_kind(Kind(REFUND_KIND, "退款", Permission.REFUND_APPROVE, approve, reject, address, describe))
        register_slot("payments.payment", 10, refund_link)
        register_slot("receipts.verify", 10, refunded_note)
        register_scheduled(ROUNDS, "查询线上订单、关闭过期订单、发出退款", "每 20 秒", make_rounds)
        register_refund_road(carry_deposit)
        checks.register()
