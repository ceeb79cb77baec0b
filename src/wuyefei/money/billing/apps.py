from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "wuyefei.money.billing"
    label = "billing"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from wuyefei.estate.occupancy.public import register_billed_check
        from wuyefei.estate.tariffs.public import register_use_check
        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.approvals.actions import Kind, register_kind
        from wuyefei.foundation.platform.jobs import register_work
        from wuyefei.foundation.platform.schedule import register_scheduled
        from wuyefei.foundation.shell.menu import register_menu

        from . import asking, checks, facts
        from .actions import deferrals, drafting, holds, receivables, runs, voiding

        run, row = asking.run_address, asking.receivable_address
        approve = Permission.ADJUST_APPROVE
        for kind in (
            Kind(runs.PUBLISH_KIND, "发布账单", Permission.BILLING_PUBLISH, runs.publish, runs.reopen, run, asking.describe_run),
            Kind(voiding.VOID_RUN_KIND, "整期红冲", approve, voiding.void_run, None, run, asking.describe_void),
            Kind(receivables.REVERSE_KIND, "红冲应收", approve, receivables.reverse, None, row, asking.describe_reversal),
            Kind(receivables.ADJUST_KIND, "调整应收", approve, receivables.adjust, None, row, asking.describe_adjustment),
            Kind(receivables.WAIVE_KIND, "减免违约金", approve, receivables.waive, None, row, asking.describe_waiver),
            Kind(holds.HOLD_KIND, "停计违约金", approve, holds.hold, None, row, asking.describe_hold),
        ):
            register_kind(kind)
        checks.register()
        right = Permission.BILLING_DRAFT
        register_work(
            drafting.WORK, drafting.work, title="出账", permission=right, address=asking.draft_address, describe=asking.describe_draft
        )
        register_scheduled(deferrals.RELEASE, "结转到期的预收收入", "每小时", deferrals.release_due_income)
        register_use_check(facts.last_billed_day)
        register_billed_check(facts.billed_between)
        group = _("收费")
        register_menu(group, _("出账"), "billing:runs", "bill", Permission.BILLING_VIEW, 240)
        register_menu(group, _("应收"), "billing:receivables", "book", Permission.BILLING_VIEW, 250)
