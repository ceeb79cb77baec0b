"""Addresses of work orders and of inspections."""

from django.urls import path

from .pages import inspections, tickets

app_name = "service"
urlpatterns = [
    path("tickets", tickets.tickets, name="tickets"),
    path("tickets/<int:ticket_id>", tickets.ticket, name="ticket"),
    path("tickets/<int:ticket_id>/answer", tickets.answer, name="answer"),
    path("tickets/<int:ticket_id>/sort-out", tickets.sort_out, name="sort_out"),
    path("tickets/<int:ticket_id>/close", tickets.close, name="close"),
    path("inspections", inspections.listed, name="inspections"),
    path("inspections/new", inspections.new, name="inspect"),
    path("inspections/export", inspections.export, name="inspections_export"),
    path("inspections/sheet", inspections.sheet, name="inspection_sheet"),
    path("inspections/sheet/blank", inspections.blank, name="inspection_blank"),
    path("inspections/<int:inspection_id>", inspections.one, name="inspection"),
    path("inspections/<int:inspection_id>/photo", inspections.photo, name="inspection_photo"),
    path("inspections/<int:inspection_id>/ticket", inspections.link, name="inspection_ticket"),
    path("inspections/<int:inspection_id>/void", inspections.void, name="inspection_void"),
]
