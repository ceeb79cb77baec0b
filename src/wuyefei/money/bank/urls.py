from django.urls import path

from .pages import claims, remittances, statements

app_name = "bank"
urlpatterns = [
    path("", statements.statement_list, name="statements"),
    path("<int:bank_statement_id>", statements.statement_detail, name="statement"),
    path("claims", claims.claim_list, name="claims"),
    path("claims/export", claims.export, name="export_claims"),
    path("lines/<int:bank_line_id>", claims.line_detail, name="line"),
    path("lines/<int:bank_line_id>/list", remittances.remittance, name="remittance"),
    path("lines/<int:bank_line_id>/confirm", claims.confirm, name="confirm"),
    path("lines/<int:bank_line_id>/act", claims.act, name="act"),
]
