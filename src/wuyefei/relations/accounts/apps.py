from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "wuyefei.relations.accounts"
    label = "accounts"

    def ready(self) -> None:
        from .sandbox import register

        register()
