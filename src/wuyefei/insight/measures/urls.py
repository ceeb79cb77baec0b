from django.urls import path

from .pages import dashboard, packs, rows, targets

app_name = "measures"
urlpatterns = [
    path("", dashboard.show, name="dashboard"),
    path("export", dashboard.export, name="export"),
    path("rows", rows.behind, name="rows"),
    path("rows/export", rows.export, name="rows_export"),
    path("received", rows.received, name="received"),
    path("targets", targets.listed, name="targets"),
    path("targets/<int:target_id>/drop", targets.drop, name="target_drop"),
    path("packs", packs.listed, name="packs"),
    path("packs/file", packs.download, name="pack_file"),
]
