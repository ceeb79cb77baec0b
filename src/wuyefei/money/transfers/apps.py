from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TransfersConfig(AppConfig):
    name = "wuyefei.money.transfers"
    label = "transfers"

    def ready(self) -> None:
        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.approvals.actions import Kind, register_kind
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.slots import register_slot

        from . import actions, asking, checks

        right = Permission.ADJUST_APPROVE
        register_kind(Kind(actions.DO_KIND, "过户", right, actions.do, actions.refused, asking.address, asking.describe))
        register_kind(Kind(actions.UNDO_KIND, "撤销过户", right, actions.undo, None, asking.address, asking.describe))
        register_slot("property.acts", 20, asking.transfer_link)
        checks.register()
        register_menu(_("资料"), _("过户"), "transfers:list", "people", Permission.BILLING_VIEW, 505, under="backoffice:properties")
