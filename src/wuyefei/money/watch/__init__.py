"""Unusual transactions 异常交易: what is out of line in how somebody takes, voids, gives back and waives (product row D9).

Nouns: sign 迹象 (of eight kinds: cash voided later, refunds to another account, reprints, cash short, late entry, round waivers, out
of hours, split requests), tally 计数 (a person's payments and signs by week and community), score 偏离度 (how many tenfold
unlikelinesses a week is away from what is usual for the person and among all), alert 警报 (a week of a person that is out of line,
with its evidence).
States of an alert: open → closed, with a verdict and what was found out.
Invariants: an alert is a reason to look, never a finding by itself; it never changes but for its end; whom it concerns does not
close it, refused by the database; there is one a person, community and week.
"""
