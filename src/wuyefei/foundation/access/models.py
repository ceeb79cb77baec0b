"""The tree of places, users and their roles."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from .rules import Role


class Organisation(models.Model):
    name = models.CharField(max_length=80, unique=True)
    seal_name = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Region(models.Model):
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="regions")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    name = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="region_name_once")]

    def __str__(self) -> str:
        return self.name


class Community(models.Model):
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="communities")
    region = models.ForeignKey(
        Region, null=True, blank=True, on_delete=models.PROTECT, related_name="communities"
    )
    name = models.CharField(max_length=80)
    sort_key = models.CharField(max_length=200)
    receipt_prefix = models.CharField(max_length=8)
    address = models.CharField(max_length=160, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="community_name_once"),
            models.UniqueConstraint(fields=["organisation", "receipt_prefix"], name="receipt_prefix_once"),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """A person of one organisation, or one of its three service identities (系统, 本机操作员 and 业主端)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="users")
    username = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    is_active = models.BooleanField(default=True)
    service = models.CharField(max_length=12, blank=True)
    totp_secret = models.BinaryField(null=True)
    totp_confirmed_at = models.DateTimeField(null=True)
    totp_last_step = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    password_changed_at = models.DateTimeField(null=True)
    must_change_password = models.BooleanField(default=False)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("username"), name="username_once_any_case"),
            models.UniqueConstraint(
                fields=["organisation", "service"],
                condition=~models.Q(service=""),
                name="one_service_identity",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RoleGrant(models.Model):
    """A role in a place for a time: the whole organisation where neither region nor community is named."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=24, choices=[(role.value, role.value) for role in Role])
    region = models.ForeignKey(Region, null=True, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, null=True, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(region__isnull=True) | models.Q(community__isnull=True),
                name="grant_in_one_place",
            )
        ]


class SignInEvent(models.Model):
    """Every attempt to sign in, with its outcome. Append-only (trigger)."""

    organisation_id = models.BigIntegerField(null=True)
    user_id = models.BigIntegerField(null=True)
    username = models.CharField(max_length=60)
    at = models.DateTimeField()
    address = models.CharField(max_length=60)
    outcome = models.CharField(max_length=20)

    class Meta:
        indexes = [
            models.Index(fields=["address", "-at"], name="sign_in_by_address"),
            models.Index(fields=["username", "-at"], name="sign_in_by_username"),
            models.Index(fields=["organisation_id", "-id"], name="sign_in_by_organisation"),
            models.Index(fields=["user_id", "-id"], name="sign_in_by_user"),
        ]
