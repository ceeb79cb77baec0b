"""What is made public of a community's money, and what the owners decide together (product rows E5, I6).

Nouns: statement 收支公示 (a community's quarter: income, spending, and the public income 公共收益 in a ledger of its
own), line 公示行, composition 构成 (what a yuan of fee pays for), sheet 公告栏版 (the statement on paper).
States of a statement: draft → waiting (for a second person) → published; a correction is a new statement of the same
quarter, and the latest published one counts.
Invariants: what was published is never changed, by trigger; nothing public names a household; a composition adds up
to 100.
"""
