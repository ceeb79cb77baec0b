from django.urls import path

from . import pages

app_name = "receipts"
urlpatterns = [
    path("receipts/", pages.receipt_list, name="list"),
    path("receipts/export", pages.export, name="export"),
    path("receipts/<int:receipt_id>.pdf", pages.pdf, name="pdf"),
    path("r/<str:token>", pages.verify, name="verify"),
]
