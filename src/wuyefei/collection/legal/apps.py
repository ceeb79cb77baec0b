from django.apps import AppConfig


class LegalConfig(AppConfig):
    name = "wuyefei.collection.legal"
    label = "legal"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from wuyefei.collection.followup.public import register_keeper
        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.approvals.actions import register_kind
        from wuyefei.foundation.platform.outbox import subscribe
        from wuyefei.foundation.platform.schedule import register_scheduled
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.slots import register_slot
        from wuyefei.insight.arrears.public import Column, register_column
        from wuyefei.money.concessions.public import register_origin
        from wuyefei.money.ledger.public import register_source

        from .actions.acting import kind
        from .actions.costs import ENTRY
        from .actions.costs import kind as cost_kind
        from .actions.following import heard
        from .actions.opening import KIND, watch
        from .checks import register as register_checks
        from .checks_costs import register as register_cost_checks
        from .columns import load
        from .composing.pack import register_own
        from .instalments import ORIGIN, read_origin
        from .queries.matters import under_way
        from .slots import court_refund, matter_of_cost

        register_own()
        register_keeper("legal", under_way)
        register_checks()
        register_cost_checks()
        register_origin(ORIGIN, read_origin)
        subscribe("contacts.recorded", "legal.followed", heard)
        register_kind(kind())
        register_kind(cost_kind())
        register_source(ENTRY, _("诉讼费用"), matter_of_cost)
        register_slot("bank.line", 30, court_refund)
        register_scheduled(KIND, "更新法务案件期限，缴清的结案", "每天 02:50", watch)
        register_column(Column("limitation", _("时效与法务"), load, order=60, permission=Permission.LEGAL_VIEW))
        group = _("催缴")
        register_menu(group, _("法务案件"), "legal:board", "scales", Permission.LEGAL_VIEW, 440)
        register_menu(group, _("可走法律程序"), "legal:eligible", "flag", Permission.LEGAL_VIEW, 450)
        register_menu(group, _("诉讼费用"), "legal:costs", "wallet", Permission.LEGAL_VIEW, 455)
        register_menu(group, _("时效预警"), "legal:limitation", "clock", Permission.LEGAL_VIEW, 460)
