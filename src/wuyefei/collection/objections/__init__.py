"""Objections 异议: why a payer does not want to pay, talked through in four steps, and what was done about it (product row G7).

Nouns: kind 类型 (service, price, hardship, away, contract, policy), library 话术库 (for each kind what to say in each of the
four steps: listen 倾听, sympathise 理解, clarify 说明, resolve 解决), objection 异议 (one talk, with what was heard and what
was agreed), remedy 办法 (a work order, a price comparison, a request for instalments, the service record, or none),
comparable 可比小区 (a price elsewhere with its source and the day it was seen), conversion 转化.
Invariants: what was written in a talk never changes; a remedy that opens a work order names it, and the order's clock of 48
hours runs from then; an objection is converted where within thirty days the payer has paid what was overdue that day, and
is counted only once that is so or the thirty days are over; a comparable always says where and when it was seen.
"""
