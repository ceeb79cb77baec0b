"""Bad-debt reserve 坏账准备: what of the debts will probably never come in, quarter by quarter (product row D10).

Nouns: rates 计提比例 (a firm's share of loss by age of a debt, and from which sum a debt is large; dated versions), run 计提
(of a community and quarter, as of the quarter's last day), line 明细 (one open receivable, frozen), part 账龄段 (the lines of
one age added up), single 单项 (a payer's large debt, assessed by a person with a reason and a plan), standing balance 账面余额.
States of a run: draft → asked (waits for a second person) → approved | draft again; draft → discarded.
Invariants: lines, parts and rates never change; a run's reserve is the sum of its lines by age, large debts apart, and of its
singles; an approved run books the difference to the balance that stands, so the reserve account (1231) equals the latest
approved run; a quarter run again is an adjustment; quarters are never run backwards. Only what is the firm's own to lose counts:
not deposits nor what is collected for others. Writing off (concessions) books a whole loss to 6702; the next run gives back, in
6702.1, what was set aside for it, so that together they bear the loss once.
"""
