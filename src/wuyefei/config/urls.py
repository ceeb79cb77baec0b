"""Root addresses: each room's own ``urls`` under its own prefix."""

from django.conf import settings
from django.urls import include, path

handler400 = "wuyefei.foundation.shell.pages.bad_request"
handler403 = "wuyefei.foundation.shell.pages.forbidden"
handler404 = "wuyefei.edges.portal.pages.errors.not_found"
handler500 = "wuyefei.foundation.shell.pages.server_error"

urlpatterns = [
    path("", include("wuyefei.money.channels.urls")),
    path("", include("wuyefei.edges.backoffice.urls")),
    path("", include("wuyefei.foundation.access.urls")),
    path("", include("wuyefei.money.cashdesk.urls")),
    path("", include("wuyefei.money.receipts.urls")),
    path("analysis/", include("wuyefei.insight.measures.urls")),
    path("", include("wuyefei.money.invoices.urls")),
    path("approvals/", include("wuyefei.foundation.approvals.urls")),
    path("jobs/", include("wuyefei.foundation.jobs.urls")),
    path("arrears/", include("wuyefei.insight.arrears.urls")),
    path("classes/", include("wuyefei.insight.risk.urls")),
    path("credit/", include("wuyefei.insight.credit.urls")),
    path("billing/", include("wuyefei.money.billing.urls")),
    path("concessions/", include("wuyefei.money.concessions.urls")),
    path("accounts/", include("wuyefei.money.books.urls")),
    path("sheets/", include("wuyefei.money.sheets.urls")),
    path("deposits/", include("wuyefei.money.deposits.urls")),
    path("transfers/", include("wuyefei.money.transfers.urls")),
    path("divisions/", include("wuyefei.money.divisions.urls")),
    path("corrections/", include("wuyefei.money.corrections.urls")),
    path("pricing/", include("wuyefei.money.pricing.urls")),
    path("meters/", include("wuyefei.estate.metering.urls")),
    path("rules/", include("wuyefei.estate.localrules.urls")),
    path("turnover/", include("wuyefei.estate.turnover.urls")),
    path("service/", include("wuyefei.relations.service.urls")),
    path("governance/", include("wuyefei.relations.governance.urls")),
    path("privacy/", include("wuyefei.relations.privacy.urls")),
    path("owners/", include("wuyefei.relations.accounts.urls")),
    path("h5/", include("wuyefei.edges.portal.urls")),
    path("contacts/", include("wuyefei.relations.contacts.urls")),
    path("notices/", include("wuyefei.relations.notices.urls")),
    path("surveys/", include("wuyefei.relations.surveys.urls")),
    path("moments/", include("wuyefei.relations.moments.urls")),
    path("followup/", include("wuyefei.collection.followup.urls")),
    path("objections/", include("wuyefei.collection.objections.urls")),
    path("joint/", include("wuyefei.collection.joint.urls")),
    path("visits/", include("wuyefei.collection.visits.urls")),
    path("briefing/", include("wuyefei.management.briefing.urls")),
    path("minimums/", include("wuyefei.collection.minimums.urls")),
    path("drives/", include("wuyefei.collection.drives.urls")),
    path("legal/", include("wuyefei.collection.legal.urls")),
    path("reconciliation/", include("wuyefei.money.reconciliation.urls")),
    path("closing/", include("wuyefei.money.closing.urls")),
    path("controls/", include("wuyefei.money.control.urls")),
    path("unusual/", include("wuyefei.money.watch.urls")),
    path("reserve/", include("wuyefei.money.reserve.urls")),
    path("bank/", include("wuyefei.money.bank.urls")),
    path("payouts/", include("wuyefei.money.payouts.urls")),
    path("relief/", include("wuyefei.money.relief.urls")),
    path("rewards/", include("wuyefei.money.rewards.urls")),
    path("debits/", include("wuyefei.money.debits.urls")),
    path("imports/", include("wuyefei.money.intake.urls")),
]
if settings.DEMO:
    urlpatterns.append(path("sandbox/", include("wuyefei.edges.sandbox.urls")))
