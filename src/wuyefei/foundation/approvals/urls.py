"""Addresses of requests and decisions."""

from django.urls import path

from . import pages

app_name = "approvals"
urlpatterns = [
    path("", pages.waiting, name="waiting"),
    path("history", pages.history, name="history"),
    path("<int:pk>/approve", pages.approve, name="approve"),
    path("<int:pk>/return", pages.turn_down, name="return"),
    path("<int:pk>/withdraw", pages.withdraw, name="withdraw"),
]
