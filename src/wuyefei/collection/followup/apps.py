from django.apps import AppConfig


class FollowupConfig(AppConfig):
    name = "wuyefei.collection.followup"
    label = "followup"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from wuyefei.estate.people.public import register_erasure_step
        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.platform.schedule import register_scheduled
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.slots import register_slot
        from wuyefei.insight.arrears.public import Column, register_column

        from .actions.forgetting import KIND as FILES
        from .actions.forgetting import forget_of, forget_old
        from .actions.nightly import draft_all
        from .actions.reckoning import KIND, reckon_all
        from .actions.steps import KIND as STEPS
        from .columns import every
        from .holdings import register as register_holdings
        from .slots import bulk_verb

        register_scheduled(KIND, "更新催缴案件、级别与下一步", "每天 02:40", reckon_all)
        register_scheduled(STEPS, "排出今天的联系，按规则放行", "每天 03:00", draft_all)
        register_scheduled(FILES, "删除到期的催缴照片和语音", "每天 04:20", forget_old)
        register_erasure_step(forget_of)
        register_holdings()
        register_slot("arrears.bulk", 10, bulk_verb)
        titles = {
            "grade": _("债务级别"), "stage": _("到了哪一步"), "promise": _("承诺"), "last": _("最近联系、原因"), "next": _("下一步"), "held": _("暂停"),
        }  # fmt: skip
        for key, load, order in every():
            register_column(Column(key, titles[key], load, order=order, permission=Permission.FOLLOW_VIEW))
        group = _("催缴")
        register_menu(group, _("催缴工作台"), "followup:desk", "phone", Permission.FOLLOW_WORK, 410)
        register_menu(group, _("案件"), "followup:cases", "scales", Permission.FOLLOW_VIEW, 420)
        register_menu(group, _("今天的步骤"), "followup:steps", "check", Permission.FOLLOW_VIEW, 425)
        register_menu(group, _("首次跟进"), "followup:first", "bill", Permission.FOLLOW_VIEW, 426)
        register_menu(group, _("催缴节奏"), "followup:cadence", "clock", Permission.FOLLOW_VIEW, 428)
        register_menu(group, _("渠道比较"), "followup:channels", "chart", Permission.FOLLOW_VIEW, 429)
        register_menu(group, _("话术"), "followup:scripts", "chat", Permission.FOLLOW_VIEW, 430)
