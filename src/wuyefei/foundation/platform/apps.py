from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "wuyefei.foundation.platform"
    label = "platform"

    def ready(self) -> None:
        from django.utils.translation import gettext

        from wuyefei.foundation.kernel.errors import use_translator

        from . import jobs
        from .schedule import register_scheduled

        use_translator(gettext)
        register_scheduled(jobs.ROUNDS, "送达内部通知，接手中断的任务", "每 10 秒", jobs.rounds)
