"""Payment files 付款文件 (product rows D1, D5): refunds that go by bank transfer, by file to the bank and its answer 回盘 back.

Nouns: file 付款文件 (what the bank is asked to pay), payout 付款 (one refund in it, with a number of its own), answer 回盘 (the
bank's file, row by row).
States of a file: out → undone. States of a payout: waiting → done | failed | undone.
Invariants: a refund waits in one file at most and is paid once; a payout is answered once, and the same answer again changes
nothing; an answer is taken in whole or not at all; what it leaves out waits on; whoever has changed a payee's account since the
refund was asked for does not put it into a file. The account's number stands nowhere in a file's rows: it is known by its mark
and last digits, and leaves only in the workbook.
"""
