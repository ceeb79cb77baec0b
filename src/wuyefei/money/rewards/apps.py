from django.apps import AppConfig


class RewardsConfig(AppConfig):
    name = "wuyefei.money.rewards"
    label = "rewards"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.approvals.actions import Kind, register_kind
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.slots import register_slot

        from . import actions, checks, explaining

        register_kind(
            Kind(actions.CAMPAIGN_KIND, "优惠活动", Permission.ADJUST_APPROVE, actions.run, actions.refuse, explaining.address, explaining.describe)
        )
        register_slot("property.acts", 43, explaining.button)
        register_slot("refund.payment", 20, explaining.refund_note)
        checks.register()
        register_menu(_("收费"), _("优惠活动"), "rewards:campaigns", "price", Permission.BILLING_VIEW, 262, under="billing:receivables")
