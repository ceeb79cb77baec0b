"""Concessions 优惠与减免: what is given up or put off, by whom it was granted, and what it cost (product rows C3, C5, C7).

Nouns: plan 分期 (of one payer's chosen receivables), part 期 (an instalment), seat 席位 (of the three who assess a payer in
difficulty), assessment 评估, relief 违约金减免 (earned by keeping the plan), grace 宽限 (days a part may be late).
States of a plan: asked → active | refused; active → completed | breached | replaced (by a plan agreed anew).
Invariants: the parts add up to the principal they cover, to the fen; a receivable is in one running plan at most; whether
a plan is kept follows from what was settled by value date and is never typed in; while a plan runs no late fee runs on
what it covers and money settles principal first; a breach ends that with the day before it is found, never earlier; relief
is given once all is paid, and only for what is then still payable; the three who assess and the maker are four people.
"""
