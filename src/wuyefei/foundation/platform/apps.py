from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "wuyefei.foundation.platform"
    label = "platform"

    def ready(self) -> None:
        from django.utils.translation import gettext

        from wuyefei.foundation.kernel.errors import use_translator

        use_translator(gettext)
