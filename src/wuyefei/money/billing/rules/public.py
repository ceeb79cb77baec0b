"""The rules of the room that the pure rules of other rooms may use."""

from .late_fee import accrue, payable
from .proration import Convention, Price, charge_by_month

__all__ = ["Convention", "Price", "accrue", "charge_by_month", "payable"]
