"""Concessions 优惠与减免: what is given up or put off, by whom it was granted, and what it cost (product rows C3, C5, C6, C7).

Nouns: plan 分期 (of one payer's chosen receivables), part 期 (an instalment), seat 席位 (of the three who assess a payer in
difficulty), assessment 评估, relief 违约金减免 (earned by keeping the plan), grace 宽限 (days a part may be late); year bill 年付
(a year of one contract line billed ahead at a discount), offer 优惠, deadline 付清期限; measure 应急政策 (of an emergency, by
community and kind), extra service 额外服务; what is given up 核销与裁减 (a debt written off 坏账核销, or reduced by a judgment 判决裁减 or in mediation
调解减让), set aside 销案存账.
States of a plan: asked → active | refused; active → completed | breached | replaced (by a plan agreed anew). Of a year bill:
asked → billed | refused; billed → earned | lapsed; earned → billed where its payment is undone. Of a measure: asked → running |
refused; running → ended. Of what is given up: asked → done | refused.
Invariants: the parts add up to the principal they cover, to the fen; a receivable is in one running plan at most; whether
a plan is kept follows from what was settled by value date and is never typed in; while a plan runs no late fee runs on
what it covers and money settles principal first; a breach ends that with the day before it is found, never earlier; relief
is given once all is paid, and only for what is then still payable; the three who assess and the maker are four people. A year
earns its discount only by its own bill paid by the deadline, and is taken back whole otherwise; a measure treats a bill once,
lowers no more than is open, and never takes back what it granted. A debt written off leaves the arrears whole and stays
owed: what is taken up again is never more than was written off, and income and tax stay as they were.
"""
