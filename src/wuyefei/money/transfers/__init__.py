"""Transfer of properties 过户 (product row A4): who owes what on which side of the day, carried out in one transaction.

Nouns: transfer 过户 (homes of one owner going to another from a day on, with its basis), home (a property in it), cut 拆分
(a bill reversed and billed again, the days before to the former owner, the days from then on to the new one), statement
交割单 (one for each side). States of a transfer: asked → done → undone; asked → refused. Where no money moves it is done
at once.
Invariants: the parts of a cut add up to the bill to the fen; late fee on days before stays with the former owner, and the
new one is not late on the day they begin; what the second person approved is what is carried out; a transfer is undone
only until the next run has billed the property; the ties, the bills and the money move together or not at all.
"""
