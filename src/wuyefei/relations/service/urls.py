"""Addresses of work orders."""

from django.urls import path

from . import pages

app_name = "service"
urlpatterns = [
    path("tickets", pages.tickets, name="tickets"),
    path("tickets/<int:ticket_id>", pages.ticket, name="ticket"),
    path("tickets/<int:ticket_id>/answer", pages.answer, name="answer"),
    path("tickets/<int:ticket_id>/sort-out", pages.sort_out, name="sort_out"),
    path("tickets/<int:ticket_id>/close", pages.close, name="close"),
]
