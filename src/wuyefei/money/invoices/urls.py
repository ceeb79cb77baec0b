from django.urls import path

from .pages import invoices, requests, setups

app_name = "invoices"
urlpatterns = [
    path("invoices/", invoices.invoice_list, name="list"),
    path("invoices/export", invoices.export, name="export"),
    path("invoices/issue", invoices.issue_many, name="issue_many"),
    path("invoices/new/<int:payment_id>", requests.new_invoice, name="new"),
    path("invoices/<int:invoice_id>", invoices.invoice_detail, name="invoice"),
    path("invoices/<int:invoice_id>/act", invoices.act, name="act"),
    path("settings/invoices/", setups.setup, name="setup"),
    path("settings/invoices/test", setups.test, name="test_setup"),
]
