from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "wuyefei.money.ledger"
    label = "ledger"

    def ready(self) -> None:
        from wuyefei.foundation.shell.verify import register_check

        from .checks import balanced_entries, closed_days

        register_check("ledger.balanced", "凭证借贷平衡", balanced_entries)
        register_check("ledger.closed", "结账之后，已结的日子里没有凭证进出", closed_days)
