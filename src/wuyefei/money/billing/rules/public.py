"""The rules of the room that the pure rules of other rooms may use."""

from .late_fee import accrue, payable
from .proration import Convention, Price, Share, charge_by_month, share_of, share_text
from .repricing import changed, spliced

__all__ = ["Convention", "Price", "Share", "accrue", "changed", "charge_by_month", "payable", "share_of", "share_text", "spliced"]
