"""Addresses of sheets."""

from django.urls import path

from .pages import deposits, sheets, trial

app_name = "sheets"
urlpatterns = [
    path("", sheets.sheet_list, name="list"),
    path("try", trial.trial, name="trial"),
    path("deposits", deposits.policies, name="deposits"),
    path("new/<slug:sheet_kind>", sheets.new, name="new"),
    path("<int:sheet_id>/", sheets.sheet_page, name="sheet"),
    path("<int:sheet_id>/submit", sheets.submit, name="submit"),
    path("<int:sheet_id>/withdraw", sheets.withdraw, name="withdraw"),
    path("<int:sheet_id>/discard", sheets.discard, name="discard"),
    path("<int:sheet_id>/export", sheets.export, name="export"),
    path("<int:sheet_id>/notice", sheets.notice_page, name="notice"),
]
