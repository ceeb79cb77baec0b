"""The door of the room: what other rooms may use."""

from .actions.red import ask_red
from .actions.requests import InvoiceRequest, ask_invoice, cancel, remembered
from .actions.sending import ask_again, make_rounds, put, queue
from .actions.setups import InvoiceSetupDraft, save_invoice_setup
from .models import Invoice, InvoiceLine, InvoiceSetup, InvoiceTitle
from .providers.base import InvoiceProviderRefused, InvoiceProviderSilent
from .providers.signed_json import answer_text, digest, request_text
from .providing import SANDBOX_PATH
from .queries import (
    get_invoice,
    invoiceable,
    invoices,
    invoices_of_payment,
    offered,
    open_allocations,
    setup_of,
    titles_of,
)
from .rules.lines import LeftOut, Line
from .rules.requests import InvoicedFirst, LinesTaken, NoProvider, NothingToInvoice
from .rules.states import RETAINED, State
from .rules.titles import Title, TitleKind, check_sign, check_tax_number
from .titles import FIELDS, start_of, title_of

__all__ = [
    "FIELDS",
    "RETAINED",
    "SANDBOX_PATH",
    "Invoice",
    "InvoiceLine",
    "InvoiceProviderRefused",
    "InvoiceProviderSilent",
    "InvoiceRequest",
    "InvoiceSetup",
    "InvoiceSetupDraft",
    "InvoiceTitle",
    "InvoicedFirst",
    "LeftOut",
    "Line",
    "LinesTaken",
    "NoProvider",
    "NothingToInvoice",
    "State",
    "Title",
    "TitleKind",
    "answer_text",
    "ask_again",
    "ask_invoice",
    "ask_red",
    "cancel",
    "check_sign",
    "check_tax_number",
    "digest",
    "get_invoice",
    "invoiceable",
    "invoices",
    "invoices_of_payment",
    "make_rounds",
    "offered",
    "open_allocations",
    "put",
    "queue",
    "remembered",
    "request_text",
    "save_invoice_setup",
    "setup_of",
    "start_of",
    "title_of",
    "titles_of",
]
