from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CorrectionsConfig(AppConfig):
    name = "wuyefei.money.corrections"
    label = "corrections"

    def ready(self) -> None:
        from django.urls import reverse

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.approvals.actions import Kind, register_kind
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.money.ledger.public import register_source

        from . import actions, asking, checks

        right = Permission.ADJUST_APPROVE
        register_kind(Kind(actions.KIND, "差价更正", right, actions.carry_out, actions.refused, asking.address, asking.describe))
        register_kind(Kind(actions.UNDO_KIND, "撤销差价更正", right, actions.carry_out, actions.refused, asking.address, asking.describe))
        register_source(actions.KIND, _("差价更正"), lambda pk: reverse("corrections:correction", args=[pk]))
        register_source(actions.UNDO_KIND, _("撤销差价更正"), lambda pk: reverse("corrections:correction", args=[pk]))
        checks.register()
        register_menu(_("收费"), _("差价更正"), "corrections:list", "edit", Permission.BILLING_VIEW, 256, under="billing:receivables")
