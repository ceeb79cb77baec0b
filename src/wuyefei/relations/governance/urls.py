"""Addresses of statements."""

from django.urls import path

from . import pages

app_name = "governance"
urlpatterns = [
    path("statements", pages.statements, name="statements"),
    path("statements/<int:statement_id>", pages.statement, name="statement"),
    path("statements/<int:statement_id>/sheet.pdf", pages.sheet, name="sheet"),
    path("statements/<int:statement_id>/correct", pages.correct, name="correct"),
]
