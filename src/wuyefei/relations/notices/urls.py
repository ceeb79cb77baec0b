"""Addresses of notices, and the one that carriers call."""

from django.urls import path

from . import endpoints
from .pages import batches, settings, smart, texts

app_name = "notices"
urlpatterns = [
    path("", batches.batches, name="batches"),
    path("new", batches.new, name="new"),
    path("batches/<int:batch_id>", batches.batch, name="batch"),
    path("batches/<int:batch_id>/stop", batches.stop, name="stop"),
    path("batches/<int:batch_id>/resume", batches.resume, name="resume"),
    path("batches/<int:batch_id>/letters", batches.letters, name="letters"),
    path("unreached", batches.unreached, name="unreached"),
    path("templates", texts.templates, name="templates"),
    path("templates/new", texts.new, name="new_text"),
    path("templates/<int:version_id>", texts.version, name="version"),
    path("templates/<int:version_id>/decide", texts.decide, name="decide"),
    path("contracts/<int:contract_id>/lead", settings.lead, name="lead"),
    path("smart", smart.smart, name="smart"),
    path("smart/manner", smart.manner, name="manner"),
    path("carriers", settings.carriers, name="carriers"),
    path("carriers/<slug:channel>", settings.carrier, name="carrier"),
    path("people/<int:person_id>/addresses", settings.addresses, name="addresses"),
    path("receipts/<str:hook>", endpoints.receipts, name="receipts"),
]
