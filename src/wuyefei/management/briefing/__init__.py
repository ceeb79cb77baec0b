"""The daily briefing 每日简报: what a manager is told each morning without asking (product row J3).

Nouns: brief 简报 (yesterday's money, this month's rate as of last night, what became overdue, promises broken, exceptions, and
what waits for this person today), subscription 订阅 (the address it is sent to), delivery 发送 (one morning's e-mail to one person).
States of a delivery: sending → sent | failed | unsure.
Invariants: everybody's brief holds what that person may see and no more; it names no owner, so that an e-mail never does;
nobody gets one morning's brief twice; the address is kept sealed and goes with the subscription.
"""
