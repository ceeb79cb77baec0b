from django.urls import path

from .pages import export, reports, vouchers

app_name = "books"
urlpatterns = [
    path("", reports.trial, name="trial"),
    path("movement", reports.movements, name="movement"),
    path("income", reports.income_page, name="income"),
    path("page", reports.account, name="page"),
    path("vouchers/<int:entry_id>", reports.voucher, name="voucher"),
    path("files", vouchers.files, name="files"),
    path("codes/<slug:target>", vouchers.account_codes, name="codes"),
    path("codes/<slug:target>/change", vouchers.change_codes, name="change_codes"),
    path("export/<slug:report>", export.export, name="export"),
]
