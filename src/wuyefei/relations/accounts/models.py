"""Accounts, what they are bound to, codes, sessions and invitations. Numbers are locked, tokens kept as hashes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.models import Community, Organisation


class WechatPurpose(models.TextChoices):
    """What an openid may be used for."""

    PAY = "pay", _("在微信内支付")


class Account(models.Model):
    """A proven mobile. It belongs to no organisation: its bindings do. What its holder prefers stands with it."""

    class Reminder(models.TextChoices):
        SMS = "sms", _("短信")
        WECHAT = "wechat", _("微信")
        EMAIL = "email", _("邮件")
        NONE = "none", _("不提醒")

    mobile_mark = models.CharField(max_length=40, unique=True)
    mobile_locked = models.BinaryField()
    mobile_shown = models.CharField(max_length=24)
    made_at = models.DateTimeField()
    bound_at = models.DateTimeField(null=True)
    large_type = models.BooleanField(default=False)
    reminder = models.CharField(max_length=8, choices=Reminder.choices, default=Reminder.SMS)
    quiet_from = models.TimeField(null=True)
    quiet_to = models.TimeField(null=True)

    def __str__(self) -> str:
        return self.mobile_shown


class Invitation(models.Model):
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    invited_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"邀请 {self.pk}"


class Binding(models.Model):
    """An account sees the bills that ``person`` owes at ``property``.

    ``mark`` is the person's mobile mark when it was bound: a registered binding holds while it is still the same.
    ``since``: a tenant sees only what serves days from then on.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    property = models.ForeignKey(Property, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="bindings")
    invitation = models.ForeignKey(Invitation, null=True, on_delete=models.PROTECT, related_name="bindings")
    kind = models.CharField(max_length=12)
    mark = models.CharField(max_length=40)
    token = models.CharField(max_length=24, unique=True)
    since = models.DateField(null=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "property", "person"], condition=models.Q(ended_at__isnull=True), name="bound_once"
            )
        ]
        indexes = [models.Index(fields=["property", "person"], name="binding_by_property")]

    def __str__(self) -> str:
        return f"绑定 {self.pk}"


class Code(models.Model):
    """A one-time code asked for. ``asked_mark`` is what was typed, ``mobile_mark`` the number it went to, if any."""

    challenge_hash = models.CharField(max_length=64, unique=True)
    asked_mark = models.CharField(max_length=40)
    mobile_mark = models.CharField(max_length=40, blank=True)
    mobile_locked = models.BinaryField(null=True)
    address_mark = models.CharField(max_length=40)
    code_mark = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    locked_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["asked_mark", "-made_at"], name="code_by_asked"),
            models.Index(fields=["mobile_mark", "-made_at"], name="code_by_mobile"),
            models.Index(fields=["address_mark", "-made_at"], name="code_by_address"),
            models.Index(fields=["made_at"], name="code_by_time"),
        ]


class Session(models.Model):
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="sessions")
    token_hash = models.CharField(max_length=64, unique=True)
    device = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-seen_at"], name="session_by_account")]


class WechatIdentity(models.Model):
    """Who a session is to an official account of WeChat: its openid, sealed, for paying inside WeChat and nothing else.
    It goes when the session ends."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="wechat")
    app_id = models.CharField(max_length=32)
    purpose = models.CharField(max_length=8, choices=WechatPurpose.choices, default=WechatPurpose.PAY)
    openid_locked = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "app_id", "purpose"], name="wechat_once_a_session")]

    def __str__(self) -> str:
        return f"微信标识 {self.pk}"


class FunnelStep(models.Model):
    """An account came this far on the way to a payment, on a day, from an entry point: one row however often."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    entry = models.CharField(max_length=12)
    step = models.CharField(max_length=8)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "on", "entry", "step", "account"], name="funnel_step_once")
        ]


class SandboxMessage(models.Model):
    """A text message of the demo that left for nowhere."""

    challenge_hash = models.CharField(max_length=64)
    mobile_shown = models.CharField(max_length=24)
    text = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["challenge_hash"], name="sandbox_by_challenge")]
