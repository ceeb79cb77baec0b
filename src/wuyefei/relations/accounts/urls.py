"""Addresses for staff; the owners' own stand under ``/h5/``."""

from django.urls import path

from . import pages

app_name = "accounts"
urlpatterns = [path("funnel", pages.funnel_page, name="funnel")]
