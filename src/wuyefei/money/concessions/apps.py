from django.apps import AppConfig


class ConcessionsConfig(AppConfig):
    name = "wuyefei.money.concessions"
    label = "concessions"

    def ready(self) -> None:
        from django.urls import reverse
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.approvals.actions import Kind, register_kind
        from wuyefei.foundation.platform.schedule import register_scheduled
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.slots import register_slot
        from wuyefei.money.billing.public import register_after_publish
        from wuyefei.money.ledger.public import register_source

        from . import asking, checks, slots
        from .actions import following, given_up, measures, plans, years

        words, where = asking.describe_plan, asking.plan_address
        register_kind(Kind(plans.POLICY_KIND, "大额分期", Permission.ADJUST_APPROVE, plans.agree, plans.refuse, where, words))
        register_kind(Kind(plans.HARDSHIP_KIND, "困难分期", Permission.HARDSHIP_FINANCE, plans.agree, plans.refuse, where, words))
        register_kind(Kind(plans.MEDIATION_KIND, "调解分期", Permission.ADJUST_APPROVE, plans.agree, plans.refuse, where, words))
        register_kind(
            Kind(years.YEAR_KIND, "年付优惠", Permission.ADJUST_APPROVE, years.bill_year, years.refuse_year, asking.year_address, asking.describe_year)
        )
        register_kind(
            Kind(measures.MEASURE_KIND, "应急减免", Permission.ADJUST_APPROVE, measures.run_measure, measures.refuse_measure, asking.measure_address,
                 asking.describe_measure)
        )  # fmt: skip
        give, keep = given_up.carry_out, given_up.refuse_giving_up
        where, words = asking.given_up_address, asking.describe_given_up
        register_kind(Kind(given_up.WRITE_OFF_KIND, "坏账核销", Permission.ADJUST_APPROVE, give, keep, where, words))
        register_kind(Kind(given_up.REDUCE_KIND, "判决或调解裁减", Permission.ADJUST_APPROVE, give, keep, where, words))
        register_source(measures.ENTRY, _("应急减免"), lambda pk: reverse("concessions:measure", args=[pk]))
        register_after_publish(measures.treat_published)
        register_scheduled(measures.FOLLOW_MEASURES, "补做应急减免", "每天", measures.follow_measures)
        register_scheduled(years.FOLLOW_YEARS, "核对年付是否付清", "每小时", years.follow_years)
        register_scheduled(following.FOLLOW, "核对分期是否履行", "每小时", following.follow_plans)
        register_slot("property.acts", 40, slots.plan_button)
        register_slot("property.acts", 41, slots.year_button)
        register_slot("billing.receivable", 6, slots.receivable_year)
        register_slot("billing.receivable", 7, slots.receivable_given_up)
        register_slot("property.side", 25, slots.property_plans)
        register_slot("billing.receivable", 5, slots.receivable_plan)
        checks.register()
        register_menu(_("收费"), _("分期"), "concessions:plans", "clock", Permission.BILLING_VIEW, 256, under="billing:receivables")
        register_menu(_("收费"), _("年付优惠"), "concessions:years", "price", Permission.BILLING_VIEW, 257, under="billing:receivables")
        register_menu(_("收费"), _("应急减免"), "concessions:measures", "shield", Permission.BILLING_VIEW, 258, under="billing:receivables")
        register_menu(_("收费"), _("核销与裁减"), "concessions:given_up_list", "scales", Permission.BILLING_VIEW, 259, under="billing:receivables")
