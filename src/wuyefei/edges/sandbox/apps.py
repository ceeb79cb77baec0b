from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured


class SandboxConfig(AppConfig):
    name = "wuyefei.edges.sandbox"
    label = "sandbox"

    def ready(self) -> None:
        from wuyefei.foundation import environment

        if not environment.demo_mode():
            raise ImproperlyConfigured("the sandbox wallet is served in demo mode only")
