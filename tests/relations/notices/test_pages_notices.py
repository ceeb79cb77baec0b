"""Pages of notices, and the address that carriers call."""

from __future__ import annotations

import hashlib
import json

from django.test import Client
from django.urls import reverse

from tests.relations.contacts.test_pages_contacts import client_of
from tests.relations.notices.conftest import DUE, NOW, SMS, Estate, open_channels, run
from wuyefei.foundation.platform import clock
from wuyefei.relations.notices.channels import push
from wuyefei.relations.notices.public import Batch, Carrier, Message, Version, start_batch


def hook_of(channel: str) -> str:
    return reverse("notices:receipts", args=[Carrier.objects.get(channel=channel).hook])


def started(estate: Estate) -> Batch:
    return run(start_batch(estate.world.community.pk, DUE, actor=estate["manager"]))


def test_a_batch_from_the_page_to_its_coverage(estate: Estate) -> None:
    client = client_of(estate.world, "manager")
    page = client.get(reverse("notices:new")).content.decode()
    assert DUE.isoformat() in page
    answer = client.post(reverse("notices:new"), {"community": estate.world.community.pk, "due_on": DUE.isoformat()})
    batch = run(Batch.objects.get())
    assert answer["Location"] == reverse("notices:batch", args=[batch.pk])
    text = client.get(answer["Location"]).content.decode()
    assert "0.0 %" in text and "等回执" in text and "没有可用的联系方式" in text
    assert client.get(reverse("notices:batches")).status_code == 200
    work = client.get(reverse("notices:unreached")).content.decode()
    assert "陆小满" in work and "补联系方式" in work and "测试甲" not in work
    assert client.get(f"{reverse('notices:unreached')}?export=1").status_code == 200
    assert client_of(estate.world, "collector").post(reverse("notices:stop", args=[batch.pk])).status_code == 403


def test_at_night_the_page_says_when_the_queued_go_out(estate: Estate) -> None:
    with clock.at(NOW.replace(hour=22)):
        batch = started(estate)
        text = client_of(estate.world, "manager").get(reverse("notices:batch", args=[batch.pk])).content.decode()
    assert "排队的最早 <time" in text and "02-06 08:00</time> 发出" in text


def test_receipts_of_the_text_carrier(estate: Estate) -> None:
    batch, anyone = started(estate), Client()
    ref = Message.objects.get(batch=batch, person=estate.owners["1-2-101"]).carrier_ref
    body = json.dumps([{"report_status": "SUCCESS", "sid": ref, "mobile": "19900000001"}, {"report_status": "FAIL", "sid": "elsewhere"}])
    for _ in range(2):
        answer = anyone.post(hook_of("sms"), body, content_type="application/json")
        assert (answer.status_code, answer.json()["result"]) == (200, 0)
    assert Message.objects.get(carrier_ref=ref).state == "delivered"
    for wrong, status in (("not json", 400), ("[1]", 400), ('"x"', 400), ("[]", 200), ("x" * 300_000, 400)):
        assert anyone.post(hook_of("sms"), wrong, content_type="application/json").status_code == status, wrong[:9]
    assert anyone.post(reverse("notices:receipts", args=["guessed"]), body, content_type="application/json").status_code == 404
    Carrier.objects.update(enabled=False)
    assert anyone.post(hook_of("sms"), body, content_type="application/json").status_code == 404


def test_receipts_of_wechat_and_the_app_are_signed(estate: Estate) -> None:
    open_channels(estate, "wechat", "app")
    batch, anyone = started(estate), Client()
    message = Message.objects.get(batch=batch, channel="wechat")
    xml = f"<xml><Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event><MsgID>{message.carrier_ref}</MsgID><Status><![CDATA[success]]></Status></xml>"
    proof = hashlib.sha1("".join(sorted(["hook", "1", "n"])).encode()).hexdigest()  # noqa: S324
    good, bad = f"?timestamp=1&nonce=n&signature={proof}", f"?timestamp=2&nonce=n&signature={proof}"
    assert anyone.post(hook_of("wechat") + bad, xml, content_type="text/xml").status_code == 403
    assert anyone.get(hook_of("wechat") + good + "&echostr=hello").content == b"hello"
    assert anyone.post(hook_of("wechat") + good, xml, content_type="text/xml").status_code == 200
    message.refresh_from_db()
    assert message.state == "delivered"
    body = json.dumps({"key": message.key, "state": "read"}).encode()
    secret, moment = estate.sandbox.secret, int(clock.now().timestamp())
    for header, status in ((push.sign("other", body, moment), 403), ("", 403), (push.sign(secret, body, moment - 9999), 403), (push.sign(secret, body, moment), 200)):
        assert anyone.post(hook_of("app"), body, content_type="application/json", headers={push.HEADER: header}).status_code == status
    message.refresh_from_db()
    assert message.state == "delivered"  # the app's carrier cannot speak for WeChat's messages


def test_a_text_is_previewed_kept_and_approved(estate: Estate) -> None:
    client = client_of(estate.world, "manager")
    form = {"step": "bill", "channel": "sms", "subject": "", "body": SMS, "carrier_template": "9"}
    shown = client.post(reverse("notices:new_text"), {**form, "act": "preview"}).content.decode()
    assert "您好，桂语花园" in shown and "计 1 条" in shown and Version.objects.count() == 1
    assert "没有「姓名」这个字段" in client.post(reverse("notices:new_text"), {**form, "body": "{姓名}"}).content.decode()
    assert "第九百四十四条第三款" in client.post(reverse("notices:new_text"), {**form, "body": "再不缴费就停水"}).content.decode()
    answer = client.post(reverse("notices:new_text"), {**form, "act": "save"})
    made = Version.objects.latest("pk")
    assert answer.status_code == 302 and made.state == "waiting"
    page = reverse("notices:version", args=[made.pk])
    assert "自己写的不能自己批" in client.get(page).content.decode()
    client.post(reverse("notices:decide", args=[made.pk]), {"act": "approve"})
    made.refresh_from_db()
    assert made.state == "waiting"
    client_of(estate.world, "relations").post(reverse("notices:decide", args=[made.pk]), {"act": "approve"})
    made.refresh_from_db()
    assert made.state == "approved" and "{1}您好" in client.get(page).content.decode()


def test_a_carriers_secret_is_never_shown(estate: Estate) -> None:
    client = client_of(estate.world, "admin")
    page = reverse("notices:carrier", args=["sms"])
    text = client.get(page).content.decode()
    assert estate.sandbox.secret_key not in text and "/notices/receipts/" in text
    fields = {"enabled": "on", "per_second": "10", "secret_id": "new-id", "secret_key": "", "app_id": "14000", "sign": "桂语物业", "region": "", "endpoint": ""}
    assert client.post(page, fields).status_code == 302
    from wuyefei.relations.notices.carriers import secrets_of

    row = Carrier.objects.get(channel="sms")
    assert (row.settings["secret_id"], secrets_of(row)) == ("new-id", {"secret_key": estate.sandbox.secret_key})
    assert client.post(page, {**fields, "sign": ""}).status_code == 422
    assert client_of(estate.world, "manager").get(page).status_code == 403


def test_another_service_for_texts(estate: Estate) -> None:
    """The administrator goes over to Alibaba Cloud: its own fields, none of the other's secrets, its receipts, and back."""
    from wuyefei.relations.notices.carriers import secrets_of

    client, page = client_of(estate.world, "admin"), reverse("notices:carrier", args=["sms"])
    text = client.get(page + "?kind=aliyun").content.decode()
    assert "AccessKey ID" in text and "SecretId" not in text and "SecretId" in client.get(page + "?kind=paper").content.decode()
    box = estate.sandbox
    fields = {"kind": "aliyun", "enabled": "on", "per_second": "20", "access_id": box.secret_id, "sign": "桂语物业", "endpoint": box.url}
    assert client.post(page, fields).status_code == 422, "the secret of the other service is none of this one's"
    assert Carrier.objects.get(channel="sms").kind == "tencent"
    assert client.post(page, fields | {"access_secret": box.secret_key}).status_code == 302
    row = Carrier.objects.get(channel="sms")
    assert (row.kind, secrets_of(row), "阿里云短信" in client.get(reverse("notices:carriers")).content.decode()) == (
        "aliyun", {"access_secret": box.secret_key}, True,
    )  # fmt: skip
    batch, anyone = started(estate), Client()
    message = Message.objects.get(batch=batch, person=estate.owners["1-2-101"], channel="sms")
    assert message.carrier_ref.endswith("^0")
    body = json.dumps([{"biz_id": message.carrier_ref, "success": True}, {"biz_id": "elsewhere", "success": False, "err_code": "UNDELIVERED"}])
    answer = anyone.post(hook_of("sms"), body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (200, 0)
    message.refresh_from_db()
    assert message.state == "delivered"


def test_addresses_of_a_person(estate: Estate) -> None:
    client, owner = client_of(estate.world, "lead"), estate.owners["1-2-101"]
    page = reverse("notices:addresses", args=[owner.pk])
    assert "不是有效的地址" in client.post(page, {"channel": "email", "value": "nobody"}).content.decode()
    assert client.post(page, {"channel": "email", "value": "Jia@Example.com"}).status_code == 302
    text = client.get(page).content.decode()
    assert "j***@example.com" in text and "jia@" not in text.lower().replace("j***@", "")
    assert "j***@example.com" in client.get(reverse("backoffice:person", args=[owner.pk])).content.decode()
    assert client_of(estate.world, "collector").post(page, {"channel": "email", "value": ""}).status_code == 403


def test_letters_come_as_one_document(estate: Estate) -> None:
    open_channels(estate, "letter")
    batch = started(estate)
    answer = client_of(estate.world, "manager").post(reverse("notices:letters", args=[batch.pk]))
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
