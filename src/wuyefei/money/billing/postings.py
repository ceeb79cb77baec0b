"""How billing appears in the journal (architecture: ledger)."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.money.ledger.public import Account, Posting

from .models import Run


def gross_postings(nature: str, amount_fen: int, tax_fen: int, deferred_fen: int) -> list[Posting]:
    """Dr receivable; Cr tax, income and deferred income; what is collected for others, what is a deposit, and what the firm
    has laid out for the payer, each on an account of its own.

    Negative amounts give the entry of a reversal.
    """
    if nature == ChargeItem.Nature.DEPOSIT:
        return [Posting(Account.RECEIVABLE, amount_fen), Posting(Account.DEPOSITS, -amount_fen)]
    if nature == ChargeItem.Nature.ADVANCE:
        return [Posting(Account.RECEIVABLE, amount_fen), Posting(Account.ADVANCED, -amount_fen)]
    if nature != ChargeItem.Nature.INCOME:
        return [Posting(Account.RECEIVABLE, amount_fen), Posting(Account.HELD, -amount_fen)]
    return [
        Posting(Account.RECEIVABLE, amount_fen),
        Posting(Account.TAX, -tax_fen),
        Posting(Account.DEFERRED, -deferred_fen),
        Posting(Account.INCOME, -(amount_fen - tax_fen - deferred_fen)),
    ]


def opening_postings(nature: str, amount_fen: int) -> list[Posting]:
    """Dr receivable, Cr opening equity: brought along from before. A deposit not yet paid is owed back once it is."""
    against = Account.DEPOSITS if nature == ChargeItem.Nature.DEPOSIT else Account.OPENING
    return [Posting(Account.RECEIVABLE, amount_fen), Posting(against, -amount_fen)]


def publish_postings(run: Run) -> Iterator[tuple[str, list[Posting]]]:
    """One summary entry for each charge item of a run, from its published receivables."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT i.name, i.nature, sum(r.amount_fen), sum(r.tax_fen), sum(r.deferred_fen)
               FROM billing_receivable r JOIN tariffs_chargeitem i ON i.id = r.item_id
               WHERE r.run_id = %s GROUP BY i.id, i.name, i.nature ORDER BY i.id""",
            [run.pk],
        )
        rows = cursor.fetchall()
    for name, nature, amount, tax, deferred in rows:
        yield name, gross_postings(nature, int(amount), int(tax), int(deferred))
