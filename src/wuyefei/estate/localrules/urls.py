"""Addresses of local rules and consultations."""

from django.urls import path

from . import pages

app_name = "localrules"
urlpatterns = [
    path("", pages.pack_page, name="packs"),
    path("consultations", pages.consultation_list, name="consultations"),
    path("consultations/new", pages.new, name="new"),
    path("consultations/<int:consultation_id>/", pages.consultation, name="consultation"),
    path("consultations/<int:consultation_id>/confirm", pages.confirm, name="confirm"),
    path("consultations/<int:consultation_id>/minutes", pages.minutes, name="minutes"),
]
