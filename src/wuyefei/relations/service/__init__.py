"""Owners' requests and the work orders that answer them (product rows G7, I1, first part).

Nouns: ticket 工单: a dispute 异议 about a bill, an instalment request 分期申请, a complaint or repair 报修投诉.
States: open → answered → closed; an owner may withdraw theirs while it is not closed.
Invariants: a bill has one open dispute at a time; a dispute holds the bill's late fee from the day it was made to the
day it was closed, both included; an answer is due within 48 hours; what was said is never changed.
"""
