"""The provider of the organisation, and whether it works."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound

from ..actions.setups import InvoiceSetupDraft, save_invoice_setup, test_connection
from ..forms import InvoiceSetupForm
from ..models import InvoiceSetup
from ..queries import setup_of

INPUTS = {
    "服务商名称": "provider_name", "接口网址": "base_url", "应用标识": "app_key", "签名方式": "signing", "应用密钥": "secret",
    "服务商公钥": "provider_key", "销售方名称": "seller_name", "税号": "seller_tax_number",
}  # fmt: skip
"""Which input a refused field is."""
SHOWN = ("provider_name", "base_url", "app_key", "signing", "seller_name", "seller_tax_number", "auto_issue", "enabled")


@require_http_methods(["GET", "POST"])
@needs(Permission.INVOICE_SETUP)
def setup(request: StaffRequest) -> HttpResponse:
    """Which provider is set up, plainly; a sandbox is only shown."""
    request.actor.require_wide(Permission.INVOICE_SETUP)
    row = setup_of(request.actor.organisation_id)
    sandbox = row is not None and row.mode == InvoiceSetup.Mode.SANDBOX
    start = {name: getattr(row, name) for name in SHOWN} if row else {"enabled": True}
    form = InvoiceSetupForm(request.POST if request.method == "POST" else None, initial=start)
    if request.method == "POST" and not sandbox and form.is_valid() and _save(request, form):
        messages.success(request, _("已保存。请测试连接，通过后就可以开票。"))
        return redirect("invoices:setup")
    context = {"form": form, "row": row, "sandbox": sandbox, "organisation": request.actor.organisation_name}
    return render(request, "invoices/setup.html", context, status=409 if form.errors else 200)


def _save(request: StaffRequest, form: InvoiceSetupForm) -> bool:
    try:
        save_invoice_setup(InvoiceSetupDraft(mode=InvoiceSetup.Mode.LIVE, **form.cleaned_data), actor=request.actor)
    except DomainError as error:
        if isinstance(error, (NotFound, Forbidden)):
            raise
        form.add_error(INPUTS.get(str(error.data.get("field", ""))) if isinstance(error, Invalid) else None, error.text)
        return False
    return True


@require_POST
@needs(Permission.INVOICE_SETUP)
def test(request: StaffRequest) -> HttpResponse:
    """Ask the provider, and say plainly how it went."""
    row = test_connection(actor=request.actor)
    (messages.success if row.test_passed else messages.error)(request, row.test_result)
    return redirect("invoices:setup")
