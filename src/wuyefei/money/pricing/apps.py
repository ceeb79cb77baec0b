from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PricingConfig(AppConfig):
    name = "wuyefei.money.pricing"
    label = "pricing"

    def ready(self) -> None:
        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.approvals.actions import Kind, register_kind
        from wuyefei.foundation.shell.menu import register_menu

        from . import actions, asking, checks

        right = Permission.ADJUST_APPROVE
        register_kind(Kind(actions.KIND, "新价格", right, actions.carry_out, actions.refused, asking.address, asking.describe))
        checks.register()
        register_menu(_("资料"), _("新价格"), "pricing:list", "price", Permission.ESTATE_VIEW, 522, under="backoffice:tariffs")
