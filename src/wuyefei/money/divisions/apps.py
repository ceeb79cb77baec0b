from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DivisionsConfig(AppConfig):
    name = "wuyefei.money.divisions"
    label = "divisions"

    def ready(self) -> None:
        from django.urls import reverse

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.approvals.actions import Kind, register_kind
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.slots import register_slot
        from wuyefei.money.ledger.public import register_source

        from . import actions, asking, checks

        right = Permission.ADJUST_APPROVE
        register_kind(Kind(actions.DO_KIND, "账单拆分", right, actions.do, actions.refused, asking.address, asking.describe))
        register_kind(Kind(actions.UNDO_KIND, "撤销账单拆分", right, actions.undo, None, asking.address, asking.describe))
        register_source("billing.divide", _("账单拆分"), lambda pk: reverse("billing:receivable", args=[pk]))
        register_slot("billing.receivable", 30, asking.on_receivable)
        checks.register()
        register_menu(_("收费"), _("账单拆分"), "divisions:list", "building", Permission.BILLING_VIEW, 257, under="billing:receivables")
