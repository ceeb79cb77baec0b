"""Addresses of the contact log and the guard."""

from django.urls import path

from .pages import log, rules, wishes

app_name = "contacts"
urlpatterns = [
    path("", log.log, name="log"),
    path("export", log.export, name="export"),
    path("people/<int:person_id>/new", log.new, name="new"),
    path("properties/<int:property_id>/new", log.new_at, name="new_at"),
    path("<int:contact_id>", log.contact, name="contact"),
    path("<int:contact_id>/cancel", log.cancel_plan, name="cancel"),
    path("people/<int:person_id>/wishes", wishes.wishes, name="wishes"),
    path("people/<int:person_id>/grounds", wishes.add, name="add_ground"),
    path("grounds/<int:ground_id>/end", wishes.end, name="end_ground"),
    path("refusals", rules.refused, name="refusals"),
    path("rules", rules.rules, name="rules"),
    path("rules/limits", rules.limits, name="limits"),
    path("rules/calendar", rules.calendar, name="calendar"),
]
