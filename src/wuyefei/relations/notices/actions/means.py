"""What a batch can be sent by: carriers that are on, approved texts, plain and smart, and who gets which."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from wuyefei.estate.people.public import Person
from wuyefei.relations.contacts.public import Channel, Purpose, Step

from ..models import Address, Carrier, Version
from ..queries import approved, carriers, manner_of, running_trial
from ..rules.ladder import LADDER, LIKE
from ..rules.trial import SMART, arm_of


@dataclass(frozen=True)
class Means:
    """Approved texts and enabled carriers, by channel. ``smart`` texts go to everybody (no ``seed``), or to those whom the
    seed of a running comparison draws."""

    versions: dict[str, Version]
    carriers: dict[str, Carrier]
    smart: dict[str, Version] = field(default_factory=dict)
    seed: str = ""

    @property
    def channels(self) -> list[str]:
        return [channel for channel in LADDER if channel in self.versions and channel in self.carriers]

    def version(self, channel: str, person_id: int) -> Version:
        """The text that a person gets on a channel."""
        smart = channel in self.smart and (not self.seed or arm_of(self.seed, person_id) == SMART)
        return self.smart[channel] if smart else self.versions[channel]


def means_of(organisation_id: int, step: str, community_id: int | None = None) -> Means:
    """What ``step`` can be sent by; with a community, also which smart texts go out there."""
    plain, on = approved(organisation_id, step), carriers(organisation_id)
    if step != "bill" or community_id is None:
        return Means(plain, on)
    trial = running_trial(organisation_id, community_id)
    if trial is None and not manner_of(organisation_id).smart_bill:
        return Means(plain, on)
    smart = {channel: version for channel, version in approved(organisation_id, "smart").items() if channel in plain}
    return Means(plain, on, smart, trial.seed if trial else "")


def step_of(channel: str, version: Version, at: dt.datetime, purpose: Purpose = Purpose.BILL) -> Step:
    """The notice as the guard judges it: its words too."""
    return Step(contact_channel(channel), purpose, at, text=f"{version.subject}\n{version.body}")


def contact_channel(channel: str) -> Channel:
    """What the channel is to the guard and in the contact log."""
    return Channel(LIKE.get(channel, channel))


def bundle_of(channel: str, person: Person, addresses: dict[str, Address]) -> str:
    """What makes two households' messages one: the same number or address; blank where there is none on the channel."""
    if channel == "sms":
        return person.mobile_mark
    if channel == "letter":
        return f"p{person.pk}"
    return addresses[channel].mark if channel in addresses else ""
