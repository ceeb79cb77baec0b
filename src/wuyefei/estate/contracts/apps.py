from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = "wuyefei.estate.contracts"
    label = "contracts"

    def ready(self) -> None:
        from wuyefei.estate.tariffs.public import register_price_check

        from .lines import check_new_price

        register_price_check(check_new_price)
