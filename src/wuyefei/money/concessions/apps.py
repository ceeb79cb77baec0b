from django.apps import AppConfig


class ConcessionsConfig(AppConfig):
    name = "wuyefei.money.concessions"
    label = "concessions"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.approvals.actions import Kind, register_kind
        from wuyefei.foundation.platform.schedule import register_scheduled
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.slots import register_slot

        from . import asking, checks, slots
        from .actions import following, plans, years

        words, where = asking.describe_plan, asking.plan_address
        register_kind(Kind(plans.POLICY_KIND, "大额分期", Permission.ADJUST_APPROVE, plans.agree, plans.refuse, where, words))
        register_kind(Kind(plans.HARDSHIP_KIND, "困难分期", Permission.HARDSHIP_FINANCE, plans.agree, plans.refuse, where, words))
        register_kind(
            Kind(years.YEAR_KIND, "年付优惠", Permission.ADJUST_APPROVE, years.bill_year, years.refuse_year, asking.year_address, asking.describe_year)
        )
        register_scheduled(years.FOLLOW_YEARS, "核对年付是否付清", "每小时", years.follow_years)
        register_scheduled(following.FOLLOW, "核对分期是否履行", "每小时", following.follow_plans)
        register_slot("property.acts", 40, slots.plan_button)
        register_slot("property.acts", 41, slots.year_button)
        register_slot("billing.receivable", 6, slots.receivable_year)
        register_slot("property.side", 25, slots.property_plans)
        register_slot("billing.receivable", 5, slots.receivable_plan)
        checks.register()
        register_menu(_("收费"), _("分期"), "concessions:plans", "clock", Permission.BILLING_VIEW, 256, under="billing:receivables")
        register_menu(_("收费"), _("年付优惠"), "concessions:years", "price", Permission.BILLING_VIEW, 257, under="billing:receivables")
