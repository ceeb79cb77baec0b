from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "wuyefei.relations.notices"
    label = "notices"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from wuyefei.estate.people.public import register_erasure_step
        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.platform.jobs import register_work
        from wuyefei.foundation.platform.outbox import subscribe
        from wuyefei.foundation.platform.schedule import register_scheduled
        from wuyefei.foundation.platform.vault import register_sealed
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.slots import register_slot

        from . import checks
        from .actions.debits import TOLD, heard, tell_failed
        from .actions.habits import RECKON, reckon_habits
        from .actions.planning import SEND_JOB
        from .actions.reminding import RHYTHM, remind_the_late
        from .actions.running import work
        from .actions.settings import forget
        from .slots import addresses, lead

        register_sealed("notices", "Carrier", "sealed")
        register_work(SEND_JOB, work, title="发送通知", permission=Permission.NOTICE_SEND)
        register_erasure_step(forget)
        register_slot("person.side", 40, addresses)
        register_slot("contract.side", 10, lead)
        checks.register()
        register_scheduled(RECKON, "看各人的缴费习惯", "每天凌晨", reckon_habits)
        register_scheduled(TOLD, "告知代扣没有成功的人", "白天每小时", tell_failed)
        subscribe("debit.answered", "notices.debit", heard)
        register_scheduled(RHYTHM, "提醒习惯晚缴的人", "每天上午十点", remind_the_late)
        group = _("联系")
        register_menu(group, _("通知"), "notices:batches", "message", Permission.NOTICE_VIEW, 330)
        register_menu(group, _("通知模板"), "notices:templates", "edit", Permission.NOTICE_VIEW, 350, under="notices:batches")
        register_menu(group, _("没通知到"), "notices:unreached", "warn", Permission.NOTICE_VIEW, 340, under="notices:batches")
        register_menu(group, _("智能通知"), "notices:smart", "clock", Permission.NOTICE_VIEW, 345, under="notices:batches")
        register_menu(group, _("社区预告"), "notices:news", "flag", Permission.NOTICE_VIEW, 346, under="notices:batches")
        register_menu(_("系统"), _("通知渠道"), "notices:carriers", "message", Permission.ADMIN, 950)
