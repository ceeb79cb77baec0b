"""Addresses under ``/h5/``. ``place`` is the random token of a binding and opens nothing to any other account."""

from django.urls import path

from .pages import bills, invoices, me, openness, own_data, paying, receipts, service, settings, signing

app_name = "portal"
urlpatterns = [
    path("", bills.home, name="home"),
    path("sign-in", signing.sign_in, name="sign_in"),
    path("sign-in/code", signing.code, name="code"),
    path("sign-out", signing.sign_out, name="sign_out"),
    path("large", signing.large, name="large"),
    path("faq", signing.faq, name="faq"),
    path("invitation/<str:token>", signing.invitation, name="invitation"),
    path("me", me.me, name="me"),
    path("me/settings", settings.settings, name="settings"),
    path("me/other-devices", me.end_others, name="end_others"),
    path("p/<str:place>", bills.place, name="place"),
    path("p/<str:place>/bills", bills.history, name="history"),
    path("p/<str:place>/bills/<int:bill_id>", bills.bill, name="bill"),
    path("p/<str:place>/bills/<int:bill_id>/photos/<int:reading_id>", bills.photo, name="photo"),
    path("p/<str:place>/pay", paying.pay, name="pay"),
    path("p/<str:place>/orders/<str:key>", paying.order, name="order"),
    path("p/<str:place>/receipts", receipts.receipts, name="receipts"),
    path("p/<str:place>/receipts/<int:receipt_id>", receipts.receipt, name="receipt"),
    path("p/<str:place>/receipts/<int:receipt_id>.pdf", receipts.pdf, name="receipt_pdf"),
    path("p/<str:place>/invoices", invoices.invoices, name="invoices"),
    path("p/<str:place>/receipts/<int:receipt_id>/invoice", invoices.of_receipt, name="invoice_of_receipt"),
    path("p/<str:place>/bills/<int:bill_id>/invoice", invoices.of_bill, name="invoice_of_bill"),
    path("p/<str:place>/access", me.access, name="access"),
    path("p/<str:place>/access/<int:invitation_id>/revoke", me.revoke_guest, name="revoke_guest"),
    path("p/<str:place>/bills/<int:bill_id>/dispute", service.dispute_bill, name="dispute"),
    path("p/<str:place>/instalment", service.instalment, name="instalment"),
    path("p/<str:place>/complaint", service.complaint, name="complaint"),
    path("p/<str:place>/requests", service.requests, name="requests"),
    path("p/<str:place>/requests/<str:token>", service.one, name="request"),
    path("p/<str:place>/requests/<str:token>/withdraw", service.take_back, name="withdraw"),
    path("p/<str:place>/open", openness.openness, name="open"),
    path("p/<str:place>/my-data", own_data.export, name="own_data"),
    path("p/<str:place>/leave", me.leave_place, name="leave"),
]
