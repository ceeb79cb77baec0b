"""Addresses of the arrears ledger."""

from django.urls import path

from .pages import building, export, history, ledger, views

app_name = "arrears"
urlpatterns = [
    path("", ledger.ledger, name="ledger"),
    path("totals", ledger.sums, name="totals"),
    path("places", ledger.places, name="places"),
    path("map", building.building_page, name="map"),
    path("households/<int:property_id>", ledger.household, name="household"),
    path("views", views.save, name="save_view"),
    path("views/<int:view_id>/drop", views.drop, name="drop_view"),
    path("export", export.export, name="export"),
    path("exports/<int:job_id>", export.progress, name="export_job"),
    path("exports/<int:job_id>/file", export.download, name="export_file"),
    path("movement", history.movement_page, name="movement"),
    path("movement/rows", history.movement_rows_page, name="movement_rows"),
    path("migration", history.migration_page, name="migration"),
    path("migration/rows", history.migration_rows_page, name="migration_rows"),
]
