"""The legal road of debts: demand letters, mediation, suit, enforcement, and the evidence for them (product rows H1–H6).

Nouns: matter 法务案件 (chosen debts of one payer on the legal road), claim 请求 (one bill of a matter, with its figures as
frozen when it was chosen), event 经过 (what was done or happened, with its facts), letter 催款函 (a numbered demand with its
mailing), paper 文书 (a frozen document, printed anew on demand), clock 时效 (the limitation of one debt).
Steps of a matter: prepare → demand → mediation → performing → court → judged → enforcement → closed; which act leads from
where to where stands in one table, ``rules/road.py``.
Invariants: a bill is claimed by at most one open matter; claims, events and papers never change; a matter is closed by payment
as soon as the books say so; whatever gives money up needs a second person; each letter passes the law guard; papers hold no
personal numbers, these are filled in when a paper is printed, and who printed it and what for is on record.
"""
