from django.apps import AppConfig


class SurveysConfig(AppConfig):
    name = "wuyefei.relations.surveys"
    label = "surveys"

    def ready(self) -> None:
        from django.http import HttpRequest
        from django.utils.translation import gettext_lazy as _

        from wuyefei.foundation.access.rules import Permission
        from wuyefei.foundation.platform.schedule import register_scheduled
        from wuyefei.foundation.shell.menu import register_menu

        from .actions import open_due_waves
        from .holdings import register
        from .queries import to_call

        def waiting(request: HttpRequest) -> int:
            return to_call(request.actor)  # type: ignore[attr-defined]

        register()
        register_scheduled("wuyefei.survey-waves", "开始季度满意度调查", "每天 9:10（每季度最后一个月）", open_due_waves)
        register_menu(_("服务"), _("满意度"), "surveys:results", "check", Permission.REPORT_VIEW, 405)
        register_menu(_("服务"), _("回访"), "surveys:answers", "phone", Permission.SURVEY_WORK, 406, waiting)
