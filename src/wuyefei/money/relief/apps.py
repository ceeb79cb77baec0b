from django.apps import AppConfig


class ReliefConfig(AppConfig):
    name = "wuyefei.money.relief"
    label = "relief"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.approvals.actions import Kind, register_kind
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.slots import register_slot
        from wuyefei.money.payments.public import register_void_check

        from . import checks, explaining, slots
        from .actions import aids, money

        fund, told = explaining.money_address, explaining.describe_money
        register_kind(Kind(money.MONEY_KIND, "关爱基金入账", Permission.ADJUST_APPROVE, money.take_in, money.refuse_money, fund, told))
        register_kind(Kind(money.UNDO_KIND, "撤销基金入账", Permission.ADJUST_APPROVE, money.undo_money, None, fund, told))
        where, words = explaining.aid_address, explaining.describe_aid
        register_kind(Kind(aids.CARE_KIND, "关爱资助", Permission.HARDSHIP_FINANCE, aids.carry_out, aids.refuse, where, words))
        register_kind(Kind(aids.PASS_KIND, "补贴转付", Permission.ADJUST_APPROVE, aids.carry_out, aids.refuse, where, words))
        register_kind(Kind(aids.UNDO_KIND, "撤销资助", Permission.ADJUST_APPROVE, aids.undo, None, where, words))
        register_void_check("relief", aids.refuse_void)
        register_slot("property.acts", 42, slots.care_button)
        register_slot("bank.line", 10, slots.line_for_fund)
        register_slot("payments.payment", 30, slots.aid_of_payment)
        checks.register()
        register_menu(_("收费"), _("关爱基金与补贴"), "relief:funds", "people", Permission.REPORT_VIEW, 260, under="billing:receivables")
        register_menu(_("收费"), _("资助"), "relief:aids", "inbox", Permission.BILLING_VIEW, 261, under="billing:receivables")
