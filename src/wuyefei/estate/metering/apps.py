from django.apps import AppConfig


class MeteringConfig(AppConfig):
    name = "wuyefei.estate.metering"
    label = "metering"

    def ready(self) -> None:
        from .checks import register

        register()
