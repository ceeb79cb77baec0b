"""Persons, their locked data and contacts' consents."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.foundation.access.models import Community, Organisation, User
from wuyefei.foundation.kernel.text import mask_name
from wuyefei.foundation.platform.models import SubjectKey


class Person(models.Model):
    """Belongs to a community's register: the same human in two communities is two rows that share a fingerprint."""

    class Kind(models.TextChoices):
        INDIVIDUAL = "individual", _("个人")
        COMPANY = "company", _("单位")
        DEVELOPER = "developer", _("建设单位")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.INDIVIDUAL)
    name = models.CharField(max_length=80)
    pinyin = models.CharField(max_length=200)
    initials = models.CharField(max_length=60)
    key = models.ForeignKey(SubjectKey, null=True, on_delete=models.PROTECT, related_name="+")
    mobile_locked = models.BinaryField(null=True)
    mobile_mark = models.CharField(max_length=40, blank=True)
    mobile_tail = models.CharField(max_length=4, blank=True)
    mobile_shown = models.CharField(max_length=24, blank=True)
    identity_locked = models.BinaryField(null=True)
    identity_mark = models.CharField(max_length=40, blank=True)
    identity_shown = models.CharField(max_length=40, blank=True)
    bank_locked = models.BinaryField(null=True)
    bank_mark = models.CharField(max_length=40, blank=True)
    bank_shown = models.CharField(max_length=40, blank=True)
    bank_changed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    bank_changed_at = models.DateTimeField(null=True)
    """Who last changed the account, and when; None for one entered and never changed since."""
    remark = models.CharField(max_length=200, blank=True)
    external_ref = models.CharField(max_length=60, blank=True)
    facts_changed_at = models.DateTimeField(null=True)
    """When name, mobile or identity last changed; None for those entered and never changed since."""
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["community", "mobile_mark"], name="person_by_mobile"),
            models.Index(fields=["community", "identity_mark"], name="person_by_identity"),
            models.Index(fields=["community", "name"], name="person_by_name"),
            models.Index(fields=["community", "mobile_tail"], name="person_by_tail"),
        ]

    def __str__(self) -> str:
        """Masked: this form reaches the audit trail and logs, which outlive an erasure. Pages show ``name``."""
        return mask_name(self.name)
