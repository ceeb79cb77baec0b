from django.urls import path

from . import pages

app_name = "payouts"
urlpatterns = [
    path("", pages.file_list, name="files"),
    path("make", pages.make, name="make"),
    path("<int:payout_file_id>", pages.file_page, name="file"),
    path("<int:payout_file_id>/download", pages.download, name="download"),
    path("<int:payout_file_id>/undo", pages.undo, name="undo"),
    path("<int:payout_file_id>/answer", pages.answer, name="answer"),
    path("<int:payout_file_id>/confirm", pages.confirm, name="confirm"),
    path("refunds/<int:refund_id>", pages.result, name="result"),
]
