"""Addresses of requests and decisions."""

from django.urls import path

from . import delegation_pages, limit_pages, pages

app_name = "approvals"
urlpatterns = [
    path("", pages.waiting, name="waiting"),
    path("history", pages.history, name="history"),
    path("limits", limit_pages.limits, name="limits"),
    path("limits/save", limit_pages.save, name="save_limits"),
    path("delegations", delegation_pages.delegations, name="delegations"),
    path("delegations/new", delegation_pages.new, name="delegate"),
    path("delegations/<int:delegation_id>/withdraw", delegation_pages.withdraw, name="withdraw_delegation"),
    path("<int:pk>/approve", pages.approve, name="approve"),
    path("<int:pk>/return", pages.turn_down, name="return"),
    path("<int:pk>/withdraw", pages.withdraw, name="withdraw"),
]
