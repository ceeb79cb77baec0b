from django.apps import AppConfig


class WatchConfig(AppConfig):
    name = "wuyefei.money.watch"
    label = "watch"

    def ready(self) -> None:
        from django.http import HttpRequest
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.platform.schedule import register_scheduled
        from wuyefei.foundation.shell.menu import register_menu
        from wuyefei.foundation.shell.verify import register_check

        from . import actions, checks, queries

        def badge(request: HttpRequest) -> int:
            return queries.alerts(request.actor).filter(closed_at__isnull=True).count()  # type: ignore[attr-defined]

        register_menu(_("核对"), _("异常交易"), "watch:alerts", "eye", Permission.CONTROL_VIEW, 819, badge, under="control:board")
        register_scheduled(actions.ROUND, "查看上周的异常交易", "每周一 9:40", actions.make_round)
        register_check("watch.evidence", "异常交易警报的依据都在账上", checks.evidence)
