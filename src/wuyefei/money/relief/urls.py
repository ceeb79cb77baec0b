from django.urls import path

from .pages import aids, asking, funds, money

app_name = "relief"
urlpatterns = [
    path("funds", funds.listed, name="funds"),
    path("funds/new", funds.new, name="fund_new"),
    path("funds/<int:fund_id>", funds.fund, name="fund"),
    path("funds/<int:fund_id>/notice.pdf", funds.notice, name="notice"),
    path("funds/<int:fund_id>/money", money.add, name="money"),
    path("funds/<int:fund_id>/pass", asking.passing, name="pass"),
    path("money/<int:money_id>/undo", money.undo, name="money_undo"),
    path("lines/<int:bank_line_id>", money.line, name="line"),
    path("aids", aids.listed, name="aids"),
    path("aids/export", aids.export, name="export"),
    path("aids/new/<int:property_id>", asking.care, name="care"),
    path("aids/<int:aid_id>", aids.aid, name="aid"),
    path("aids/<int:aid_id>/assess", aids.assess, name="assess"),
    path("aids/<int:aid_id>/undo", aids.undo, name="undo"),
]
