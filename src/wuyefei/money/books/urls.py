from django.urls import path

from .pages import export, reports

app_name = "books"
urlpatterns = [
    path("", reports.trial, name="trial"),
    path("movement", reports.movements, name="movement"),
    path("income", reports.income_page, name="income"),
    path("page", reports.account, name="page"),
    path("vouchers/<int:entry_id>", reports.voucher, name="voucher"),
    path("export/<slug:report>", export.export, name="export"),
]
