from django.apps import AppConfig


class ReserveConfig(AppConfig):
    name = "wuyefei.money.reserve"
    label = "reserve"

    def ready(self) -> None:
        from django.urls import reverse
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.approvals.actions import Kind, register_kind
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.verify import register_check
        from wuyefei.money.ledger.public import register_source

        from . import actions, checks
        from .explaining import address, describe

        register_kind(Kind(actions.KIND, "坏账准备", Permission.RESERVE_APPROVE, actions.approve, actions.send_back, address, describe))
        register_source(actions.KIND, _("计提坏账准备"), lambda pk: reverse("reserve:run", args=[pk]))
        register_check("reserve.balance", "坏账准备余额等于最近一次计提", checks.balance)
        register_check("reserve.lines", "坏账准备按明细重算相符", checks.lines)
        register_check("reserve.recomputed", "最近一次计提按当时的欠费重算相符", checks.recomputed)
        register_menu(_("核对"), _("坏账准备"), "reserve:board", "shield", Permission.LEDGER_VIEW, 818, under="closing:board")
