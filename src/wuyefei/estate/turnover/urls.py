"""Addresses of declared turnover."""

from django.urls import path

from . import pages

app_name = "turnover"
urlpatterns = [
    path("", pages.board, name="board"),
    path("settle", pages.settle, name="settle"),
    path("sheet", pages.download, name="sheet"),
    path("upload", pages.upload, name="upload"),
    path("<int:lease_id>/", pages.lease, name="lease"),
]
