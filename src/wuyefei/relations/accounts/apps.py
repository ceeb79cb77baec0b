from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "wuyefei.relations.accounts"
    label = "accounts"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation import environment
        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.platform.schedule import register_scheduled
        from wuyefei.foundation.platform.vault import register_sealed
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.relations.contacts.public import register_preferences
        from wuyefei.relations.notices.public import register_opened, register_phrase

        from . import sandbox
        from .actions import delivery
        from .actions.codes import FORGET, forget_old_codes
        from .actions.preferences import IN_BULK, wishes_of
        from .comparing import average_words
        from .funnel import last_opened

        register_sealed("accounts", "Account", "mobile_locked")
        register_sealed("accounts", "WechatIdentity", "openid_locked")
        if environment.demo_mode():
            sandbox.register()
        else:
            delivery.register()
        register_phrase("同户型", average_words)
        register_opened(last_opened)
        register_preferences(wishes_of, IN_BULK)
        register_scheduled(FORGET, "删除用过和过期的验证码", "每天凌晨", forget_old_codes)
        register_menu(_("分析"), _("缴费漏斗"), "accounts:funnel", "filter", Permission.REPORT_VIEW, 530)
