"""Targets set by managers."""

from __future__ import annotations

from django.db import models

from wuyefei.foundation.access.models import Community, Organisation, User


class Target(models.Model):
    """The current-period rate wished for, in a community or (None) everywhere, for ``months`` from ``first`` on."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, null=True, on_delete=models.PROTECT, related_name="+")
    first = models.DateField()
    months = models.PositiveSmallIntegerField()
    rate = models.DecimalField(max_digits=5, decimal_places=4)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "community", "first", "months"], nulls_distinct=False, name="one_target"
            ),
            models.CheckConstraint(condition=models.Q(months__in=(1, 3, 12)), name="target_of_a_period"),
            models.CheckConstraint(condition=models.Q(rate__gt=0, rate__lte=1), name="target_is_a_rate"),
        ]

    def __str__(self) -> str:
        return f"{self.community or '全部项目'} {self.first:%Y-%m} 起 {self.months} 个月 {self.rate:.2%}"
