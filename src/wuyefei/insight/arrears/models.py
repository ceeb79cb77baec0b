"""Saved views of the ledger."""

from __future__ import annotations

from django.db import models

from wuyefei.foundation.access.models import Organisation, User


class SavedView(models.Model):
    """A filter under a name: its owner's, or (``shared``) shown to everybody of the organisation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=20)
    query = models.JSONField(default=dict)
    shared = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="view_name_once")]
        indexes = [models.Index(fields=["organisation", "owner"], name="view_by_owner")]

    def __str__(self) -> str:
        return self.name
