"""Fields and error pages as they come out."""

from __future__ import annotations

import json

import psycopg
from django import forms
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template, engines
from django.test import RequestFactory
from django.utils import translation
from psycopg.errors import DiskFull

from wuyefei.foundation.shell import pages


class Waiver(forms.Form):
    amount = forms.CharField(label="减免金额（元）", help_text="最多 118.68")
    mobile = forms.CharField(label="手机号", required=False)
    how = forms.ChoiceField(label="减多少", choices=[("half", "减一半"), ("all", "全减")], widget=forms.RadioSelect)
    sms = forms.BooleanField(label="短信通知", required=False)

    def clean_mobile(self) -> str:
        raise forms.ValidationError("现在 7 位，应为 11 位")


def field(form: forms.Form, name: str, more: str = "") -> str:
    template = Template(f"{{% load wy %}}{{% form_field field {more} %}}")
    with translation.override("zh-hans"):
        return template.render(Context({"field": form[name]}))


def test_help_is_tied_to_its_control() -> None:
    html = field(Waiver(), "amount", 'cls="num" data_x="1"')
    assert '<label for="id_amount">减免金额（元）</label>' in html
    assert 'class="wy-in num"' in html
    assert 'data-x="1"' in html
    assert 'aria-describedby="id_amount_note"' in html
    assert '<span class="help" id="id_amount_note">最多 118.68</span>' in html


def test_an_error_replaces_help_and_is_tied_too() -> None:
    html = field(Waiver({"amount": "", "mobile": "1380000"}), "mobile")
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_mobile_note"' in html
    assert '<span class="err errs" id="id_mobile_note"><span>现在 7 位，应为 11 位</span></span>' in html
    assert "选填" in html


def test_choices_stand_in_a_named_group_and_boxes_before_their_word() -> None:
    html = field(Waiver({"how": "all"}), "how")
    assert "<fieldset><legend>减多少</legend>" in html
    assert html.count('class="wy-cb"') == 2
    assert html.count("checked") == 1
    assert field(Waiver(), "sms").count("<label") == 1


def anonymous(path: str = "/x", **headers: str) -> HttpRequest:
    request = RequestFactory().get(path, headers=headers)
    request.number = "7f2a1901"  # type: ignore[attr-defined]
    return request


def test_a_failure_says_money_did_not_change_and_gives_the_number() -> None:
    with translation.override("zh-hans"):
        response = pages.server_error(anonymous("/runs/3?x=1"))
    html = response.content.decode()
    assert response.status_code == 500
    assert "钱和记录都没有变" in html
    assert "7f2a1901" in html
    assert 'href="/runs/3?x=1"' in html
    assert html.startswith("<!doctype html>")


def test_a_failure_within_a_page_is_only_a_note() -> None:
    html = pages.server_error(anonymous(**{"HX-Request": "true"})).content.decode()
    assert "data-refusal" in html
    assert "<html" not in html


def fails(error: Exception, method: str = "post", **headers: str) -> HttpResponse:
    request = getattr(RequestFactory(), method)("/cashdesk/take", headers=headers)
    try:
        raise OperationalError() from error
    except OperationalError:
        with translation.override("zh-hans"):
            return pages.server_error(request)


def test_a_full_disk_and_a_silent_database_are_said_plainly() -> None:
    full, gone = DiskFull("no space left on device"), psycopg.OperationalError("server closed the connection")
    assert (fails(full).status_code, fails(gone).status_code) == (507, 503)
    assert "磁盘已满，这一步没有保存，钱和记录都没有变" in fails(full).content.decode()
    words = fails(gone).content.decode()
    assert "不能确定这一步有没有保存" in words and "钱和记录都没有变" not in words, "what was under way may be saved"
    assert "请稍后再试" in fails(gone, "get").content.decode()
    told = json.loads(fails(full, Accept="application/json").content)
    assert told["code"] == "full" and told["text"].startswith("磁盘已满")


def test_being_refused_for_a_while_says_how_long() -> None:
    with translation.override("zh-hans"):
        response = pages.too_many(anonymous(), minutes=15)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "900")
    assert "请 15 分钟后再试。" in response.content.decode()


def test_the_title_is_also_the_heading() -> None:
    source = '{% extends "shell/base.html" %}{% block title %}{{ what }}{% endblock %}{% block content %}正文{% endblock %}'
    with translation.override("zh-hans"):
        html = engines["django"].from_string(source).render({"what": "出账<1>"}, anonymous())
    assert "<title>出账&lt;1&gt; · " in html
    assert "<h1>出账&lt;1&gt;</h1>" in html
    assert '<main id="content"' in html
