"""Addresses of statements."""

from django.urls import path

from . import pages

app_name = "governance"
urlpatterns = [
    path("statements", pages.statements, name="statements"),
    path("statements/<int:statement_id>", pages.statement, name="statement"),
    path("statements/<int:statement_id>/sheet.pdf", pages.sheet, name="sheet"),
    path("statements/<int:statement_id>/files", pages.add_file, name="add_file"),
    path("files/<int:file_id>", pages.file, name="file"),
    path("files/<int:file_id>/drop", pages.drop_file, name="drop_file"),
    path("statements/<int:statement_id>/correct", pages.correct, name="correct"),
]
