"""Addresses of new prices."""

from django.urls import path

from . import pages

app_name = "pricing"
urlpatterns = [
    path("", pages.proposal_list, name="list"),
    path("<int:proposal_id>/", pages.proposal, name="proposal"),
    path("<int:proposal_id>/ask", pages.ask, name="ask"),
    path("<int:proposal_id>/discard", pages.discard, name="discard"),
    path("<int:proposal_id>/withdraw", pages.withdraw, name="withdraw"),
    path("<int:proposal_id>/late", pages.late, name="late"),
]
