"""Corrections across periods 差价更正 (product rows B3, C2): a price that is entered late, and every bill it changes.

Nouns: correction 更正 (of one tariff from a day on that has been billed), line 明细 (a published bill: billed 已出, should be 应为,
difference 差额), hindrance 不更正的原因. States of a correction: draft → asked → done → undone; draft → discarded; asked → refused.
The one rule: nothing published is touched or billed again. Every line gets one adjustment, booked in the open month, whether
its own month is closed or not; what of it belongs to later months is deferred. Money that a bill then has too much becomes
prepayment of whoever paid it, valued as it was.
Invariants: the sum of the differences is what the bills come to anew less what they came to, to the fen; what a second person
approved is what is booked, all or nothing, together with the price itself; a bill that is right is not corrected again, so
that a second correction, in whatever order of days they are entered, finds only what is still to do. A correction is taken
back by another one that ``undoes`` it, by two people again: its price holds on no day any more, each of its bills gets its own
difference back in one entry of the open month, and the last of a tariff goes first.
"""
