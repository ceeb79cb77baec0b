"""Photographs and voice notes beside a logged contact: told by their bytes, kept once, had only by who may see the case."""

from __future__ import annotations

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.utils import IntegrityError

from tests.collection.followup.conftest import MARCH, at, case_of
from tests.estate.metering.test_pages_metering import client_of
from tests.world import World, actor_of
from wuyefei.collection.followup.actions.attaching import MOST, FileRefused, TooMany
from wuyefei.collection.followup.actions.forgetting import forget_of, forget_old
from wuyefei.collection.followup.models import Act, Attachment
from wuyefei.collection.followup.public import Log, attach, attachments, log
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.errors import Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.foundation.platform.pictures import MOST_BYTES, PictureRefused
from wuyefei.foundation.platform.sounds import SoundRefused, kind_of, read_sound
from wuyefei.relations.contacts.public import Channel
from wuyefei.relations.privacy.holdings import holdings

JPEG = b"\xff\xd8\xff\xe1\x00\x06GPS!\xff\xdb\x00\x04\x00\x00\xff\xda\x00\x02picture\xff\xd9"
CLEAN = JPEG.replace(b"\xff\xe1\x00\x06GPS!", b"")
AMR = b"#!AMR\n" + bytes(40)


@pytest.mark.parametrize(
    ("start", "kind"),
    [(b"OggS", "audio/ogg"), (b"\x1aE\xdf\xa3", "audio/webm"), (b"\0\0\0 ftypM4A ", "audio/mp4"), (b"RIFF\0\0\0\0WAVE", "audio/wav"),
     (b"#!AMR-WB\n", "audio/amr"), (b"ID3\4", "audio/mpeg"), (b"\xff\xfb\x90", "audio/mpeg"), (b"\xff\xf1\x50", "audio/aac")],
)  # fmt: skip
def test_a_recording_is_told_by_its_bytes(start: bytes, kind: str) -> None:
    assert kind_of(start + bytes(20)) == kind


@pytest.mark.parametrize("content", [b"", b"MZ\x90\0", b"%PDF-1.7", b"<html>", b"RIFF\0\0\0\0AVI ", b"\0\0\0 ftypqt  ", b"\xff", b"OggS" + bytes(MOST_BYTES)])
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(SoundRefused):
        read_sound(content)


@pytest.fixture
def act(world: World) -> Act:
    said = Log("key-1", 0, Channel.PHONE, "reached", at(MARCH), note="电梯停过，发来照片")
    return log(case_of(world, "陆小满").pk, said, actor=world["collector"]).act


@pytest.mark.django_db
def test_kept_once_without_where_it_was_taken(world: World, act: Act) -> None:
    photo, voice = attach(act.pk, JPEG, actor=world["collector"]), attach(act.pk, AMR, actor=world["collector"])
    assert (photo.kind, bytes(photo.content), photo.sha256) == ("photo", CLEAN, hashlib.sha256(CLEAN).hexdigest())
    assert (voice.kind, voice.content_type, voice.size) == ("voice", "audio/amr", 46)
    assert attach(act.pk, JPEG, actor=world["collector"]).pk == photo.pk
    assert [one.pk for one in attachments(world["manager"])] == [photo.pk, voice.pk] and AuditEntry.objects.filter(action="followup.attach").count() == 2
    for number in range(MOST - 2):
        attach(act.pk, AMR + bytes([number]), actor=world["collector"])
    with pytest.raises(TooMany):
        attach(act.pk, AMR + b"more", actor=world["collector"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.filter(pk=photo.pk).delete()


@pytest.mark.django_db
def test_refusals_keep_nothing(world: World, act: Act) -> None:
    for content, error in ((b"%PDF-1.7", FileRefused), (b"", FileRefused), (b"\xff\xd8\xffbroken", PictureRefused)):
        with pytest.raises(error):
            attach(act.pk, content, actor=world["collector"])
    with pytest.raises(Forbidden):
        attach(act.pk, AMR, actor=world["auditor"])
    with pytest.raises(NotFound):
        attach(act.pk, AMR, actor=world["outsider"])
    assert not Attachment.objects.exists()


@pytest.mark.django_db
def test_by_the_pages(world: World, act: Act) -> None:
    page, path = client_of(world["collector"]), f"/followup/acts/{act.pk}/attach"
    assert path in page.get(f"/followup/cases/{act.case_id}").content.decode()
    told = page.post(path, {"file": SimpleUploadedFile("note.jpg", b"MZ evil")}, follow=True).content.decode()
    assert "只收 JPEG、PNG 照片" in told and not Attachment.objects.exists()
    for name, content in (("a.exe", JPEG), ("b.txt", AMR)):
        page.post(path, {"file": SimpleUploadedFile(name, content)})
    photo, voice = attachments(world["collector"])
    answer = page.get(f"/followup/attachments/{photo.pk}")
    assert (answer.headers["Content-Type"], answer.content) == ("image/jpeg", CLEAN)
    answer = page.get(f"/followup/attachments/{voice.pk}")
    assert answer.headers["Content-Disposition"].startswith("attachment") and answer.headers["Content-Disposition"].endswith(".amr")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    beside = Community.objects.create(organisation=world.organisation, name="桂语南苑", sort_key="n", receipt_prefix="GN")
    elsewhere = client_of(actor_of(world.organisation, "neighbour", Role.COLLECTOR, beside))
    assert elsewhere.get(f"/followup/attachments/{photo.pk}").status_code == 404 and elsewhere.post(path).status_code == 404
    assert client_of(world["cashier"]).get(f"/followup/attachments/{photo.pk}").status_code == 403


@pytest.mark.django_db
def test_the_bytes_are_destroyed_when_their_time_is_over(world: World, act: Act) -> None:
    """Three years after the case was closed, or with the person: what it was, how large and its digest stay."""
    row = attach(act.pk, JPEG, actor=world["collector"])
    case = act.case
    assert forget_old(None) == 0
    type(case).objects.filter(pk=case.pk).update(closed_on=MARCH)
    with clock.at(at(MARCH.replace(year=2029, day=2))):
        assert forget_old(world.organisation.pk) == 0
    with clock.at(at(MARCH.replace(year=2029, day=4))):
        assert forget_old(world.organisation.pk) == 1 and forget_old(None) == 0
        gone = Attachment.objects.get()
        assert (bytes(gone.content), gone.sha256, gone.size) == (b"", row.sha256, row.size) and gone.erased_on == clock.today()
        page = client_of(world["manager"])
        assert page.get(f"/followup/attachments/{row.pk}").status_code == 404 and "到期删除" in page.get(f"/followup/cases/{case.pk}").content.decode()
    [held] = [one for one in holdings() if one.key == "call_file"]
    assert [line[1:4] for line in held.read(world["manager"], case.person)] == [("照片", row.size, row.sha256)]
    other = attach(act.pk, AMR, actor=world["collector"])
    forget_of(case.person_id)
    assert Attachment.objects.get(pk=other.pk).erased_on is not None
