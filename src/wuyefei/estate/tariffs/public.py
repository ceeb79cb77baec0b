"""The door of the room: what other rooms may use."""

from .actions import (
    add_version,
    create_item,
    create_tariff,
    end_tariff,
    ensure_default_items,
    last_billed,
    register_price_check,
    register_use_check,
)
from .models import ChargeItem, Tariff, TariffVersion
from .queries import get_item, get_tariff, items, prices_of, tariff_terms, tariffs
from .rules.pricing import (
    DEFAULT_ITEMS,
    AlreadyBilled,
    AreaMissing,
    TariffPrice,
    TariffTerms,
    VersionTaken,
    price_on,
    quantity_for,
)

__all__ = [
    "DEFAULT_ITEMS",
    "AlreadyBilled",
    "AreaMissing",
    "ChargeItem",
    "Tariff",
    "TariffPrice",
    "TariffTerms",
    "TariffVersion",
    "VersionTaken",
    "add_version",
    "create_item",
    "create_tariff",
    "end_tariff",
    "ensure_default_items",
    "get_item",
    "get_tariff",
    "items",
    "last_billed",
    "price_on",
    "prices_of",
    "quantity_for",
    "register_price_check",
    "register_use_check",
    "tariff_terms",
    "tariffs",
]
