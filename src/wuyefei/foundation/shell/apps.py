from django.apps import AppConfig


class ShellConfig(AppConfig):
    name = "wuyefei.foundation.shell"
    label = "shell"

    def ready(self) -> None:
        from django.core import checks

        from . import menu

        checks.register(menu.check_addresses, "shell")
