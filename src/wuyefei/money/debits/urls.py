from django.urls import path

from .pages import batches, mandates

app_name = "debits"
urlpatterns = [
    path("", batches.batch_list, name="batches"),
    path("export", batches.export, name="export"),
    path("new/<int:community_id>", batches.new_batch, name="new_batch"),
    path("<int:debit_batch_id>", batches.batch_detail, name="batch"),
    path("<int:debit_batch_id>/export", batches.export_items, name="export_items"),
    path("<int:debit_batch_id>/file", batches.download, name="file"),
    path("<int:debit_batch_id>/act", batches.act, name="act"),
    path("<int:debit_batch_id>/answer", batches.answer, name="answer"),
    path("items/<int:debit_item_id>/accept", batches.accept_item, name="accept"),
    path("mandates", mandates.mandate_list, name="mandates"),
    path("mandates/export", mandates.export, name="export_mandates"),
    path("mandates/<int:mandate_id>/end", mandates.end_mandate, name="end"),
    path("sign/<int:person_id>", mandates.sign_page, name="sign"),
    path("terms/<int:community_id>", mandates.terms, name="terms"),
]
